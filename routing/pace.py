"""How quickly a customer usually writes again after our word: pure, times in, spans out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

LEAST, MOST = timedelta(minutes=1), timedelta(hours=24)
# One gap may be chance. Of many the last count: the pace follows the customer.
GAPS_NEEDED, GAPS_USED = 2, 5
# So many words make two gaps: ours, theirs, ours, theirs.
WORDS_NEEDED = 2 * GAPS_NEEDED

# What is taken to be the pace of whom we do not know yet, by the kind of the channel.
DEFAULTS = {"messenger": timedelta(minutes=5)}
OTHERWISE = timedelta(hours=1)
# In the order of a queue nobody is slower than this: they would be left for days.
ORDER_MOST = timedelta(hours=1)
# Who has not written for so many times as long as they usually take is gone for now.
GAPS_AWAITED = 3


class Word(NamedTuple):
    """Something said that the customer could read: when, and whether one of us said it."""

    at: datetime
    is_ours: bool


def gaps(words: Iterable[Word]) -> list[timedelta]:
    """From each last word of ours to the customer's next one; `words` in their order."""
    found: list[timedelta] = []
    ours: datetime | None = None
    for word in words:
        if word.is_ours:
            ours = word.at
        elif ours is not None:
            found.append(word.at - ours)
            ours = None
    return found


def pace(words: Iterable[Word]) -> timedelta | None:
    """How long the customer usually takes, from LEAST to MOST in whole seconds: the middle one of
    the last few gaps. None as long as there is one at most."""
    last = gaps(words)[-GAPS_USED:]
    if len(last) < GAPS_NEEDED:
        return None
    usual = round(median(gap.total_seconds() for gap in last))
    return min(MOST, max(LEAST, timedelta(seconds=usual)))


def awaited(own: timedelta | None, quiet_after: timedelta) -> timedelta:
    """For how long the next word of a customer is expected after ours: a few of their usual gaps,
    never longer than `quiet_after`, which holds for whose pace nobody knows."""
    return quiet_after if own is None else min(quiet_after, GAPS_AWAITED * own)


def pressing(waited: timedelta, usual: timedelta) -> float:
    """A wait in the customer's own measure: how many times as long as they take themselves."""
    return waited / min(ORDER_MOST, usual)
