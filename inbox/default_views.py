"""The lists that everybody has: their names, what is in them, how much that is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef

from ground.conditions import Condition, InvalidCondition, Snapshot
from ground.web.problems import Invalid, NotFound
from inbox import asking
from inbox.models import SavedView
from inbox.orders import BY_TIME, DUE, NEWEST, OLDEST, WAITING, Order
from inbox.querysets import ConversationQuerySet
from people.models import Team, Teammate

TEAM_PREFIX = "team-"
SAVED_PREFIX = "view-"
COUNT_MAX = 99

OWN = "you"
MENTIONS = "mentions"
# Whose they are depends on who looks: an app token is nobody.
PERSONAL = {OWN, MENTIONS}

Narrow = Callable[[ConversationQuerySet, Teammate], ConversationQuerySet]


@dataclass(frozen=True)
class Hint:
    """One thing to do when a list is empty, as words that stand without a key, too.

    command: whose key does it, by its name in `inbox/keyboard.py`; "" for none.
    is_setup: admins are led to the first steps, which say how.
    """

    words: str
    command: str = ""
    is_setup: bool = False


@dataclass(frozen=True)
class View:
    """A list of conversations. `key` follows `g` on the keyboard, `empty` is said of no rows and
    `hint` below it, the first of `orders` is the usual one.

    tree: what it asks, as a condition, where a condition can say it.
    saved: the row that it was kept in, for one that somebody made.
    filters: the tree that the list is narrowed by besides.
    faults: what it asks for in vain, as sentences.
    is_void: it cannot be asked at all, and holds nothing.
    """

    slug: str
    name: str
    icon: str
    narrow: Narrow
    key: str = ""
    empty: str = "Nothing is here."
    hint: Hint = Hint("See all that is open", "go all")
    is_counted: bool = True
    team: Team | None = None
    orders: tuple[Order, ...] = (NEWEST, OLDEST, WAITING, DUE)
    tree: Any = None
    saved: SavedView | None = None
    filters: Any = None
    faults: tuple[str, ...] = ()
    is_void: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether only the server can tell what belongs to it."""
        return self.saved is not None or self.filters is not None

    @property
    def whole_tree(self) -> Any:
        """All that it asks, its filters too; None for a list that no condition says. Of two trees
        that nearly fill the grammar it may be too deep to be one condition."""
        if len(self.trees) < 2:
            return next(iter(self.trees), None)
        return {"all": [part for tree in self.trees for part in parts_of(tree)]}

    @property
    def trees(self) -> list[Any]:
        """What it asks and what its filters ask, each by itself as deep as the grammar allows."""
        return [tree for tree in (self.tree, self.filters) if tree is not None]

    def order(self, slug: str | None) -> Order:
        """The order of that name, or the usual one. Raises Invalid for what it does not offer."""
        if slug is None:
            return self.orders[0]
        for order in self.orders:
            if order.slug == slug:
                return order
        raise Invalid(errors={"order": ["This list has no such order."]})


def parts_of(tree: Any) -> list[Any]:
    """What hangs together by "and" at the top of a tree."""
    if isinstance(tree, dict) and list(tree) == ["all"] and isinstance(tree["all"], list):
        return list(tree["all"])
    return [tree]


def clause(fact: str, op: str, value: Any = None) -> dict[str, Any]:
    found = {"fact": f"conversation.{fact}", "op": op}
    return found if value is None else {**found, "value": value}


OPEN = clause("status", "is", "open")

DEFAULT_VIEWS = (
    View(
        slug=OWN,
        tree={"all": [OPEN, clause("assignee", "is", "me")]},
        name="You",
        icon="user",
        narrow=lambda conversations, me: conversations.open().assigned_to(me),
        key="a",
        empty="Nothing waits for you.",
        hint=Hint("Take one from Unassigned", "go unassigned"),
    ),
    View(
        slug=MENTIONS,
        name="Mentions",
        icon="at",
        narrow=lambda conversations, me: conversations.unfinished().mentioning(me),
        key="m",
        empty="Nobody has asked for you.",
        hint=Hint("To ask for a colleague, write @ and their name in a note", "note"),
    ),
    View(
        slug="unassigned",
        tree={"all": [OPEN, clause("assignee", "is_unknown")]},
        name="Unassigned",
        icon="tray",
        narrow=lambda conversations, me: conversations.open().unassigned(),
        key="u",
        empty="All clear. Every open conversation has somebody.",
    ),
    View(
        slug="all",
        tree=OPEN,
        name="All open",
        icon="all",
        narrow=lambda conversations, me: conversations.open(),
        key="i",
        empty="No conversation is open.",
        hint=Hint("To see one come in, write to yourself through your messenger", is_setup=True),
    ),
    View(
        slug="waiting",
        tree={"all": [OPEN, clause("waiting_since", "is_known")]},
        name="Waiting longest",
        icon="clock",
        narrow=lambda conversations, me: conversations.open().waiting(),
        key="w",
        empty="Nobody waits for an answer.",
        hint=Hint("Look at what was put off", "go snoozed"),
        orders=(WAITING, NEWEST, DUE),
    ),
    View(
        slug="snoozed",
        tree=clause("status", "is", "snoozed"),
        name="Snoozed",
        icon="snooze",
        narrow=lambda conversations, me: conversations.snoozed(),
        key="z",
        empty="Nothing is put off.",
        hint=Hint("Put off what cannot go on today: it comes back by itself", "snooze"),
        orders=BY_TIME,
    ),
    View(
        slug="closed",
        tree=clause("status", "is", "closed"),
        name="Closed",
        icon="check",
        narrow=lambda conversations, me: conversations.closed(),
        key="c",
        empty="No conversation has been closed yet.",
        hint=Hint("Close what is done: it opens again when the customer writes", "close"),
        orders=BY_TIME,
        is_counted=False,
    ),
    View(
        slug="spam",
        tree=clause("status", "is", "spam"),
        name="Spam",
        icon="ban",
        narrow=lambda conversations, me: conversations.spam(),
        key="s",
        empty="No conversation is in spam.",
        hint=Hint("Mark as spam what nobody should answer", "spam"),
        orders=BY_TIME,
        is_counted=False,
    ),
)
HOME = "unassigned"


def of_team(team: Team) -> View:
    return View(
        slug=f"{TEAM_PREFIX}{team.public_id}",
        name=team.name,
        icon="lock" if team.is_private else "users",
        narrow=lambda conversations, me: conversations.open().of_team(team),
        empty=f"Nothing is open for {team.name}.",
        team=team,
        tree={"all": [OPEN, clause("team", "is", team.public_id)]},
    )


def of_saved(saved: SavedView, spoken: Snapshot, *, is_shown: bool = False) -> View:
    """A view that somebody made, as it is for who speaks the language; one that asks for a fact
    that is gone holds nothing.

    is_shown: it is opened, so what it asks for in vain is looked up and said.
    """
    base = View(
        slug=f"{SAVED_PREFIX}{saved.public_id}",
        name=saved.name,
        icon=saved.icon,
        narrow=lambda conversations, me: conversations.none(),
        empty="No conversation is like this now.",
        tree=saved.condition,
        saved=saved,
    )
    try:
        condition = asking.stored(saved.condition, spoken)
    except InvalidCondition as wrong:
        return replace(base, faults=tuple(wrong.errors.values()), is_void=True)
    said = asking.faults(condition, spoken) if is_shown else ()
    return replace(base, narrow=narrowing(condition), faults=tuple(said))


def narrowing(condition: Condition) -> Narrow:
    return lambda conversations, me: asking.narrow(conversations, condition, me)


def filtered(view: View, tree: Any, spoken: Snapshot, *, is_stored: bool = False) -> View:
    """The same list, less what the condition does not hold of. Raises InvalidCondition."""
    condition = asking.stored(tree, spoken) if is_stored else asking.sound(tree, spoken)
    further = narrowing(condition)
    return replace(
        view,
        narrow=lambda conversations, me: further(view.narrow(conversations, me), me),
        filters=condition.to_json(),
        empty="No conversation here is like this.",
    )


def narrowed_by(view: View, tree: Any) -> View:
    """The same list under another filter, for its address alone."""
    return replace(view, filters=tree)


def unanswerable(view: View, tree: Any, wrong: InvalidCondition) -> View:
    """The same list under a filter that asks for what is gone: it holds nothing."""
    return replace(
        view,
        narrow=lambda conversations, me: conversations.none(),
        filters=tree,
        faults=tuple(dict.fromkeys(wrong.errors.values())),
        is_void=True,
    )


def find(slug: str, viewer: Teammate) -> View:
    """The view of that name. Raises NotFound also for a team, and for a view of somebody else's,
    that the viewer may not see."""
    if slug.startswith(TEAM_PREFIX):
        teams = Team.objects.visible_to(viewer)
        team = teams.filter(public_id=slug.removeprefix(TEAM_PREFIX)).first()
        if team is not None:
            return of_team(team)
    if slug.startswith(SAVED_PREFIX):
        named = slug.removeprefix(SAVED_PREFIX)
        saved = SavedView.objects.visible_to(viewer).filter(public_id=named).first()
        if saved is not None:
            return of_saved(saved, asking.language(viewer), is_shown=True)
    for view in DEFAULT_VIEWS:
        if view.slug == slug:
            return view
    raise NotFound("There is no such view.")


def with_counts(
    viewer: Teammate, visible: ConversationQuerySet
) -> tuple[list[tuple[View, int]], list[tuple[View, int]]]:
    """The default views and the viewer's team views, each with how much is in it.

    A count stops at COUNT_MAX + 1, so that it costs the same in a big inbox. Two queries.
    """
    counted = [view for view in DEFAULT_VIEWS if view.is_counted]
    row = (
        Teammate.objects.filter(pk=viewer.pk)
        .annotate(**{f"in_{v.slug}": size(v.narrow(visible, viewer)) for v in counted})
        .values(*(f"in_{view.slug}" for view in counted))
        .get()
    )
    defaults = [(view, row.get(f"in_{view.slug}", 0)) for view in DEFAULT_VIEWS]
    in_team = visible.open().filter(team=OuterRef("pk"))
    teams = Team.objects.visible_to(viewer).annotate(size=size(in_team))
    return defaults, [(of_team(team), team.size) for team in teams]


def size(conversations: ConversationQuerySet) -> Func:
    """How many there are, as an expression, counting to COUNT_MAX + 1 at most."""
    ids = conversations.order_by().annotate(one=F("pk")).values("one")[: COUNT_MAX + 1]
    return Func(ArraySubquery(ids), function="CARDINALITY", output_field=IntegerField())
