"""What became of complaints.

Counted is each time that a complaint was given to somebody (docs/routing.md, Complaints): the first
time for each bad rating, and again where nobody had answered in time. It is open while the customer
still waits for a word of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from ground.journal.models import Decision
from inbox.models import Conversation
from routing.actions.complaining import DECIDER
from routing.figures.period import Looked, Period, look


@dataclass(frozen=True)
class Complaints:
    """How many conversations were followed up, wait still, and were given to somebody again."""

    size: int
    open: int
    again: int


def followed_up(period: Period, since: datetime | None = None) -> QuerySet[Decision]:
    rows = Decision.objects.filter(
        decider=DECIDER, created_at__gte=since or period.since, created_at__lt=period.until
    )
    if period.team is None:
        return rows
    return rows.filter(result__team=period.team.public_id)


def waiting(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    still = Conversation.objects.open().filter(waiting_since__isnull=False)
    return rows.filter(subject_id__in=still.order_by().values("public_id"))


def complaints(period: Period) -> Looked[Complaints]:
    return look(period, lambda since: counted(period, since))


def counted(period: Period, since: datetime) -> Complaints:
    rows = followed_up(period, since)
    names = Count("subject_id", distinct=True)
    found = rows.aggregate(
        size=names, again=Count("subject_id", Q(facts__tries__gt=1), distinct=True)
    )
    return Complaints(found["size"], waiting(rows).aggregate(size=names)["size"], found["again"])
