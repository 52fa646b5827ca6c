"""Which way conversations went when they began.

Counted is each time that the rules were asked about a conversation that began, or that began anew
by the customer's word after it was closed. Of these,

- **by rules**: a rule gave it to a team or a person;
- **to triage**: no rule took it, so it went to the triage team;
- **decided before**: a person, or a program, had given it to somebody already;
- **to nobody**: no rule took it and there is no triage team, or whom the rule names could not have
  it.

The share routed by rules is the first of them in all four.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from routing.figures.period import Looked, Period, look
from routing.models import Beginning, Rule, RuleEdition

Way = Beginning.Way
RULES_SHOWN = 10


def way_of(did: Collection[str], kept: Collection[str], triage: str | None, has: bool) -> Way:
    """Which way a conversation went, by what a decision says was done (`did`), was left because a
    person had decided (`kept`), and the triage team; `has`: it lies with somebody.

    way_of(["team", "tags"], [], None, True)     rule
    way_of(["tags"], [], "tm_triage", True)      triage
    way_of([], ["assignment"], None, True)       person
    way_of(["tags"], [], None, True)             person: somebody had it before
    way_of([], [], None, False)                  nobody
    """
    if "team" in did or "assignee" in did:
        return Way.RULE
    if triage:
        return Way.TRIAGE
    return Way.PERSON if has or "assignment" in kept else Way.NOBODY


@dataclass(frozen=True)
class Ways:
    """How many went which way, and by which rules (id, name, count), the busiest first."""

    counts: dict[Way, int]
    rules: list[tuple[str, str, int]]
    refused: int

    @property
    def size(self) -> int:
        return sum(self.counts.values())


def begun(period: Period, since: datetime | None = None) -> QuerySet[Beginning]:
    rows = Beginning.objects.filter(
        created_at__gte=since or period.since, created_at__lt=period.until
    )
    return rows if period.team is None else rows.filter(team=period.team)


def ways(period: Period) -> Looked[Ways]:
    return look(period, lambda since: counted(period, since))


def counted(period: Period, since: datetime) -> Ways:
    found = begun(period, since).order_by().values_list("way", "rule").annotate(size=Count("pk"))
    counts = dict.fromkeys(Way, 0)
    by_rule: dict[str, int] = {}
    refused = 0
    for way, rule, size in found:
        counts[Way(way)] += size
        if way == Way.RULE:
            by_rule[rule] = by_rule.get(rule, 0) + size
        if way == Way.NOBODY and rule:
            refused += size
    busiest = sorted(by_rule.items(), key=lambda each: -each[1])[:RULES_SHOWN]
    names = names_of([rule for rule, _ in busiest])
    return Ways(counts, [(rule, names.get(rule, rule), size) for rule, size in busiest], refused)


def names_of(rules: Collection[str]) -> dict[str, str]:
    """Of rules that are gone the last that they were called."""
    editions = RuleEdition.objects.filter(rule__in=rules).order_by("version")
    now = Rule.objects.filter(public_id__in=rules).values_list("public_id", "name")
    return dict(editions.values_list("rule", "name")) | dict(now)
