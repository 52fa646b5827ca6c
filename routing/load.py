"""How much of somebody's capacity a conversation takes: pure, the time is an argument.

Capacity is counted in conversations that somebody is busy with. One in which the contact waits for
us takes a whole place, however long ago they wrote; one that was answered, or handed over, a while
ago takes half of one, because the next word may come at any moment; one that has been quiet for
longer takes none. How long that is follows the customer: of who writes quickly the next word is not
expected for long. An urgent one takes twice as much. Snoozed and closed ones take none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.pace import awaited

WAITING, ANSWERED, QUIET = 1.0, 0.5, 0.0
URGENT = 3
URGENT_TIMES = 2


@dataclass(frozen=True)
class Work:
    """As much of an open conversation as its weight depends on. `stirred_at` is when something
    last happened that keeps it in mind: a word, or its being handed over. `pace` is how long the
    customer usually takes to write again, None where nobody knows."""

    is_waiting: bool
    stirred_at: datetime
    priority: int = 1
    pace: timedelta | None = None


def weight(work: Work, now: datetime, quiet_after: timedelta) -> float:
    """Places of capacity that it takes; no answered one counts for longer than `quiet_after`."""
    if work.is_waiting:
        base = WAITING
    else:
        is_quiet = now - work.stirred_at >= awaited(work.pace, quiet_after)
        base = QUIET if is_quiet else ANSWERED
    return base * (URGENT_TIMES if work.priority >= URGENT else 1)


def load(all_work: Iterable[Work], now: datetime, quiet_after: timedelta) -> float:
    """Places of capacity that all of it takes together."""
    return sum(weight(work, now, quiet_after) for work in all_work)


def ramped(capacity: float, *, first: float, day: int, days: int) -> float:
    """The capacity of somebody new: `first` places on day 0, one day's step more every day, all of
    it from day `days` on; in halves, as weights are."""
    if day >= days or first >= capacity:
        return capacity
    grown = first + (capacity - first) * max(0, day) / days
    return int(2 * grown) / 2
