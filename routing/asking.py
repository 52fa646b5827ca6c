"""What rules may ask, and how a rule is written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from ground import conditions
from ground.conditions import Clause, Condition, InvalidCondition, Snapshot, registry
from ground.conditions.sentences import GONE
from inbox import asking as inbox_asking
from inbox.facts import ME, teammates
from inbox.models import Conversation
from people.models import Segment, Teammate
from routing.engine import Gives, Standing
from routing.models import Rule

SUBJECT = inbox_asking.SUBJECT
TITLES = inbox_asking.TITLES
CLAUSES_MAX = 50
SEGMENTS = "contact.segments"
EVERY = "Every conversation"


def language() -> Snapshot:
    """What a rule can ask now. It is nobody's own, so it cannot ask for "me"."""

    def named() -> list[tuple[str, str]]:
        return [choice for choice in teammates() if choice[0] != ME]

    return Snapshot(registry, {"conversation.assignee": named})


def sound(tree: Any, spoken: Snapshot) -> Condition:
    """The condition of a tree that somebody has just written. Raises InvalidCondition."""
    condition = conditions.parse(tree, subject=SUBJECT, registry=spoken)
    if sum(1 for _ in condition.clauses()) > CLAUSES_MAX:
        raise InvalidCondition({"condition": f"A rule asks {CLAUSES_MAX} things at most."})
    return condition


def stored(tree: Any, spoken: Snapshot) -> Condition:
    """The condition of a tree that was sound once. Raises InvalidCondition where it asks for what
    cannot be asked any more."""
    return conditions.parse(tree, subject=SUBJECT, registry=spoken, is_stored=True)


def in_words(tree: Any, spoken: Snapshot) -> str:
    """What a stored condition says, as a sentence."""
    try:
        condition = stored(tree, spoken)
    except InvalidCondition as wrong:
        return " ".join(dict.fromkeys(wrong.errors.values()))
    if not any(True for _ in condition.clauses()):
        return EVERY
    return conditions.sentence(condition)


def vip_clause(segment: Segment | None, spoken: Snapshot) -> Clause | None:
    """Asks whether somebody is a VIP; None where the house has none."""
    if segment is None:
        return None
    tree = {"fact": SEGMENTS, "op": "contains", "value": segment.public_id}
    found = conditions.parse(tree, subject=SUBJECT, registry=spoken, is_stored=True)
    assert isinstance(found, Clause)
    return found


# ---- rules as they are asked and kept ------------------------------------------------------------


def standings(rules: Iterable[Rule], spoken: Snapshot) -> list[Standing]:
    """Rules as the engine takes them. Give them with `with_all`."""
    return [standing(rule, spoken) for rule in rules]


def standing(rule: Rule, spoken: Snapshot) -> Standing:
    condition: Condition | None = None
    fault = ""
    try:
        condition = stored(rule.condition, spoken)
        fault = gone_in(condition)
    except InvalidCondition as wrong:
        fault = " ".join(dict.fromkeys(wrong.errors.values()))
    fault = fault or fault_of_gifts(rule)
    return Standing(
        id=rule.public_id,
        version=rule.version,
        moment=rule.moment,
        is_on=rule.is_on,
        goes_on=rule.goes_on,
        condition=None if fault else condition,
        gives=gives_of(rule),
        fault=fault[:300],
    )


def gone_in(condition: Condition) -> str:
    """What a condition asks for in vain, as a sentence."""
    for clause in condition.clauses():
        if clause.fact.choices and GONE in conditions.sentence(clause):
            return f"{clause.fact.label}: what it asks for is gone."
    return ""


def fault_of_gifts(rule: Rule) -> str:
    """Why what a rule gives cannot be given, as a sentence."""
    mates = [rule.teammate, rule.vip_owner if rule.for_vips == Rule.ForVips.OWNER else None]
    for mate in mates:
        if mate is not None and not mate.is_active:
            return f"{mate} is deactivated."
    return ""


def gives_of(rule: Rule) -> Gives:
    return Gives(
        team=rule.team.public_id if rule.team else None,
        teammate=rule.teammate.public_id if rule.teammate else None,
        priority=word_of(rule.priority),
        tags=tuple(sorted(tag.public_id for tag in rule.tags.all())),
        people_only=rule.people_only,
        for_vips=rule.for_vips,
        vip_owner=rule.vip_owner.public_id if rule.vip_owner else None,
    )


def word_of(priority: int | None) -> str | None:
    return None if priority is None else Conversation.Priority(priority).word


def said_by(rule: Rule) -> dict[str, Any]:
    """All that a rule says, as its editions and the journal keep it."""
    gives = gives_of(rule)
    return {
        "name": rule.name,
        "moment": str(rule.moment),
        "condition": rule.condition,
        "goes_on": rule.goes_on,
        "team": gives.team,
        "teammate": gives.teammate,
        "priority": gives.priority,
        "tags": list(gives.tags),
        "people_only": gives.people_only,
        "for_vips": str(gives.for_vips),
        "vip_owner": gives.vip_owner,
    }


def with_all(rules: Any) -> Any:
    """Rules with everything that they give, in a fixed number of queries."""
    return rules.select_related("team", "teammate__role", "vip_owner__role").prefetch_related(
        "tags"
    )


def standing_said(
    rule: str,
    version: int,
    says: Mapping[str, Any],
    spoken: Snapshot,
    *,
    is_on: bool = True,
    is_broken: bool = False,
) -> Standing:
    """A rule of an edition, or one that is only being tried, as the engine takes it."""
    condition: Condition | None = None
    fault = "It could not be asked." if is_broken else ""
    try:
        condition = None if is_broken else stored(says["condition"], spoken)
    except InvalidCondition as wrong:
        fault = " ".join(dict.fromkeys(wrong.errors.values()))
    return Standing(
        id=rule,
        version=version,
        moment=says["moment"],
        is_on=is_on,
        goes_on=says["goes_on"],
        condition=condition,
        gives=Gives(
            team=says["team"] or None,
            teammate=says["teammate"] or None,
            priority=says["priority"] or None,
            tags=tuple(sorted(says["tags"])),
            people_only=says["people_only"],
            for_vips=says["for_vips"],
            vip_owner=says["vip_owner"] or None,
        ),
        fault=fault,
    )


def is_there(mate: Teammate) -> bool:
    """Whether somebody can be given work by name now."""
    return mate.is_active and not mate.is_away


def like_this(condition: Condition, spoken: Snapshot) -> Any:
    """The conversations of which a condition holds now, where it has a set form."""
    rows = Conversation.objects.all().whole()
    return conditions.filter(rows, condition, now=timezone.now(), registry=spoken)


def readable_by(viewer: Teammate | None) -> Snapshot:
    """The language in which a viewer (None: an app) reads rules: without the names of private
    teams that are not theirs to know."""
    return inbox_asking.language(viewer)
