"""What a figure looks at: the last days, of one team or of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from ground.web.timing import OutOfTime, within
from people.models import Team

T = TypeVar("T")

DAYS = (7, 28, 90)
# Which part of the period is looked at, and for how many ms at most: less where more takes long.
TRIES = ((1.0, 800), (0.25, 400), (0.05, 300))


@dataclass(frozen=True)
class Period:
    """`team` is None for all teams."""

    days: int
    until: datetime
    team: Team | None = None

    @property
    def since(self) -> datetime:
        return self.until - timedelta(days=self.days)


@dataclass(frozen=True)
class Looked(Generic[T]):
    """What was found, from when on; `found` is None where nothing was found in time."""

    found: T | None
    since: datetime
    is_whole: bool


def look(period: Period, ask: Callable[[datetime], T]) -> Looked[T]:
    """Asks from the beginning of a period on, and of less of it where that takes too long. `ask`
    evaluates its queries."""
    for share, milliseconds in TRIES:
        since = period.until - share * timedelta(days=period.days)
        try:
            with within(milliseconds):
                return Looked(ask(since), since, share == 1)
        except OutOfTime:
            continue
    return Looked(None, period.until, False)
