"""Which share of what service levels promise was kept.

Counted is each clock (a first answer, a further answer, closing) that began in the period: kept
when it ended in time, missed when it did not, or is late now. What ended in time without what was
promised, such as a closing without an answer, and what still runs in time, is neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from routing.deadlines import Target
from routing.figures.period import Looked, Period, look
from routing.kept import Share
from routing.models import Clock, Policy

Kept = list[tuple[Policy, Share]]


def late(now: datetime) -> Q:
    return Q(state="missed") | Q(state="running", due_at__lt=now)


def clocks(period: Period, since: datetime | None = None) -> QuerySet[Clock]:
    rows = Clock.objects.filter(
        began_at__gte=since or period.since, began_at__lt=period.until, policy__isnull=False
    )
    return rows if period.team is None else rows.filter(conversation__team=period.team)


def promises(period: Period) -> Looked[Kept]:
    """By level, in their order, and kind of promise."""
    policies = list(Policy.objects.all())
    return look(period, lambda since: counted(period, policies, since))


def counted(period: Period, policies: Sequence[Policy], since: datetime) -> Kept:
    rows = clocks(period, since).filter(
        policy__in=[policy.pk for policy in policies], target__in=list(Target)
    )
    found = rows.order_by().values("policy", "target")
    by_kind = {
        (row["policy"], row["target"]): (row["kept"], row["missed"])
        for row in found.annotate(
            kept=Count("pk", Q(state="kept")), missed=Count("pk", late(period.until))
        )
    }
    return [
        (policy, Share(target, *by_kind[policy.pk, target]))
        for policy in policies
        for target in Target
        if sum(by_kind.get((policy.pk, target), (0, 0)))
    ]
