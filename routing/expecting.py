"""How long somebody will wait, as an honest range, from how long others have waited.

Pure: samples in, spans of working time out. A wait is seen in proportion to the queue that each of
those who were there had in front of them; so what was learned on a quiet day says something of a
busy one. How wide the range is follows from its own record: a house whose promises are kept too
seldom makes wider ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

# The share of waits that shall end within what was said.
AIM = 0.8
# Fewer than so many waits say nothing.
LEAST = 20
# So many of the latest promises judge how wide the next one is.
JUDGED = 100
WIDEST, NARROWEST = 0.98, 0.5
# How strongly the record moves the width.
CORRECTION = 1.5
# A queue of at least so many, and so many times the usual load, is an unusual delay.
QUEUE = 5
FAR = 2.0


@dataclass(frozen=True)
class Load:
    """Who else waits for the same people, and how many of these are there."""

    ahead: int
    people: int

    @property
    def share(self) -> float:
        """What each of them has in front of them, the one who asks included."""
        return (self.ahead + 1) / max(self.people, 1)


@dataclass(frozen=True)
class Sample:
    """A wait that is over: how long it was in working time, and under what load it began."""

    waited: timedelta
    load: Load


@dataclass(frozen=True)
class Expected:
    """The wait will be between these, most likely; both in working time."""

    low: timedelta
    high: timedelta


def expected(samples: Sequence[Sample], load: Load, width: float = AIM) -> Expected | None:
    """Between what and what a wait that begins now will be; None when too little is known."""
    if len(samples) < LEAST:
        return None
    scaled = sorted(
        each.waited.total_seconds() * weight(load) / weight(each.load) for each in samples
    )
    edge = (1 - width) / 2
    low, high = quantile(scaled, edge), quantile(scaled, 1 - edge)
    return Expected(timedelta(seconds=low), timedelta(seconds=high))


def weight(load: Load) -> float:
    """A wait does not halve with half the queue: opening, reading and writing stay."""
    return 1 + load.share


def is_far_above_usual(samples: Sequence[Sample], load: Load) -> bool:
    """Whether those who are there have FAR times as much in front of them as usual, which is the
    load under which half of the known waits began; never of a short queue, nor of little known."""
    if len(samples) < LEAST or load.ahead < QUEUE:
        return False
    usual = quantile(sorted(each.load.share for each in samples), 0.5)
    return load.share >= FAR * usual


def width_after(kept: int, judged: int) -> float:
    """How wide the next range is, as a share of known waits, after so many of the latest promises
    were kept."""
    if judged < LEAST:
        return AIM
    wished = AIM + CORRECTION * (AIM - kept / judged)
    return min(WIDEST, max(NARROWEST, wished))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of ordered values lies, between two neighbors."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
