"""How often conversations were handed on, and customers had to tell it again.

`routing.handing` says what counts in one conversation. Counted are conversations that were given to
somebody in the period; per conversation means: of those that began in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from routing.figures.period import Looked, Period, look
from routing.figures.ways import begun
from routing.models import Handing
from routing.models.handing import ALARM

ONCE, TWICE = Q(moves=1), Q(moves=2)
OFTEN = Q(moves__gte=ALARM)
AGAIN = Q(asked_again__gte=1)


@dataclass(frozen=True)
class Hands:
    """How many conversations were handed on once, twice, `often`; told again; how often both
    happened in all; how many conversations began."""

    once: int
    twice: int
    often: int
    again: int
    moves: int
    asked_again: int
    begun: int

    @property
    def size(self) -> int:
        return self.once + self.twice + self.often

    def per_conversation(self, count: int) -> float | None:
        return count / self.begun if self.begun else None


def handings(period: Period, since: datetime | None = None) -> QuerySet[Handing]:
    rows = Handing.objects.filter(moved_at__gte=since or period.since, moved_at__lt=period.until)
    return rows if period.team is None else rows.filter(conversation__team=period.team)


def hands(period: Period) -> Looked[Hands]:
    return look(period, lambda since: counted(period, since))


def counted(period: Period, since: datetime) -> Hands:
    found = handings(period, since).aggregate(
        once=Count("pk", ONCE),
        twice=Count("pk", TWICE),
        often=Count("pk", OFTEN),
        again=Count("pk", AGAIN),
        moves=Sum("moves", default=0),
        asked_again=Sum("asked_again", default=0),
    )
    return Hands(**found, begun=begun(period, since).order_by().count())
