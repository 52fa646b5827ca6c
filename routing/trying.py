"""Rules that are only being tried, in words: what they would have done over the last days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing

from ground.conditions import Snapshot
from inbox.models import Conversation
from routing import asking, simulator, wording
from routing.engine import Rulebook
from routing.models import RoutingSettings, Rule
from routing.simulation import Case, Simulation, from_json
from routing.simulator import MOMENTS, Trial

NOBODY = "nobody"
BY_TIME = "Rules by time are not tried: who would have waited so long hangs on what we did then."
NAMES = ("team", "teammate", "vip_owner", "policy")
ROWS = ("tags", "tells")
NAME_LENGTH = 40
SALT = "routing.trying"
# So long what was found so far can be gone on from, in seconds.
KEPT = 60 * 60


@dataclass(frozen=True)
class CaseTold:
    conversation: Conversation
    at: datetime
    before: str
    after: str


@dataclass(frozen=True)
class TeamTold:
    """most: of the biggest number of all teams, for bars."""

    name: str
    before: int
    after: int
    most: int

    @property
    def before_share(self) -> int:
        return share_of(self.before, self.most)

    @property
    def after_share(self) -> int:
        return share_of(self.after, self.most)

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
    # Rules by time hang on what nobody did, which is not gone through.
    is_by_time: bool = False
    # Of what a button of the list tries: the end of its value, in words, the rule, how it would be
    # done.
    named: str = ""
    title: str = ""
    rule: Rule | None = None
    way: str = ""

    @property
    def words(self) -> str:
        if self.is_by_time:
            return BY_TIME
        found = self.simulation
        if not found.looked:
            if not found.is_whole:
                return "Nothing yet."
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

    @property
    def since(self) -> datetime | None:
        """How far back it came."""
        since = self.simulation.since
        return datetime.fromisoformat(since) if since else None

    @property
    def goes_on(self) -> bool:
        """Whether there is more to look at."""
        return not self.simulation.is_whole and not self.is_by_time

    @property
    def so_far(self) -> str:
        """What was found, to be given back when it goes on: nobody can have written it but we."""
        return signing.dumps(self.simulation.to_json(), salt=SALT, compress=True)


def gone_on_from(so_far: str) -> Simulation | None:
    """What `Tried.so_far` said; None for anything else."""
    if not so_far:
        return None
    try:
        return from_json(signing.loads(so_far, salt=SALT, max_age=KEPT))
    except (signing.BadSignature, ValueError, TypeError, KeyError):
        return None


def try_rule(rule: str, says: Mapping[str, Any], spoken: Snapshot, so_far: str = "") -> Tried:
    """A rule with other fields, or a new one at the end, beside the present rules.

    rule: its public id, "" for a new one. says: as its form has it, with a sound condition.
    so_far: what was found before, to go on from there.
    """
    says = with_what_there_is(says)
    if says["moment"] not in MOMENTS:
        days = RoutingSettings.current().simulated_days
        return Tried(Simulation(days, "", ""), True, [], [], [], is_by_time=True)
    present = standings_now(spoken)
    tried = simulator.with_tried(present, rule, says, spoken, bool(says.get("is_on", True)))
    return told(tried, present, spoken, rule or simulator.TRIED, so_far)


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


def try_named(
    what: str, order: Sequence[Rule], rules: Sequence[Rule], so_far: str = ""
) -> Tried | None:
    """What a button of the list tries: "" the rules in another order, "switch …" with one of them,
    by its public id, on that is off or off that is on, "without …" without it. None for a rule
    that is gone."""
    way, _, name = what.partition(" ")
    if not way:
        return try_order(order, rules, so_far)
    rule = next((each for each in rules if each.public_id == name), None)
    if rule is None or way not in ("switch", "without"):
        return None
    spoken = asking.language()
    present = asking.standings(rules, spoken)
    if way == "without":
        title, tried = f"Without “{rule}”", [each for each in present if each.id != name]
    else:
        title = f"“{rule}” switched {'off' if rule.is_on else 'on'}"
        tried = [replace(each, is_on=each.is_on != (each.id == name)) for each in present]
    found = told(tried, present, spoken, "", so_far, is_by_time=rule.moment not in MOMENTS)
    return replace(found, named=what, title=title, rule=rule, way=way)


def try_order(order: Sequence[Rule], rules: Sequence[Rule], so_far: str = "") -> Tried:
    """The rules in another order beside the present one."""
    spoken = asking.language()
    tried, present = asking.standings(order, spoken), asking.standings(rules, spoken)
    return replace(told(tried, present, spoken, "", so_far), title="In this order")


def standings_now(spoken: Snapshot) -> list[Any]:
    return asking.standings(asking.in_their_order(), spoken)


def told(
    tried: Sequence[Any],
    present: Sequence[Any],
    spoken: Snapshot,
    rule: str,
    so_far: str,
    *,
    is_by_time: bool = False,
) -> Tried:
    settings = RoutingSettings.current()
    trial = Trial(
        Rulebook(tried),
        Rulebook(present),
        spoken,
        vip=settings.vip_segment,
        triage=settings.triage_team.public_id if settings.triage_team else None,
        rule=rule,
    )
    days = settings.simulated_days
    if is_by_time:
        return in_words(Simulation(days, trial.name, ""), is_of_rule=bool(rule), is_by_time=True)
    found = simulator.simulate(trial, days=days, so_far=gone_on_from(so_far))
    return in_words(found, is_of_rule=bool(rule))


def in_words(found: Simulation, *, is_of_rule: bool, is_by_time: bool = False) -> Tried:
    cases = [*found.matches, *found.differences]
    said = [each for case in cases for each in (case.before, case.after)]
    said += [{"team": team} for case in cases for team in (case.before_team, case.after_team)]
    said += [{"team": team} for team in found.teams if team]
    names = wording.names_in_full(said)
    ids = {case.conversation for case in cases}
    rows = {row.public_id: row for row in Conversation.objects.filter(public_id__in=ids)}
    most = max((size for sizes in found.teams.values() for size in sizes), default=0)
    return Tried(
        found,
        is_of_rule,
        [case_told(case, rows, names) for case in found.matches if case.conversation in rows],
        [case_told(case, rows, names) for case in found.differences if case.conversation in rows],
        sorted(
            (
                TeamTold(names.get(team, wording.GONE) if team else NOBODY, now, then, most)
                for team, (now, then) in found.teams.items()
            ),
            key=lambda each: (-each.before, each.name),
        ),
        is_by_time,
    )


def case_told(case: Case, rows: Mapping[str, Conversation], names: wording.Names) -> CaseTold:
    return CaseTold(
        rows[case.conversation],
        datetime.fromisoformat(case.at),
        gifts(case.before, case.before_team, names),
        gifts(case.after, case.after_team, names),
    )


def gifts(wanted: Mapping[str, Any], team: str | None, names: wording.Names) -> str:
    mate = wanted.get("owner") or wanted.get("teammate")
    given = {**wanted, "team": team, "teammate": mate}
    return " · ".join(wording.gifts_of(given, names)) or NOBODY


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def share_of(number: int, most: int) -> int:
    """In percent."""
    return round(100 * number / most) if most else 0
