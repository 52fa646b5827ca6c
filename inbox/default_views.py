"""The lists that everybody has: their names, what is in them, how much that is."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef

from ground.web.problems import Invalid, NotFound
from inbox.orders import BY_TIME, NEWEST, OLDEST, WAITING, Order
from inbox.querysets import ConversationQuerySet
from people.models import Team, Teammate

TEAM_PREFIX = "team-"
COUNT_MAX = 99

OWN = "you"
MENTIONS = "mentions"
# Whose they are depends on who looks: an app token is nobody.
PERSONAL = {OWN, MENTIONS}

Narrow = Callable[[ConversationQuerySet, Teammate], ConversationQuerySet]


@dataclass(frozen=True)
class View:
    """A list of conversations. `key` follows `g` on the keyboard, `empty` is said of no rows, the
    first of `orders` is the usual one."""

    slug: str
    name: str
    icon: str
    narrow: Narrow
    key: str = ""
    empty: str = "Nothing is here."
    is_counted: bool = True
    team: Team | None = None
    orders: tuple[Order, ...] = (NEWEST, OLDEST, WAITING)

    def order(self, slug: str | None) -> Order:
        """The order of that name, or the usual one. Raises Invalid for what it does not offer."""
        if slug is None:
            return self.orders[0]
        for order in self.orders:
            if order.slug == slug:
                return order
        raise Invalid(errors={"order": ["This list has no such order."]})


DEFAULT_VIEWS = (
    View(
        slug=OWN,
        name="You",
        icon="user",
        narrow=lambda conversations, me: conversations.open().assigned_to(me),
        key="a",
        empty="Nothing waits for you. Take one from Unassigned.",
    ),
    View(
        slug=MENTIONS,
        name="Mentions",
        icon="at",
        narrow=lambda conversations, me: conversations.unfinished().mentioning(me),
        key="m",
        empty="Nobody has asked for you. A note that says @ and your name puts it here.",
    ),
    View(
        slug="unassigned",
        name="Unassigned",
        icon="tray",
        narrow=lambda conversations, me: conversations.open().unassigned(),
        key="u",
        empty="All clear. Every open conversation has somebody.",
    ),
    View(
        slug="all",
        name="All open",
        icon="all",
        narrow=lambda conversations, me: conversations.open(),
        key="i",
        empty="No conversation is open.",
    ),
    View(
        slug="waiting",
        name="Waiting longest",
        icon="clock",
        narrow=lambda conversations, me: conversations.open().waiting(),
        key="w",
        empty="Nobody waits for an answer.",
        orders=(WAITING, NEWEST),
    ),
    View(
        slug="snoozed",
        name="Snoozed",
        icon="snooze",
        narrow=lambda conversations, me: conversations.snoozed(),
        key="z",
        empty="Nothing is put off.",
        orders=BY_TIME,
    ),
    View(
        slug="closed",
        name="Closed",
        icon="check",
        narrow=lambda conversations, me: conversations.closed(),
        key="c",
        empty="No conversation has been closed yet.",
        orders=BY_TIME,
        is_counted=False,
    ),
    View(
        slug="spam",
        name="Spam",
        icon="ban",
        narrow=lambda conversations, me: conversations.spam(),
        key="s",
        empty="No conversation is in spam.",
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
    )


def find(slug: str, viewer: Teammate) -> View:
    """The view of that name. Raises NotFound also for a team that the viewer may not see."""
    if slug.startswith(TEAM_PREFIX):
        teams = Team.objects.visible_to(viewer)
        team = teams.filter(public_id=slug.removeprefix(TEAM_PREFIX)).first()
        if team is not None:
            return of_team(team)
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
