"""Whom a segment's condition matches, before anybody relies on it: some of them and how many.

However many contacts there are it is said in time. What cannot be counted in one go is looked for
among the newest, as far back as there is time for, and how far that was is said as well.
"""

import time
from dataclasses import dataclass

from django.db.models import F, Max, QuerySet
from django.utils import timezone

from ground import conditions
from ground.conditions import Condition
from ground.web.timing import OutOfTime, within
from people.models import Contact

SHOWN = 10
COUNTED_MAX = 10_000
# Milliseconds: to count all, to find the newest of very many, and to walk through the newest.
COUNTING, SHOWING, WALKING = 500, 300, 600
# How many contacts a step of the walk looks at to begin with; a quick step makes the next longer.
STEP, QUICK = 10_000, 0.1


@dataclass(frozen=True)
class Preview:
    """rows: the newest ten. count: how many there are, None where nothing could be asked in time.
    is_more: there are more than `count`, or may be. looked: of how many of the newest contacts that
    is known; None where it is known of all."""

    rows: list[Contact]
    count: int | None
    is_more: bool
    looked: int | None = None

    @property
    def words(self) -> str:
        if self.count is None:
            return "This takes too long to count. Let the condition ask for less."
        if self.looked is not None:
            among = f"of about the newest {self.looked:,} contacts"
            return f"Matches {self.count:,} {among}; further back there was no time to look."
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
    keys = counted(found)
    if keys is None:
        return walked(found, contacts)
    some = keys[:COUNTED_MAX]
    if len(keys) <= COUNTED_MAX:
        return Preview(newest(contacts.filter(pk__in=some)), len(some), False)
    try:
        with within(SHOWING):
            return Preview(newest(found), COUNTED_MAX, True)
    except OutOfTime:
        return Preview(newest(contacts.filter(pk__in=some)), COUNTED_MAX, True)


def counted(contacts: QuerySet[Contact]) -> list[int] | None:
    """The keys of all of them, or of one more than is counted; None where that takes too long."""
    try:
        with within(COUNTING):
            return keys_of(contacts, COUNTED_MAX + 1)
    except OutOfTime:
        return None


def keys_of(contacts: QuerySet[Contact], most: int) -> list[int]:
    keys = contacts.order_by().annotate(one=F("pk")).values_list("one", flat=True)
    return list(keys[:most])


def walked(found: QuerySet[Contact], contacts: QuerySet[Contact]) -> Preview:
    """Of the newest, step by step, until the time is over."""
    ends = time.monotonic() + WALKING / 1000
    highest = Contact.objects.aggregate(highest=Max("pk"))["highest"] or 0
    keys: list[int] = []
    step, last = STEP, highest
    while last > 0 and len(keys) <= COUNTED_MAX:
        began = time.monotonic()
        left = round(1000 * (ends - began))
        if left < 1:
            break
        stretch = found.filter(pk__gt=last - step, pk__lte=last)
        try:
            with within(left):
                keys += keys_of(stretch, COUNTED_MAX + 1)
        except OutOfTime:
            break
        last -= step
        step *= 2 if time.monotonic() - began < QUICK else 1
    if last == highest:
        return Preview([], None, True)
    rows = newest(contacts.filter(pk__in=sorted(keys)[-SHOWN:]))
    if last <= 0 or len(keys) > COUNTED_MAX:
        return Preview(rows, min(len(keys), COUNTED_MAX), len(keys) > COUNTED_MAX)
    return Preview(rows, len(keys), True, highest - last)


def newest(contacts: QuerySet[Contact]) -> list[Contact]:
    shown = contacts.select_related("company").with_identities().order_by("-created_at", "-id")
    return list(shown[:SHOWN])
