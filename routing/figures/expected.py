"""Whether the waits that customers were told came true.

Counted is each wait of which something was told and that an answer has ended in the period. It was
kept when the answer came between the two times that were told; else it came sooner, or later. The
house aims at four of five (`routing.expecting.AIM`): far fewer, and it promises too much; far more,
and its ranges say too little. Later than told is what hurts, so it is a figure of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from routing.expecting import AIM
from routing.figures.period import Looked, Period, look
from routing.models import Expectation

STATED = round(100 * AIM)
SOONER = Q(answered_at__lt=F("low_at"))
LATER = Q(answered_at__gt=F("high_at"))
KEPT = Q(answered_at__gte=F("low_at"), answered_at__lte=F("high_at"))


@dataclass(frozen=True)
class Record:
    kept: int
    sooner: int
    later: int

    @property
    def size(self) -> int:
        return self.kept + self.sooner + self.later


def told(period: Period, since: datetime | None = None) -> QuerySet[Expectation]:
    rows = Expectation.objects.filter(
        answered_at__gte=since or period.since,
        answered_at__lt=period.until,
        low_at__isnull=False,
        high_at__isnull=False,
    )
    return rows if period.team is None else rows.filter(team=period.team)


def record(period: Period) -> Looked[Record]:
    return look(period, lambda since: counted(period, since))


def counted(period: Period, since: datetime) -> Record:
    found = told(period, since).aggregate(
        kept=Count("pk", KEPT), sooner=Count("pk", SOONER), later=Count("pk", LATER)
    )
    return Record(**found)
