"""Rules that are only being tried, in words: what they would have done over the last days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ground.conditions import Snapshot
from inbox.models import Conversation
from routing import asking, simulator, wording
from routing.engine import PASSES, Wanted
from routing.models import RoutingSettings, Rule
from routing.simulator import Case, Simulation

NOBODY = "nobody"
BY_TIME = "Rules by time are not tried: who would have waited so long hangs on what we did then."
NAMES = ("team", "teammate", "vip_owner", "policy")
ROWS = ("tags", "tells")
NAME_LENGTH = 40


@dataclass(frozen=True)
class CaseTold:
    conversation: Conversation
    at: datetime
    before: str
    after: str


@dataclass(frozen=True)
class TeamTold:
    name: str
    before: int
    after: int

    @property
    def change(self) -> str:
        return f"{self.after - self.before:+,}" if self.after != self.before else "same"


@dataclass(frozen=True)
class Tried:
    """A simulation as it is told."""

    simulation: Simulation
    is_of_rule: bool
    matches: list[CaseTold]
    differences: list[CaseTold]
    teams: list[TeamTold]
    is_by_time: bool = False

    @property
    def words(self) -> str:
        if self.is_by_time:
            return BY_TIME
        found = self.simulation
        if not found.looked:
            return f"No customer wrote at such a moment in the last {found.days} days."
        looked = f"Of {counted(found.looked, 'message')} of the last {found.days} days"
        if not self.is_of_rule:
            return f"{looked}, {found.differing:,} would have gone another way."
        return f"{looked} it would have taken {found.matched:,}."

    @property
    def unknown(self) -> str:
        """What cannot be said, and why."""
        found = self.simulation
        if not found.unknown:
            return ""
        what = ", ".join(found.missing) or "what decides"
        return f"For {counted(found.unknown, 'message')} nobody can know: not recorded was {what}."


def try_rule(rule: str, says: Mapping[str, Any], spoken: Snapshot) -> Tried:
    """A rule with other fields, or a new one at the end, beside the present rules.

    rule: its public id, "" for a new one. says: as its form has it, with a sound condition.
    """
    says = with_what_there_is(says)
    if says["moment"] == PASSES:
        days = RoutingSettings.current().simulated_days
        return Tried(Simulation(days), True, [], [], [], is_by_time=True)
    present = standings_now(spoken)
    tried = simulator.with_tried(present, rule, says, spoken, bool(says.get("is_on", True)))
    return told(tried, present, spoken, rule or simulator.TRIED)


def with_what_there_is(says: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a form that nobody has checked, without what could not be saved anyhow."""

    def is_name(name: Any) -> bool:
        return isinstance(name, str) and name.isprintable() and len(name) <= NAME_LENGTH

    names = {name: says[name] if is_name(says.get(name)) else "" for name in NAMES}
    known = {
        "moment": (Rule.Moment.values, Rule.Moment.BEGINS),
        "for_vips": (Rule.ForVips.values, Rule.ForVips.SAME),
        "priority": (dict(Conversation.Priority.words()), ""),
        "sharing": (Rule.Way.values, ""),
    }
    words = {
        name: str(says[name] if says.get(name) in among else usual)
        for name, (among, usual) in known.items()
    }
    rows = {name: [each for each in says.get(name, ()) if is_name(each)] for name in ROWS}
    return {**says, **names, **words, **rows}


def try_order(order: Sequence[Rule], rules: Sequence[Rule]) -> Tried:
    """The rules in another order beside the present one."""
    spoken = asking.language()
    return told(asking.standings(order, spoken), asking.standings(rules, spoken), spoken, "")


def standings_now(spoken: Snapshot) -> list[Any]:
    return asking.standings(asking.in_their_order(), spoken)


def told(tried: Sequence[Any], present: Sequence[Any], spoken: Snapshot, rule: str) -> Tried:
    settings = RoutingSettings.current()
    found = simulator.simulate(
        tried,
        present,
        spoken=spoken,
        vip=settings.vip_segment,
        triage=settings.triage_team.public_id if settings.triage_team else None,
        days=settings.simulated_days,
        rule=rule,
    )
    return in_words(found, is_of_rule=bool(rule))


def in_words(found: Simulation, *, is_of_rule: bool) -> Tried:
    cases = [*found.matches, *found.differences]
    said = [each.to_json() for case in cases for each in (case.before, case.after)]
    said += [{"team": team} for case in cases for team in (case.before_team, case.after_team)]
    said += [{"team": team} for team in found.teams if team]
    names = wording.names_in_full(said)
    return Tried(
        found,
        is_of_rule,
        [case_told(case, names) for case in found.matches],
        [case_told(case, names) for case in found.differences],
        sorted(
            (
                TeamTold(names.get(team, wording.GONE) if team else NOBODY, *sizes)
                for team, sizes in found.teams.items()
            ),
            key=lambda each: (-each.before, each.name),
        ),
    )


def case_told(case: Case, names: wording.Names) -> CaseTold:
    return CaseTold(
        case.conversation,
        case.at,
        gifts(case.before, case.before_team, names),
        gifts(case.after, case.after_team, names),
    )


def gifts(wanted: Wanted, team: str | None, names: wording.Names) -> str:
    given = {**wanted.to_json(), "team": team, "teammate": wanted.owner or wanted.teammate}
    return " · ".join(wording.gifts_of(given, names)) or NOBODY


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
