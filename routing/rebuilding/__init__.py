"""Facts as they were at a moment for which none were recorded, as far as the journal has them.

What nobody can know is left out: it is not recorded, and never guessed. `docs/facts.md` says of
each fact how it is known, and a test holds that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ground.conditions import Clause, Condition, Snapshot
from ground.conditions.values import reading, storable
from routing.asking import SEGMENTS
from routing.rebuilding import fields, hours, people, threads
from routing.rebuilding.then import Journal, NotKnown, Then

Rebuilder = Callable[[Journal, Then, Clause], Any]

# Fact -> how it is known of a moment of the past. Own attributes are known as fields are.
REBUILT: dict[str, Rebuilder] = {
    **dict.fromkeys(fields.FIELDS, fields.field_then),
    **dict.fromkeys(fields.LASTING, fields.lasting),
    **dict.fromkeys(people.ADDRESSES, people.address),
    "contact.events": people.events,
    SEGMENTS: people.segments_then,
    "contact.last_heard_at": threads.last_heard_at,
    "contact.last_contacted_at": threads.last_contacted_at,
    "conversation.channel": threads.channel,
    "conversation.contact_unread": threads.contact_unread,
    "conversation.earlier": threads.earlier_count,
    "conversation.earlier_at": threads.earlier_at,
    "conversation.earlier_rating": threads.earlier_rating,
    "conversation.in_office_hours": hours.in_office_hours,
    "conversation.last_message_at": threads.last_message_at,
    "conversation.rating": threads.rating,
    "conversation.said": threads.said,
    "conversation.sentiment": threads.sentiment,
    "conversation.sentiment_score": threads.sentiment_score,
    "conversation.waiting_since": threads.waiting_since,
}
# Fact -> why it is not known of any.
NOT_REBUILT = {
    "contact.last_seen_at": "an open messenger leaves no entry",
    "conversation.pace": "it moves with each word of theirs, and only the latest is kept",
}


def rebuilt(
    moments: Sequence[Then],
    spoken: Snapshot,
    *,
    segments: frozenset[str] | None = None,
) -> list[dict[str, Any]]:
    """For each moment what can be known of what is asked, as JSON by the clauses' keys.

    segments: those that are asked for, by public id; None for all that there are.
    """
    if not moments:
        return []
    journal = Journal(moments, spoken, known_of, segments)
    return [all_of(journal, then) for then in moments]


def all_of(journal: Journal, then: Then) -> dict[str, Any]:
    found = {}
    for clause in then.asked:
        known = known_of(journal, then, clause)
        if known is not None:
            found[clause.key] = known[0]
    return found


def known_of(journal: Journal, then: Then, clause: Clause) -> tuple[Any] | None:
    """The value in a tuple; None where it cannot be known."""
    read = REBUILT.get(clause.fact.name)
    if read is None and fields.is_attribute(clause):
        read = fields.field_then
    if read is None:
        return None
    try:
        raw = read(journal, then, clause)
    except NotKnown:
        return None
    return (storable(reading(clause.fact.type, raw).value),)


def segments_in(conditions: Iterable[Condition]) -> frozenset[str] | None:
    """The segments that conditions ask for; None where one asks for all of them."""
    found: set[str] = set()
    for condition in conditions:
        for clause in condition.clauses():
            if clause.fact.name != SEGMENTS:
                continue
            if clause.value is None:
                return None
            found |= set(clause.value) if isinstance(clause.value, tuple) else {clause.value}
    return frozenset(found)
