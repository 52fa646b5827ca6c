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
from routing.actions.setting_times import MINUTES_MAX
from routing.engine import Rulebook
from routing.models import RoutingSettings, Rule
from routing.simulation import Case, Simulation, from_json
from routing.simulator import Trial

NOBODY = "nobody"
# What is counted, one and several.
MESSAGES = ("message", "messages")
NOUNS = {
    Rule.Since.WAITING.value: ("long wait", "long waits"),
    Rule.Since.UNASSIGNED.value: ("long time with nobody", "long times with nobody"),
    Rule.Since.SILENT.value: ("long silence", "long silences"),
}
TIMES = ("time that was over", "times that were over")
BOTH = ("message or time that was over", "messages and times that were over")
# What is to be known of how times are counted.
BY_TIME = "What people and rules did then counts: it ended waits and silences."
NO_TIME = "Say after how long it is asked, and of what: that is what is looked for."
BY_HOURS = "Office hours are those of now."
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
    # What was gone through, in words: one and several.
    nouns: tuple[str, str] = MESSAGES
    # What is to be known of how it was counted.
    note: str = ""
    # Of what a button of the list tries: the end of its value, in words, the rule, how it would be
    # done.
    named: str = ""
    title: str = ""
    rule: Rule | None = None
    way: str = ""

    @property
    def words(self) -> str:
        found = self.simulation
        if not found.looked:
            if not found.is_whole:
                return "Nothing yet."
            if self.nouns != MESSAGES:
                return f"Nothing of that kind lasted so long in the last {found.days} days."
            return f"No customer wrote at such a moment in the last {found.days} days."
        looked = f"Of {counted(found.looked, self.nouns)} of the last {found.days} days"
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
        return f"For {counted(found.unknown, self.nouns)} nobody can know: not recorded was {what}."

    @property
    def since(self) -> datetime | None:
        """How far back it came."""
        since = self.simulation.since
        return datetime.fromisoformat(since) if since else None

    @property
    def goes_on(self) -> bool:
        """Whether there is more to look at."""
        return not self.simulation.is_whole

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
        "since": (Rule.Since.values, ""),
        "counts": (Rule.Counts.values, Rule.Counts.WALL),
        "for_vips": (Rule.ForVips.values, Rule.ForVips.SAME),
        "priority": (dict(Conversation.Priority.words()), ""),
        "sharing": (Rule.Way.values, ""),
    }
    words = {
        name: str(says[name] if says.get(name) in among else usual)
        for name, (among, usual) in known.items()
    }
    rows = {name: [each for each in says.get(name, ()) if is_name(each)] for name in ROWS}
    minutes = says.get("after_minutes")
    is_length = isinstance(minutes, int) and 1 <= minutes <= MINUTES_MAX
    return {**says, **names, **words, **rows, "after_minutes": minutes if is_length else None}


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
    found = told(tried, present, spoken, "", so_far)
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
    found = simulator.simulate(trial, days=days, so_far=gone_on_from(so_far))
    return replace(
        in_words(found, is_of_rule=bool(rule)), nouns=nouns_of(trial), note=note_of(trial)
    )


def nouns_of(trial: Trial) -> tuple[str, str]:
    sinces = {clocked.since for clocked in trial.clocks.differing}
    if not sinces:
        return TIMES if trial.is_of_times else MESSAGES
    if trial.moments:
        return BOTH
    return NOUNS[sinces.pop()] if len(sinces) == 1 else TIMES


def note_of(trial: Trial) -> str:
    clocks = trial.clocks
    if not clocks.differing:
        return NO_TIME if trial.is_of_times else ""
    return f"{BY_TIME} {BY_HOURS}" if clocks.is_by_hours else BY_TIME


def in_words(found: Simulation, *, is_of_rule: bool) -> Tried:
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


def counted(number: int, nouns: tuple[str, str]) -> str:
    return f"{number:,} {nouns[number != 1]}"


def share_of(number: int, most: int) -> int:
    """In percent."""
    return round(100 * number / most) if most else 0
