"""Who of a team got a conversation and why nobody else, read from what was stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ground.journal.models import Decision
from inbox.models import Conversation
from people.models import Team, Teammate
from routing.models import RuleEdition
from routing.wording import GONE, WAYS

DECIDERS = ("routing.allocator", "routing.complaints", "routing.overflow")
SHOWN = 5


@dataclass(frozen=True)
class Gift:
    """A decision as it is told; `clauses` are {"holds", "says"}, one for each who might."""

    headline: str
    why: str
    clauses: list[dict[str, Any]]
    at: datetime


def gifts_of(conversation: Conversation, viewer: Teammate | None) -> list[Gift]:
    """The latest, newest first; none of a private team's that the viewer is not in."""
    rows = Decision.objects.filter(
        subject_type="conversation", subject_id=conversation.public_id, decider__in=DECIDERS
    ).order_by("-id")[:SHOWN]
    made = list(rows)
    teams = {name for each in made for name in teams_in(each)}
    known = Team.objects.visible_to(viewer).filter(public_id__in=teams)
    shown = set(known.values_list("public_id", flat=True)) if teams else set()
    told = [each for each in made if teams_in(each) <= shown]
    rules = names_of_rules({each.facts["way_by"] for each in told if "way_by" in each.facts})
    return [gift(each, rules) for each in told]


def names_of_rules(ids: set[str]) -> dict[str, str]:
    """As they are, or were last."""
    if not ids:
        return {}
    rows = RuleEdition.objects.filter(rule__in=ids).order_by("version")
    return dict(rows.values_list("rule", "name"))


def teams_in(decision: Decision) -> set[str]:
    return {decision.facts.get("team"), decision.result.get("team")} - {None}


def gift(decision: Decision, rules: Mapping[str, str]) -> Gift:
    name, why = decision.result.get("name"), decision.result.get("why", "")
    headline = f"{name} got it" if name else "Nobody got it"
    if decision.decider == "routing.overflow":
        headline = "It went on to another team"
    elif name and decision.decider == "routing.allocator":
        why = " ".join(filter(None, [f"{name} {why}.", decision.explanation.get("first")]))
    if rule := decision.facts.get("way_by"):
        way = WAYS.get(decision.facts["way"], GONE)
        why = f"{why} By the rule “{rules.get(rule, GONE)}” it is {way}."
    return Gift(headline, why, decision.explanation.get("clauses", []), decision.created_at)
