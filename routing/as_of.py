"""A conversation as it was at a moment: what the journal tells of then, and nothing guessed.

What is known is worked out as for the simulator (`routing/rebuilding/`). Names are those of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Q, QuerySet

from ground import conditions
from ground.conditions import Clause, Fact, FactType, Snapshot
from ground.journal.kinds import KINDS
from ground.journal.models import Entry
from ground.web.problems import Invalid
from inbox import kinds
from inbox.models import Conversation
from people.models import Teammate
from routing import asking, why, wording
from routing.rebuilding import rebuilt
from routing.rebuilding.then import Then

AT_LENGTH = 40
# Clocks of browsers and of the database differ by so much.
SKEW = timedelta(minutes=1)
# Of what has more entries than this, what it was is not worked out while somebody waits for it.
ENTRIES_MAX = 5_000
ATTRIBUTES_MAX = 50
ABOUT_CONVERSATION = (
    "conversation.status",
    "conversation.assignee",
    "conversation.team",
    "conversation.priority",
    "conversation.tags",
    "conversation.holder",
    "conversation.sentiment",
    "conversation.waiting_since",
    "conversation.due_at",
    "conversation.snoozed_until",
    "conversation.closed_at",
    "conversation.rating",
    "conversation.language",
)
ABOUT_CUSTOMER = (
    "contact.name",
    "contact.role",
    "contact.email",
    "contact.phone",
    "contact.external_id",
    "contact.tags",
    "contact.locale",
    "contact.timezone",
    "contact.is_blocked",
    "contact.last_seen_at",
    "company.name",
    "company.plan",
    "company.monthly_spend",
)
OWN = ("contact.attributes.", "company.attributes.")
TEAM, ASSIGNEE = "conversation.team", "conversation.assignee"
TAGS = ("conversation.tags", "contact.tags")
NAMED = {TEAM, ASSIGNEE, *TAGS}


@dataclass(frozen=True)
class Known:
    """What something was; a moment is in `at`. Not `is_recorded`: nobody can tell."""

    label: str
    text: str = ""
    at: datetime | None = None
    is_recorded: bool = True


@dataclass(frozen=True)
class Step:
    """The last that had happened, in a sentence and by whom."""

    says: str
    by: str
    at: datetime


@dataclass(frozen=True)
class AsOf:
    """A conversation at a moment. `earlier` and `later`: when it changed next before and after it.

    is_too_long: so much has happened that what it was is not worked out.
    """

    at: datetime
    has_begun: bool
    last: Step | None
    earlier: datetime | None
    later: datetime | None
    conversation: list[Known]
    customer: list[Known]
    is_too_long: bool = False


def moment_of(text: str, *, zone: tzinfo, now: datetime) -> datetime:
    """A moment as an address or a field has it: ISO 8601, by the clocks of a zone where it names
    none, now where it is empty. Raises Invalid."""
    if not text:
        return now
    try:
        if len(text) > AT_LENGTH:
            raise ValueError
        found = datetime.fromisoformat(text)
        found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            errors={"at": ["That is no date and time. Write it as 2026-11-23T10:31."]}
        ) from None
    if found > now + SKEW:
        raise Invalid(errors={"at": ["That is yet to come."]})
    return found


def as_of(conversation: Conversation, at: datetime, viewer: Teammate) -> AsOf:
    """In a fixed number of queries. Visibility of the conversation is the caller's matter."""
    steps = steps_of(conversation)
    if at < conversation.created_at:
        first = steps.order_by("id").first()
        return AsOf(at, False, None, None, first.created_at if first else None, [], [])
    last = steps.filter(created_at__lte=at).order_by("-id").first()
    place = last.pk if last else 0
    before = steps.filter(pk__lte=place, created_at__lt=at).order_by("-id").first()
    after = steps.filter(pk__gt=place, created_at__gt=at).order_by("id").first()
    is_too_long = has_too_many_entries(conversation, place)
    spoken = asking.language()
    clauses = [] if is_too_long else asked(spoken)
    (found,) = rebuilt([Then(conversation, place, at, clauses, is_read_at_now=True)], spoken)
    names = wording.names_in([ids_in(found), {"teammate": actor_of(last)}], viewer)
    told = [(clause.fact, told_of(clause, found, names)) for clause in clauses]
    return AsOf(
        at,
        True,
        step_of(last, names) if last else None,
        before.created_at if before else None,
        after.created_at if after else None,
        [known for fact, known in told if fact.subject == "conversation"],
        [known for fact, known in told if fact.subject != "conversation"],
        is_too_long,
    )


def steps_of(conversation: Conversation) -> QuerySet[Entry]:
    """What happened to a conversation, without what is a teammate's own business."""
    entries = Entry.objects.filter(subject_type="conversation", subject_id=conversation.public_id)
    return entries.exclude(kind=kinds.CONVERSATION_MARKED_UNREAD)


def has_too_many_entries(conversation: Conversation, place: int) -> bool:
    """Whether more would have to be gone through than a page may."""
    own = Q(subject_type="conversation", subject_id=conversation.public_id)
    since = Q(subject_type="contact", subject_id=conversation.contact.public_id, pk__gt=place)
    counted = [
        Entry.objects.filter(which).values("pk")[: ENTRIES_MAX + 1] for which in (own, since)
    ]
    return counted[0].union(counted[1], all=True).count() > ENTRIES_MAX


def asked(spoken: Snapshot) -> list[Clause]:
    """A question for each fact that is shown, in the order in which they are."""
    facts = {fact.name: fact for fact in spoken.facts_for(asking.SUBJECT)}
    own = [name for name in facts if name.startswith(OWN)][:ATTRIBUTES_MAX]
    return [
        question(facts[name], spoken)
        for name in (*ABOUT_CONVERSATION, *ABOUT_CUSTOMER, *own)
        if name in facts
    ]


def question(fact: Fact, spoken: Snapshot) -> Clause:
    op = "is_empty" if fact.type is FactType.LIST else "is_known"
    tree = {"fact": fact.name, "op": op}
    found = conditions.parse(tree, subject=asking.SUBJECT, registry=spoken)
    assert isinstance(found, Clause)
    return found


def ids_in(found: Mapping[str, Any]) -> dict[str, Any]:
    """Whose names are wanted, as `wording` takes them."""
    tags = [each for name in TAGS for each in found.get(name) or ()]
    return {"team": found.get(TEAM), "teammate": found.get(ASSIGNEE), "tags": tags}


def actor_of(entry: Entry | None) -> str:
    return entry.actor_id if entry is not None and entry.actor_type == "teammate" else ""


def step_of(entry: Entry, names: wording.Names) -> Step:
    by = "the customer" if entry.actor_type == "contact" else why.doer(entry, names)
    says = KINDS.get(entry.kind, "Something happened.").replace("`", "")
    return Step(says, by, entry.created_at)


def told_of(clause: Clause, found: Mapping[str, Any], names: wording.Names) -> Known:
    fact = clause.fact
    if clause.key not in found:
        return Known(fact.label, is_recorded=False)
    value = found[clause.key]
    if fact.type is FactType.DATETIME and isinstance(value, str):
        return Known(fact.label, at=datetime.fromisoformat(value))
    return Known(fact.label, said(fact, value, names))


def said(fact: Fact, value: Any, names: wording.Names) -> str:
    if value is None or value == []:
        return "none"
    if fact.name in NAMED:
        ids: Iterable[str] = value if isinstance(value, list) else [value]
        return ", ".join(names.get(each, wording.GONE) for each in ids)
    return why.shown(fact, value)
