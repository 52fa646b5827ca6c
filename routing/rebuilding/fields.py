"""What a field was: the `before` of the first entry since then that changed it, or what it is now
if none did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from ground.conditions import Clause, Facts
from ground.conditions.values import FactType, written
from ground.journal.models import Entry
from routing.asking import word_of
from routing.rebuilding.then import Journal, NotKnown, Then, changed_in, is_mixed

# Fact -> the field of its subject's entries.
FIELDS = {
    "conversation.status": "status",
    "conversation.holder": "holder",
    "conversation.team": "team",
    "conversation.assignee": "assignee",
    "conversation.priority": "priority",
    "conversation.tags": "tags",
    "conversation.language": "language",
    "conversation.snoozed_until": "snoozed_until",
    "conversation.closed_at": "closed_at",
    "conversation.due_at": "due_at",
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


def is_attribute(clause: Clause) -> bool:
    return clause.fact.name.startswith(f"{clause.fact.subject}.{ATTRIBUTES}.")


def field_then(journal: Journal, then: Then, clause: Clause) -> Any:
    """What a field, or an own attribute, was."""
    row, later = subject_then(journal, then, clause.fact.subject)
    if row is None:
        return None
    if is_attribute(clause):
        first = changed_in(later, ATTRIBUTES)
        return read_now(journal, then, clause, row) if first is None else attribute(first, clause)
    name = FIELDS[clause.fact.name]
    first = changed_in(later, name)
    if first is None:
        return read_now(journal, then, clause, row)
    if name not in first.before:
        raise NotKnown
    return typed(clause, first.before[name])


def lasting(journal: Journal, then: Then, clause: Clause) -> Any:
    """What it is now. Of a contact and a company it has to be the one of then."""
    if clause.fact.subject == "conversation":
        return read_now(journal, then, clause, then.conversation)
    row, _ = subject_then(journal, then, clause.fact.subject)
    return None if row is None else read_now(journal, then, clause, row)


def subject_then(journal: Journal, then: Then, subject: str) -> tuple[Any, Sequence[Entry]]:
    """Whom a fact was about, and what has happened to them since. Raises NotKnown where that is
    mixed with what others were."""
    if subject == "company":
        return journal.company(then)
    if subject == "contact":
        return then.conversation.contact, journal.of_contact(then)
    later = journal.of_conversation(then)
    if is_mixed(later):
        raise NotKnown
    return then.conversation, later


def read_now(journal: Journal, then: Then, clause: Clause, row: Any) -> Any:
    key = (row._meta.model_name, row.pk, clause.key)
    if key not in journal.kept:
        facts = Facts(row, now=then.now, registry=journal.spoken)
        journal.kept[key] = facts.read(clause).value
    return journal.kept[key]


def attribute(entry: Entry, clause: Clause) -> Any:
    """An entry has all attributes as they were, if it has them."""
    key = clause.fact.name.removeprefix(f"{clause.fact.subject}.{ATTRIBUTES}.")
    before = entry.before.get(ATTRIBUTES)
    if not isinstance(before, dict):
        raise NotKnown
    return before.get(key)


def typed(clause: Clause, raw: Any) -> Any:
    """A field as the journal has it, as the fact of it is read."""
    if clause.fact.name == "conversation.priority":
        return word_of(raw)
    read = READERS.get(clause.fact.type)
    return read(raw) if read is not None and isinstance(raw, str) else raw


def moment(text: str) -> str:
    return written(datetime.fromisoformat(text))


READERS: dict[FactType, Callable[[str], Any]] = {
    FactType.DATETIME: moment,
    FactType.NUMBER: Decimal,
}
