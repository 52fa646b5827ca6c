"""What a rule gives besides somebody, a priority and tags: as the engine, editions and the journal
have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from routing.engine import Gives
from routing.models import Rule

Told = tuple[str, str, bool]


def note_told(rules: Iterable[Rule]) -> None:
    """Whom each of all rules tells, in one question."""
    told: dict[int, list[Told]] = defaultdict(list)
    rows = Rule.tells.through.objects.values_list(
        "rule_id", "teammate__public_id", "teammate__name", "teammate__is_active"
    )
    for rule, mate, name, is_active in rows:
        told[rule].append((mate, name, is_active))
    for each in rules:
        each.told = tuple(sorted(told[each.pk]))


def told_by(rule: Rule) -> tuple[Told, ...]:
    if rule.told is not None:
        return rule.told
    rows = rule.tells.all() if rule.pk else ()
    return tuple(sorted((mate.public_id, str(mate), mate.is_active) for mate in rows))


def given_by(rule: Rule) -> dict[str, Any]:
    """The fields of `Gives` that say it."""
    return {
        "sharing": str(rule.sharing),
        "policy": rule.policy.public_id if rule.policy else None,
        "is_complaint": rule.is_complaint,
        "tells": tuple(mate for mate, _, _ in told_by(rule)),
    }


def said_of(gives: Gives) -> dict[str, Any]:
    """As editions and the journal keep it."""
    return {
        "sharing": gives.sharing,
        "policy": gives.policy,
        "is_complaint": gives.is_complaint,
        "tells": list(gives.tells),
    }


def read_of(says: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `Gives` of an edition; those of before these results were, have none."""
    return {
        "sharing": says.get("sharing") or "",
        "policy": says.get("policy") or None,
        "is_complaint": bool(says.get("is_complaint")),
        "tells": tuple(sorted(says.get("tells") or ())),
    }


def fault_of_results(rule: Rule) -> str:
    """Why it cannot be given now, as a sentence; "" where it can."""
    if rule.policy is not None and not rule.policy.is_on:
        return f"The service level “{rule.policy}” is off."
    gone = next((name for _, name, is_active in told_by(rule) if not is_active), "")
    return f"{gone} is deactivated." if gone else ""
