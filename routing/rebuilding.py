"""Facts as they were at a moment for which none were recorded, as far as the journal has them.

What a field was is the `before` of the first entry since then that changed it, or what it is now if
none did. What nobody can know is left out: it is not recorded, and never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ground.conditions import Clause, Facts, FactType, Snapshot
from ground.conditions.values import reading, storable
from ground.journal.models import Entry
from inbox.models import Conversation
from routing.asking import word_of

# Fact -> the field of its subject's entries. Others of these subjects are not in the journal.
FIELDS = {
    "conversation.status": "status",
    "conversation.holder": "holder",
    "conversation.team": "team",
    "conversation.assignee": "assignee",
    "conversation.priority": "priority",
    "conversation.tags": "tags",
    "contact.name": "name",
    "contact.role": "role",
    "contact.locale": "locale",
    "contact.timezone": "timezone",
    "contact.is_blocked": "is_blocked",
    "contact.tags": "tags",
    "company.name": "name",
    "company.plan": "plan",
    "company.monthly_spend": "monthly_spend",
}
# Of the own attributes an entry has those that changed; they are known where none has.
ATTRIBUTES = "attributes"
# What never changes.
LASTING = frozenset(
    {
        "conversation.page",
        "conversation.first_words",
        "conversation.created_at",
        "contact.created_at",
        "company.created_at",
    }
)
# After these nobody can tell what belonged to which.
MIXED = ("merged", "unmerged", "joined", "parted", "split", "split_off", "identified")

Changes = Mapping[tuple[str, str], Sequence[Entry]]


def changes_since(since: datetime, conversations: Iterable[Conversation]) -> Changes:
    """What has happened since then to conversations, their contacts and companies, oldest first."""
    rows = list(conversations)
    names: dict[str, set[str]] = {
        "conversation": {row.public_id for row in rows},
        "contact": {row.contact.public_id for row in rows},
        "company": {row.contact.company.public_id for row in rows if row.contact.company},
    }
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for subject, ids in names.items():
        entries = Entry.objects.filter(
            subject_type=subject, subject_id__in=ids, created_at__gte=since
        )
        for entry in entries.order_by("id"):
            found[subject, entry.subject_id].append(entry)
    return found


def rebuilt(
    conversation: Conversation,
    asked: Iterable[Clause],
    *,
    moment: Entry,
    changes: Changes,
    spoken: Snapshot,
) -> dict[str, Any]:
    """What can be known of what clauses ask, as it was when the customer wrote (`moment`)."""
    facts = Facts(conversation, now=moment.created_at, registry=spoken)
    found = {}
    for clause in asked:
        known = value_at(conversation, clause, moment, changes, facts)
        if known is not None:
            found[clause.key] = known[0]
    return found


def value_at(
    conversation: Conversation, clause: Clause, moment: Entry, changes: Changes, facts: Facts
) -> tuple[Any] | None:
    """The value in a tuple; None where it cannot be known."""
    name, subject = clause.fact.name, clause.fact.subject
    is_attribute = name.startswith(f"{subject}.{ATTRIBUTES}.")
    if name not in FIELDS and name not in LASTING and not is_attribute:
        return None
    if subject != "conversation" and is_mixed(changes_of(conversation, "contact", moment, changes)):
        return None
    if subject == "company" and changed_in(
        changes_of(conversation, "contact", moment, changes), "company"
    ):
        return None
    later = changes_of(conversation, subject, moment, changes)
    if name not in LASTING and is_mixed(later):
        return None
    first = changed_in(later, ATTRIBUTES if is_attribute else FIELDS.get(name, ""))
    if first is None or name in LASTING:
        return (storable(facts.read(clause).value),)
    field = FIELDS.get(name, "")
    if is_attribute or field not in first.before:
        return None
    raw = first.before[field]
    if name == "conversation.priority":
        raw = word_of(raw)
    if clause.fact.type is FactType.NUMBER and isinstance(raw, str):
        return None
    return (storable(reading(clause.fact.type, raw).value),)


def changes_of(
    conversation: Conversation, subject: str, moment: Entry, changes: Changes
) -> list[Entry]:
    row: Any = {
        "conversation": conversation,
        "contact": conversation.contact,
        "company": conversation.contact.company,
    }[subject]
    entries = changes.get((subject, row.public_id), ()) if row is not None else ()
    return [entry for entry in entries if entry.pk > moment.pk]


def changed_in(entries: Iterable[Entry], field: str) -> Entry | None:
    return next((each for each in entries if field in each.before or field in each.after), None)


def is_mixed(entries: Iterable[Entry]) -> bool:
    return any(each.kind.rpartition(".")[2] in MIXED for each in entries)
