"""Which share of what was promised was kept: as clocks ended, and as they are late now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from routing.deadlines import Target
from routing.models import Clock

DAYS = 30


@dataclass(frozen=True)
class Share:
    """Of one kind of promise: how many were kept, how many missed."""

    target: Target
    kept: int
    missed: int

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all; None for nothing that could be kept."""
        return 100 * self.kept // (self.kept + self.missed) if self.kept + self.missed else None


def shares(policies: Collection[int], now: datetime) -> dict[int, list[Share]]:
    """By the key of the policy, of clocks that began within the last days. What ended without what
    was promised, but in time, is neither."""
    late = Q(state="missed") | Q(state="running", due_at__lt=now)
    rows = (
        Clock.objects.filter(policy__in=policies, began_at__gte=now - timedelta(days=DAYS))
        .values("policy", "target")
        .annotate(kept=Count("pk", Q(state="kept")), missed=Count("pk", late))
        .order_by("policy")
    )
    found: dict[int, list[Share]] = {}
    order = list(Target)
    for row in rows:
        share = Share(Target(row["target"]), row["kept"], row["missed"])
        found.setdefault(row["policy"], []).append(share)
    return {
        policy: sorted(kinds, key=lambda share: order.index(share.target))
        for policy, kinds in found.items()
    }
