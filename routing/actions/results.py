"""Checks of what a rule gives besides somebody, a priority and tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ground.web.problems import Invalid
from people.models import Team, Teammate
from routing.models import Policy, Rule, Sharing

TELLS_MAX = 20
ROWS = ("tags", "tells")


def result_checks() -> Mapping[str, Callable[[Any], Any]]:
    return {
        "sharing": sound_sharing,
        "policy": sound_policy,
        "is_complaint": sound_truth,
        "tells": sound_tells,
    }


def sound_sharing(way: Any) -> str:
    if way is None or way == "":
        return ""
    if not isinstance(way, str) or way not in Rule.Way.values:
        raise Invalid(errors={"sharing": ["There is no such way of sharing out."]})
    return way


def sound_policy(name: Any) -> Policy | None:
    if name is None or name == "":
        return None
    policy: Policy | None = None
    if isinstance(name, str) and len(name) <= 40 and name.isprintable():
        policy = Policy.objects.filter(public_id=name).first()
    if policy is None:
        raise Invalid(errors={"policy": ["This service level is gone."]})
    if not policy.is_on:
        said = f"The service level “{policy}” is off. Switch it on first."
        raise Invalid(errors={"policy": [said]})
    return policy


def sound_truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(errors={"is_complaint": ["Expected true or false."]})
    return value


def sound_tells(names: Any) -> list[Teammate]:
    if not isinstance(names, list | tuple) or not all(isinstance(each, str) for each in names):
        raise Invalid(errors={"tells": ["Expected a list of teammates."]})
    wanted = set(names)
    if len(wanted) > TELLS_MAX:
        raise Invalid(errors={"tells": [f"A rule tells {TELLS_MAX} people at most."]})
    is_sound = all(len(each) <= 40 and each.isprintable() for each in wanted)
    mates = list(Teammate.objects.filter(public_id__in=wanted)) if is_sound else []
    if len(mates) < len(wanted):
        raise Invalid(errors={"tells": ["Somebody who is to be told is gone."]})
    return mates


def check_results(rule: Rule, tells: Sequence[Teammate]) -> None:
    """What they must be together with the rest. Raises Invalid."""
    if rule.sharing and rule.team is None:
        raise Invalid(errors={"sharing": ["Say which team shares it out so."]})
    if rule.policy is not None and not rule.policy.is_on:
        said = f"The service level “{rule.policy}” is off. Switch it on first."
        raise Invalid(errors={"policy": [said]})
    if rule.is_complaint and rule.closes:
        said = "A complaint stays open until somebody has answered: do not close it as well."
        raise Invalid(errors={"closes": [said]})
    for mate in tells:
        check_can_be_told(mate, rule.team)


def check_can_be_told(mate: Teammate, team: Team | None) -> None:
    if not mate.is_active:
        raise Invalid(errors={"tells": [f"{mate} is deactivated."]})
    if team is None or not team.is_private or mate.is_admin:
        return
    if not mate.memberships.filter(team=team).exists():
        raise Invalid(errors={"tells": [f"{mate} is not in that private team."]})


def gives_more(rule: Rule, tells: Sequence[Teammate]) -> bool:
    """Whether a rule gives anything of this; a way of sharing out is nothing by itself."""
    return rule.policy is not None or rule.is_complaint or bool(tells)


def make_shareable(rule: Rule) -> None:
    """A team that shares out nothing by itself can be asked to by a rule."""
    if rule.team is not None and rule.sharing not in ("", Rule.Way.NOBODY):
        Sharing.objects.get_or_create(team=rule.team)
