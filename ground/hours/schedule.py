"""Working time: when a house is open, and how much of that lies between two moments.

Pure: a calendar and moments in, moments and durations out. Opening hours are written on the clock
of a zone; everything is reckoned in moments, so that a night in which the clock is changed is as
long as it was. Where the clock is set back, a time that comes twice means the first; where it is
set forward, a time that is left out means the moment of the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
ONE_DAY = timedelta(days=1)
NOTHING = timedelta(0)
# So long somebody may be closed; who is closed for longer never opens.
SEARCH_DAYS = 366


class NeverOpens(Exception):
    """Nothing opens within a year."""


@dataclass(frozen=True, order=True)
class Window:
    """Open from one time of a day until another, in minutes since midnight; 1440 is its end."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY_MINUTES:
            raise ValueError("A window opens before it closes, on the same day.")


Windows = tuple[Window, ...]
Stretch = tuple[datetime, datetime]
ALL_DAY: Windows = (Window(0, DAY_MINUTES),)


@dataclass(frozen=True)
class Special:
    """A day that is not as its weekday is; without windows it is closed."""

    windows: Windows
    name: str


class SpecialDays(Protocol):
    """What is special, by day; empty ones are false."""

    def get(self, day: date, /) -> Special | None: ...


@dataclass(frozen=True)
class DaySum:
    """How much of a span was worked on one day: the stretches within it, in moments, and what the
    day is called if it is a special one."""

    day: date
    stretches: tuple[Stretch, ...]
    worked: timedelta
    name: str
    is_open: bool


@dataclass(frozen=True, eq=False)
class Calendar:
    """When a house is open: `weekly` from Monday on, but for the special `days`."""

    zone: ZoneInfo
    weekly: tuple[Windows, ...]
    days: SpecialDays = field(default_factory=dict[date, Special])

    def is_open(self, at: datetime) -> bool:
        return any(opens <= at < closes for opens, closes in self.stretches(self.local_day(at)))

    def next_opening(self, at: datetime) -> datetime | None:
        """When it is open next: `at` itself while it is, None when that is not within a year."""
        for opens, closes in self.following(at):
            if closes > at:
                return max(at.astimezone(UTC), opens)
        return None

    def next_closing(self, at: datetime) -> datetime | None:
        """When it closes next. A house that never closes: None."""
        last: datetime | None = None
        for opens, closes in self.following(at):
            if closes <= at:
                continue
            if last is not None and opens > last:
                return last
            last = closes
        return None if last is None or last - at >= ONE_DAY * SEARCH_DAYS else last

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How long it is open between two moments; nothing when they are the wrong way round."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return NOTHING
        if self.is_always:
            return end - start
        return sum((one.worked for one in self.by_day(start, end)), NOTHING)

    def add(self, at: datetime, span: timedelta) -> datetime:
        """The first moment by which it has been open for so long since `at`.

        Raises NeverOpens when it is closed for a whole year meanwhile.
        """
        at = at.astimezone(UTC)
        if span <= NOTHING:
            return at
        if self.is_always:
            return at + span
        left, empty, day = span, 0, self.local_day(at)
        while empty <= SEARCH_DAYS:
            empty += 1
            for opens, closes in self.stretches(day):
                begin = max(opens, at)
                if closes <= begin:
                    continue
                if closes - begin >= left:
                    return begin + left
                left -= closes - begin
                empty = 0
            day += ONE_DAY
        raise NeverOpens

    def by_day(self, start: datetime, end: datetime) -> list[DaySum]:
        """What `worked` is the sum of, for each day that the span touches."""
        found = []
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        for day in self.days_between(start, end):
            whole = self.stretches(day)
            cut = tuple(
                (max(opens, start), min(closes, end))
                for opens, closes in whole
                if opens < end and closes > start
            )
            worked = sum((closes - opens for opens, closes in cut), NOTHING)
            special = self.days.get(day)
            found.append(DaySum(day, cut, worked, special.name if special else "", bool(whole)))
        return found

    @property
    def is_always(self) -> bool:
        """Whether this is the wall clock: open all day, every day."""
        return not self.days and all(windows == ALL_DAY for windows in self.weekly)

    # ---- parts -----------------------------------------------------------------------------------

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def windows(self, day: date) -> Windows:
        special = self.days.get(day)
        return self.weekly[day.weekday()] if special is None else special.windows

    def stretches(self, day: date) -> tuple[Stretch, ...]:
        """The day's windows as moments, in order; what the clock leaves out is in none."""
        found = []
        for window in self.windows(day):
            opens, closes = self.moment(day, window.opens), self.moment(day, window.closes)
            if opens < closes:
                found.append((opens, closes))
        return tuple(found)

    def moment(self, day: date, minutes: int) -> datetime:
        """The first moment at which the zone's clock shows this time, or a later one."""
        return first_moment(datetime.combine(day, time()) + timedelta(minutes=minutes), self.zone)

    def days_between(self, start: datetime, end: datetime) -> Iterator[date]:
        if end < start:
            return
        day, last = self.local_day(start), self.local_day(end)
        while day <= last:
            yield day
            day += ONE_DAY

    def following(self, at: datetime) -> Iterator[Stretch]:
        day = self.local_day(at)
        for number in range(SEARCH_DAYS + 1):
            yield from self.stretches(day + ONE_DAY * number)


def first_moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which a zone's clock shows `wall` or later."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # The clock leaps over it: the leap is between what both of its offsets make of the time.
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = moment
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def joined(windows: Windows) -> Windows:
    """The same hours in order, without windows that overlap or touch."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.opens <= found[-1].closes:
            last = found.pop()
            window = Window(last.opens, max(last.closes, window.closes))
        found.append(window)
    return tuple(found)


def overlaps(windows: Windows) -> bool:
    return any(later.opens < earlier.closes for earlier, later in pairwise(sorted(windows)))


ALWAYS = Calendar(ZoneInfo("UTC"), (ALL_DAY,) * 7)
