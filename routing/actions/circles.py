"""Nothing goes round in a circle by itself: what time brings from team to team must come to an end.

Three things give on what nobody asked them to: a team whose work goes on to another, the steps of
a service level for a team's conversations, and rules by time. Whatever of them is to be saved is
looked at together with all the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from ground.conditions import Condition, InvalidCondition
from ground.conditions.grammar import Clause, Not
from ground.web.problems import Invalid
from people.models import Team
from routing import asking
from routing.models import Policy, Rule, Sharing


@dataclass(frozen=True)
class Way:
    """By which conversations go from a team to another, by public ids, without anybody's doing;
    `said` is what does it, "" where the team's own settings do."""

    start: str
    end: str
    said: str = ""


def check_no_circle(
    *, rule: Rule | None = None, policy: Policy | None = None, sharing: Sharing | None = None
) -> None:
    """Raises Invalid when what is about to be saved would bring conversations back to a team."""
    policies = {row.pk: row for row in Policy.objects.filter(is_on=True)}
    if policy is not None:
        policies.pop(policy.pk, None)
    rules = list(rules_that_give_on(rule))
    sharings = Sharing.objects.filter(overflow_team__isnull=False)
    others = sharings.select_related("team", "overflow_team")
    standing = [
        *ways_of_rules(rules, policies),
        *(way for each in policies.values() for way in ways_of_policy(each)),
        *(way for each in others if each.team_id != team_of(sharing) for way in ways_of(each)),
    ]
    if sharing is not None:
        refuse_circle("overflow_team", list(ways_of(sharing)), standing)
    if policy is not None and policy.is_on:
        # A new one is given by no rule yet.
        given = ways_of_rules(rules, {policy.pk: policy}) if policy.pk else []
        refuse_circle("steps", [*ways_of_policy(policy), *given], standing)
    if rule is not None and rule.is_on:
        refuse_circle("team", list(ways_of_rules([rule], policies)), standing)


def team_of(sharing: Sharing | None) -> int | None:
    return sharing.team_id if sharing else None


def rules_that_give_on(but: Rule | None) -> Iterable[Rule]:
    """Those that act by time, and those by which a team's conversations get a service level."""
    by_time = Q(moment=Rule.Moment.PASSES) | Q(policy__isnull=False)
    rows = Rule.objects.filter(by_time, is_on=True, team__isnull=False)
    others = rows.exclude(pk=but.pk) if but is not None and but.pk else rows
    return others.select_related("team")


def ways_of(sharing: Sharing) -> Iterator[Way]:
    if sharing.overflow_team is not None:
        yield Way(sharing.team.public_id, sharing.overflow_team.public_id)


def ways_of_policy(policy: Policy) -> Iterator[Way]:
    """From the teams for whose conversations it is to those that its steps give them to."""
    steps = steps_of(policy)
    if not steps or policy.by_rules_only:
        return
    for team in teams_asked_by(policy.condition):
        yield from to_steps(team, policy, steps)


def ways_of_rules(rules: Iterable[Rule], policies: dict[int, Policy]) -> Iterator[Way]:
    for rule in rules:
        if rule.team is None:
            continue
        name = rule.team.public_id
        if rule.moment == Rule.Moment.PASSES:
            for team in teams_asked_by(rule.condition) - {name}:
                yield Way(team, name, f"the rule “{rule}”")
        policy = policies.get(rule.policy_id or 0)
        if policy is not None:
            yield from to_steps(name, policy, steps_of(policy))


def to_steps(team: str, policy: Policy, steps: set[str]) -> Iterator[Way]:
    for step in steps - {team}:
        yield Way(team, step, f"the service level “{policy}”")


def steps_of(policy: Policy) -> set[str]:
    return {step["value"] for step in policy.steps if step["do"] == "team"}


def teams_asked_by(tree: object) -> set[str]:
    """The teams that a stored condition wants a conversation to lie with; none for one that asks
    for what is gone."""
    try:
        return teams_asked(asking.stored(tree, asking.language()))
    except InvalidCondition:
        return set()


def teams_asked(condition: Condition) -> set[str]:
    if isinstance(condition, Clause):
        is_team = condition.fact.name == "conversation.team" and condition.op in ("is", "is_any_of")
        value = condition.value if is_team else ()
        return {value} if isinstance(value, str) else set(value)
    if isinstance(condition, Not):
        return set()
    return set().union(*(teams_asked(child) for child in condition.children))


def refuse_circle(field: str, added: list[Way], standing: list[Way]) -> None:
    """Raises Invalid with the first circle that some of the added ways would close."""
    for way in added:
        back = path(way.end, way.start, [*standing, *added])
        if back is None:
            continue
        circle = [way, *back]
        teams = Team.objects.filter(public_id__in={each.start for each in circle})
        names = dict(teams.values_list("public_id", "name"))
        stops = [names.get(way.start, "gone")]
        for each in circle:
            name = names.get(each.end, "gone")
            stops.append(f"{name} ({each.said})" if each.said else name)
        said = f"It would go round in a circle: {' → '.join(stops)}."
        raise Invalid(errors={field: [said]})


def path(start: str, end: str, ways: list[Way]) -> list[Way] | None:
    """The shortest from a team to another; None for none."""
    found: dict[str, list[Way]] = {start: []}
    waiting = deque([start])
    while waiting:
        team = waiting.popleft()
        if team == end:
            return found[team]
        for way in ways:
            if way.start == team and way.end not in found:
                found[way.end] = [*found[team], way]
                waiting.append(way.end)
    return None
