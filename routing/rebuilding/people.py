"""What is known of contacts beside their fields: their addresses, what they did, their segments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from ground.conditions import Clause, Condition, Facts, judge
from ground.conditions.arguments import Events
from ground.conditions.values import window
from people import segments
from people.models import Identity, Segment
from routing.asking import SEGMENTS
from routing.rebuilding.then import Journal, NotKnown, Then

ADDRESSES = {
    "contact.email": Identity.Kind.EMAIL,
    "contact.phone": Identity.Kind.PHONE,
    "contact.external_id": Identity.Kind.EXTERNAL,
}


def address(journal: Journal, then: Then, clause: Clause) -> Any:
    """The one that they had of a kind; of several the best, if it is known which that was."""
    kind = ADDRESSES[clause.fact.name]
    now = {row.value: row for row in identities(journal, then) if row.kind == kind}
    had = dict.fromkeys(now, True)
    for entry in reversed(journal.of_contact(then)):
        said = {**entry.before, **entry.after}
        if not entry.kind.startswith("identity.") or said.get("kind") != kind:
            continue
        undo(had, entry.kind, said["value"], entry.after.get("contact") == entry.subject_id)
    if len(had) < 2:
        return next(iter(had), None)
    rows = [now[value] for value in had if value in now]
    # Which is the best is decided by when they were confirmed, and that leaves no entry.
    if len(rows) < len(had) or any(row.confirmed_at > then.now for row in rows):
        raise NotKnown
    return max(rows, key=lambda row: (row.trust, row.confirmed_at, row.pk)).value


def undo(had: dict[str, bool], kind: str, value: str, is_gained: bool) -> None:
    """Takes back what an entry tells of an address."""
    if kind == "identity.added" or (kind == "identity.moved" and is_gained):
        had.pop(value, None)
    elif kind in ("identity.removed", "identity.moved"):
        had[value] = True


def identities(journal: Journal, then: Then) -> list[Identity]:
    if identities not in journal.kept:
        keys = {row.contact_id for row in journal.conversations.values()}
        found: dict[int, list[Identity]] = {}
        for row in Identity.objects.filter(contact__in=keys):
            found.setdefault(row.contact_id, []).append(row)
        journal.kept[identities] = found
    rows: list[Identity] = journal.kept[identities].get(then.conversation.contact_id, [])
    return rows


# ---- what they did -------------------------------------------------------------------------------


def events(journal: Journal, then: Then, clause: Clause) -> Any:
    """How often they had done it: events have their times."""
    journal.of_contact(then)
    if events not in journal.kept:
        journal.kept[events] = counted(journal)
    return journal.kept[events][id(then), clause.key]


def counted(journal: Journal) -> Mapping[tuple[int, str], int]:
    """All counts at all moments by one question."""
    asks_segments = any(
        clause.fact.name == SEGMENTS for then in journal.moments for clause in then.asked
    )
    conditions = asked_segments(journal).values() if asks_segments else ()
    extra = [clause for condition in conditions for clause in condition.clauses()]
    asked = {
        (id(then), clause.key): (then, clause.value)
        for then in journal.moments
        for clause in (*then.asked, *extra)
        if isinstance(clause.value, Events)
    }
    stretches = [(then, window(said.name, said.days, then.now)) for then, said in asked.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM people_event event
                     WHERE event.contact_id = asked.contact
                       AND (asked.name IS NULL OR event.name = asked.name)
                       AND (asked.since IS NULL OR event.created_at >= asked.since)
                       AND event.created_at <= asked.until)
              FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
                   WITH ORDINALITY AS asked (contact, name, since, until, place)
             ORDER BY asked.place
            """,
            [
                [then.conversation.contact_id for then, _ in stretches],
                [each.name for _, each in stretches],
                [each.since for _, each in stretches],
                [then.now for then, _ in stretches],
            ],
        )
        return dict(zip(asked, (count for (count,) in cursor.fetchall()), strict=True))


# ---- segments ------------------------------------------------------------------------------------


def asked_segments(journal: Journal) -> Mapping[str, Condition]:
    """The conditions of the segments that are asked for, as they are defined now, by public id."""
    if asked_segments not in journal.kept:
        spoken = segments.language()
        rows = Segment.objects.all()
        if journal.segments is not None:
            rows = rows.filter(public_id__in=journal.segments)
        known = ((row.public_id, segments.askable(row, spoken)) for row in rows)
        journal.kept[asked_segments] = {
            name: condition for name, condition in known if condition is not None
        }
    found: Mapping[str, Condition] = journal.kept[asked_segments]
    return found


def segments_then(journal: Journal, then: Then, clause: Clause) -> list[str]:
    """Those of the asked ones that they were in, by what was true of them then. Raises NotKnown
    where that cannot be told of one of them."""
    journal.of_contact(then)
    found = []
    for name, condition in asked_segments(journal).items():
        recorded = {}
        for part in condition.clauses():
            if part.key not in recorded and (value := journal.known(journal, then, part)):
                recorded[part.key] = value[0]
        said = judge(condition, Facts(None, now=then.now, recorded=recorded)).value
        if said is None:
            raise NotKnown
        if said:
            found.append(name)
    return found


def changed_since(names: frozenset[str] | None, moment: datetime) -> bool:
    """Whether one of these segments is defined otherwise than it was, or was not there."""
    rows = Segment.objects.filter(updated_at__gt=moment)
    if names is not None:
        rows = rows.filter(public_id__in=names)
    return rows.exists()
