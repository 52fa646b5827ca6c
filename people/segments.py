"""Which segments a contact is in, and which contacts a segment holds.

Nothing is stored: a segment is asked of one contact in memory, out of what is read once for all
segments, or of all contacts by a query. Both give the same answer. A segment whose condition asks
for what cannot be asked any more holds nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    Q,
    QuerySet,
    Value,
    prefetch_related_objects,
)
from django.utils import timezone

from ground import conditions
from ground.conditions import (
    Clause,
    Condition,
    ConditionError,
    Facts,
    InvalidCondition,
    Reach,
    Snapshot,
    registry,
)
from ground.conditions.sentences import GONE
from ground.conditions.text import fold
from ground.conditions.values import window
from people.models import Contact, Segment

SUBJECT = "contact"
FACT = "contact.segments"
EVENTS = "contact.events"
TITLES = {"contact": "Customer", "company": "Company"}
CLAUSES_MAX = 50
# So long the contacts of a segment may take to be found.
ASKED_MS = 3000
TOO_SLOW = "This segment takes too long to look up. Let its condition ask for less."
NESTED = "A segment cannot ask for segments."
CANNOT_FIND = "This can be asked of one contact, not of a list."
# What facts about one contact read along with it, each in one query.
READ_ALONG = {
    "identities": {"contact.email", "contact.phone", "contact.external_id"},
    "taggings": {"contact.tags"},
}


# ---- conditions of segments ----------------------------------------------------------------------


def language() -> Snapshot:
    """What a segment can ask now: everything of contacts but segments, which could ask for it."""
    return Snapshot(registry, without={FACT})


def sound(tree: Any, spoken: Snapshot) -> Condition:
    """The condition of a tree that somebody has just written. Raises InvalidCondition."""
    try:
        condition = conditions.parse(tree, subject=SUBJECT, registry=spoken)
    except InvalidCondition as wrong:
        raise InvalidCondition(
            {place: NESTED if FACT in said else said for place, said in wrong.errors.items()}
        ) from None
    size = sum(1 for _ in condition.clauses())
    if not size:
        raise InvalidCondition({"condition": "Say what to look for."})
    if size > CLAUSES_MAX:
        raise InvalidCondition({"condition": f"A segment asks {CLAUSES_MAX} things at most."})
    if not conditions.has_set_form(condition, SUBJECT, registry=spoken):
        raise InvalidCondition({"condition": CANNOT_FIND})
    return condition


def askable(segment: Segment, spoken: Snapshot) -> Condition | None:
    """Its condition; None where it cannot be asked any more."""
    try:
        condition = conditions.parse(
            segment.condition, subject=SUBJECT, registry=spoken, is_stored=True
        )
        is_askable = conditions.has_set_form(condition, SUBJECT, registry=spoken)
    except ConditionError:
        return None
    return condition if is_askable else None


def faults(segment: Segment, spoken: Snapshot) -> list[str]:
    """What a segment asks for in vain, because it is gone, as sentences."""
    try:
        condition = conditions.parse(
            segment.condition, subject=SUBJECT, registry=spoken, is_stored=True
        )
    except InvalidCondition as wrong:
        return list(dict.fromkeys(wrong.errors.values()))
    found = [
        f"{clause.fact.label}: what it asks for is gone."
        for clause in condition.clauses()
        if GONE in conditions.sentence(clause)
    ]
    return list(dict.fromkeys(found))


# ---- one contact ---------------------------------------------------------------------------------


def segments_of(contact: Contact, *, now: datetime | None = None) -> list[Segment]:
    """Those that a contact is in, by name. As many queries for one segment as for all of them."""
    now = now or timezone.now()
    spoken = language()
    asked = [(each, askable(each, spoken)) for each in Segment.objects.all()]
    known = [(each, condition) for each, condition in asked if condition is not None]
    facts = facts_of(contact, [condition for _, condition in known], now, spoken)
    return [each for each, condition in known if holds(condition, contact, facts, spoken)]


def holds(condition: Condition, contact: Contact, facts: Facts, spoken: Snapshot) -> bool:
    found = conditions.evaluate(condition, contact, now=facts.now, facts=facts, registry=spoken)
    return found.value


def facts_of(
    contact: Contact, asked: Sequence[Condition], now: datetime, spoken: Snapshot
) -> Facts:
    """What the conditions ask of a contact, each thing read once however many ask for it."""
    clauses = [clause for condition in asked for clause in condition.clauses()]
    names = {clause.fact.name for clause in clauses}
    along = [lookup for lookup, facts in READ_ALONG.items() if facts & names]
    prefetch_related_objects([contact], *along)
    counts = counts_of(contact, clauses, now)
    return Facts(contact, now=now, recorded=counts, registry=spoken)


def counts_of(contact: Contact, clauses: Iterable[Clause], now: datetime) -> dict[str, int]:
    """How often the contact did what the clauses count, by their keys; one query."""
    asked = {each.key: each.value for each in clauses if each.fact.name == EVENTS}
    if not asked:
        return {}
    names = [each.name for each in asked.values()]
    events = contact.events.all()
    if None not in names:
        events = events.filter(name__in=set(names))
    sums = {
        f"n{number}": Count("pk", filter=done_in(window(each.name, each.days, now)))
        for number, each in enumerate(asked.values())
    }
    found = events.aggregate(**sums)
    return {key: found[f"n{number}"] for number, key in enumerate(asked)}


def done_in(stretch: conditions.Window) -> Q:
    done = Q(pk__isnull=False)
    if stretch.name is not None:
        done &= Q(name=stretch.name)
    return done if stretch.since is None else done & Q(created_at__gte=stretch.since)


# ---- all contacts --------------------------------------------------------------------------------


def contacts_in(segment: Segment, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those of the contacts that are in a segment."""
    asked = as_q(segment, language(), timezone.now())
    return contacts.none() if asked is None else contacts.filter(asked)


def as_q(segment: Segment, spoken: Snapshot, now: datetime) -> Q | None:
    condition = askable(segment, spoken)
    return condition and conditions.to_q(condition, Contact, now=now, registry=spoken)


class SegmentList:
    """The fact `contact.segments` of a whole table, as `ground.conditions.sql.TextList` asks it:
    the segments are rows, but who is in them is asked of their conditions."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach

    def has_any_of(self, folded_texts: Sequence[str]) -> Any:
        return self._in_one(lambda segment: fold(segment.public_id) in folded_texts)

    def has_any(self) -> Any:
        return self._in_one(lambda segment: True)

    def is_known(self) -> None:
        return None

    def _in_one(self, is_meant: Callable[[Segment], bool]) -> Any:
        spoken, now = language(), timezone.now()
        meant = [as_q(each, spoken, now) for each in Segment.objects.all() if is_meant(each)]
        asked = [each for each in meant if each is not None]
        if not asked:
            return Value(False, output_field=BooleanField())
        own = Contact.objects.filter(pk=self.reach.outer("pk"))
        return Exists(own.filter(Q(*asked, _connector=Q.OR)))


def segment_choices() -> list[tuple[str, str]]:
    return list(Segment.objects.values_list("public_id", "name"))


def segment_names() -> list[tuple[str, str]]:
    return [(name, name) for name in Segment.objects.values_list("name", flat=True)]
