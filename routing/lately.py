"""What rules have done lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from ground.journal.models import Decision
from inbox.models import Conversation
from routing.models import RuleMatch

DAYS = 7
SHOWN = 10


@dataclass(frozen=True)
class Lately:
    """A decision in which a rule acted: on whose conversation, and where it is told."""

    name: str
    url: str
    at: datetime


def matched(rules: Iterable[str]) -> dict[str, int]:
    """How often each of the rules acted in the last DAYS days."""
    since = timezone.now() - timedelta(days=DAYS)
    found = RuleMatch.objects.filter(rule__in=list(rules), created_at__gte=since)
    counts = found.values_list("rule").annotate(size=Count("pk")).order_by()
    return dict(counts)


def decided_by(rule: str) -> list[Lately]:
    """The latest conversations in which a rule acted, each with the page that tells why."""
    made = Decision.objects.filter(matches__rule=rule).order_by("-matches__created_at", "-pk")
    latest = list(made.only("subject_id", "created_at")[:SHOWN])
    names = dict(
        Conversation.objects.filter(public_id__in=[each.subject_id for each in latest]).values_list(
            "public_id", "contact_name"
        )
    )
    return [
        Lately(
            names[each.subject_id],
            reverse("routing:why", args=["all", each.subject_id]) + f"?decision={each.pk}",
            each.created_at,
        )
        for each in latest
        if each.subject_id in names
    ]
