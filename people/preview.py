"""Whom a segment's condition matches, before anybody relies on it: some of them and how many."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from ground import conditions
from ground.conditions import Condition
from ground.web.timing import TRIES, OutOfTime, counted, within
from people.models import Contact

SHOWN = 10


@dataclass(frozen=True)
class Preview:
    """rows: the newest ten. count: how many there are, None where not even ten were found in time.
    is_more: there are more than `count`, or may be."""

    rows: list[Contact]
    count: int | None
    is_more: bool

    @property
    def words(self) -> str:
        if self.count is None:
            return "This takes too long to count. Let the condition ask for less."
        if self.count == 0:
            return "No contact is like this now."
        if self.is_more:
            return f"Matches more than {self.count:,} contacts, these are the newest."
        if self.count == 1:
            return "Matches 1 contact."
        if self.count <= SHOWN:
            return f"Matches {self.count} contacts."
        return f"Matches {self.count:,} contacts, these are the newest ten."


def preview_of(condition: Condition, contacts: QuerySet[Contact]) -> Preview:
    """Of the contacts that the condition holds of."""
    found = conditions.filter(contacts, condition, now=timezone.now())
    rows, is_late = newest(found)
    size = counted(found)
    if size is not None:
        return Preview(rows, *size)
    return Preview(rows, None if is_late or not rows else len(rows), True)


def newest(contacts: QuerySet[Contact]) -> tuple[list[Contact], bool]:
    shown = contacts.select_related("company").with_identities().order_by("-created_at", "-id")
    try:
        with within(TRIES[0][1]):
            return list(shown[:SHOWN]), False
    except OutOfTime:
        return [], True
