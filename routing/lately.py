"""What rules have done lately."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from ground.journal.models import Decision
from routing.models import RuleMatch

DAYS = 7
SHOWN = 20


def matched(rules: Iterable[str]) -> dict[str, int]:
    """How often each of the rules acted in the last DAYS days."""
    since = timezone.now() - timedelta(days=DAYS)
    found = RuleMatch.objects.filter(rule__in=list(rules), created_at__gte=since)
    counts = found.values_list("rule").annotate(size=Count("pk")).order_by()
    return dict(counts)


def decided_by(rule: str) -> QuerySet[Decision]:
    """The decisions in which a rule acted, newest first."""
    return Decision.objects.filter(matches__rule=rule).order_by("-matches__created_at", "-pk")
