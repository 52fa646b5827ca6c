"""What rules would have done over the last days, beside what the present ones would have done.

Each message of a customer is gone through again with the facts of then: those that were recorded
with its decision, and what the journal still knows. The rest is not recorded, and where a rule
hangs on that it is said, not guessed. Rules by time are asked where a wait or a silence lasted as
long as they say.

It is done in steps, the latest messages first, and what was found is carried from one to the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha1
from typing import Any

from django.utils import timezone

from ground.conditions import Clause, Snapshot
from ground.journal.models import Decision, Entry
from people.models import Segment
from routing import asking
from routing.actions.routing import Heard, all_heard
from routing.comparing import Placed, count_teams, is_same, note, sort_out
from routing.engine import (
    BEGINS,
    PASSES,
    WRITES,
    Decided,
    Rulebook,
    Standing,
    Verdict,
    asked_by,
    decide,
)
from routing.lasted import Clocks
from routing.models import RuleEdition
from routing.past import Past, Questions, before, past_of
from routing.rebuilding import segments_in
from routing.rebuilding.then import HEARD
from routing.rulings import rulings_of
from routing.simulation import Case, Simulation
from routing.waited import of_times

MOMENTS = (BEGINS, WRITES)
CHUNK = 250
# So long one step takes, about.
SECONDS = 0.7
# After so many more messages it goes on only when somebody says so.
PAUSE = 2_000
RULES_VERSION = 0
# A rule that is only being tried, before it has an id.
TRIED = "tried"


@dataclass(frozen=True)
class Trial:
    """What is tried beside what. rule: the one whose matches are counted, "" for none; triage: the
    team that gets what no rule takes."""

    tried: Rulebook
    present: Rulebook
    spoken: Snapshot
    vip: Segment | None = None
    triage: str | None = None
    rule: str = ""

    @cached_property
    def clause(self) -> Clause | None:
        return asking.vip_clause(self.vip, self.spoken)

    @cached_property
    def questions(self) -> Questions:
        clause = self.clause
        rules = [*self.tried, *self.present]
        conditions = [each.condition for each in rules if each.is_on and each.condition is not None]
        segments = segments_in([*conditions, clause] if clause else conditions)
        asked = {moment: asked_by(rules, moment, clause) for moment in MOMENTS}
        return Questions(asked, segments, self.spoken)

    @cached_property
    def moments(self) -> set[str]:
        """The moments of messages at which anything can come of it."""
        if self.is_of_times and not self.is_of_messages:
            return set()
        rules = [*self.tried, *self.present]
        found = {each.moment for each in rules if each.is_on and each.condition is not None}
        return (found | {BEGINS} if self.triage else found) & set(MOMENTS)

    @cached_property
    def clocks(self) -> Clocks:
        return Clocks(self.tried, self.present, self.rule)

    @property
    def is_of_times(self) -> bool:
        """Whether it tries rules by time."""
        is_named = any(each.id == self.rule and each.moment == PASSES for each in self.tried)
        return is_named or bool(self.clocks.differing)

    @property
    def is_of_messages(self) -> bool:
        """Whether it tries rules that are asked when customers write."""
        tried, present = (
            [each for each in rules if each.moment in MOMENTS]
            for rules in (self.tried, self.present)
        )
        return tried != present or any(each.id == self.rule for each in tried)

    @cached_property
    def kinds(self) -> set[str]:
        """Of entries that are gone through."""
        return self.clocks.kinds | ({HEARD} if self.moments else set())

    @cached_property
    def name(self) -> str:
        """The same for the same rules, tried beside the same."""
        said = [
            [replace(each, condition=None), each.condition.to_json() if each.condition else None]
            for rules in (self.tried, self.present)
            for each in rules
        ]
        whole = repr((said, len(self.tried), self.vip and self.vip.pk, self.triage, self.rule))
        return sha1(whole.encode(), usedforsecurity=False).hexdigest()


def simulate(trial: Trial, *, days: int, so_far: Simulation | None = None) -> Simulation:
    """Goes through the last days, latest first, for one step; and on from where it had come, if
    that was of the same."""
    name = trial.name
    found = so_far if so_far is not None and (so_far.of, so_far.days) == (name, days) else None
    if found is None:
        found = Simulation(days, name, timezone.now().isoformat(), allowed=PAUSE)
    if found.is_paused:
        found.allowed = found.looked + PAUSE
    ends = time.monotonic() + SECONDS
    reach = trial.clocks.reach(found.oldest)
    while not found.is_whole and not found.is_paused:
        step(found, trial, reach)
        if time.monotonic() > ends:
            break
    return found


def step(found: Simulation, trial: Trial, reach: datetime) -> None:
    """A few more messages, and what else waits and silences begin with, back; none before
    `reach`."""
    rows = Entry.objects.filter(kind__in=trial.kinds)
    if found.last is not None:
        rows = rows.filter(pk__lt=found.last)
    looked = list(rows.order_by("-pk")[:CHUNK]) if trial.kinds else []
    chunk = [each for each in looked if each.created_at >= reach]
    found.is_whole = len(looked) < CHUNK or looked[-1].created_at < reach
    if not chunk:
        return
    found.last, found.since = chunk[-1].pk, chunk[-1].created_at.isoformat()
    written = [each for each in chunk if each.kind == HEARD and each.created_at >= found.oldest]
    heard = [each for each in all_heard(written) if each.moment in trial.moments]
    cases = of_messages(found, trial, heard)
    if trial.clocks.differing:
        cases += of_times(
            found,
            chunk,
            trial.clocks,
            spoken=trial.spoken,
            segments=trial.questions.segments,
            vip=trial.clause,
        )
    sort_out(found, [case for _, case in sorted(cases, key=lambda each: each[0])])


def of_messages(found: Simulation, trial: Trial, heard: Sequence[Heard]) -> list[Placed]:
    """What comes of what customers wrote."""
    questions = trial.questions
    past = past_of(heard, questions)
    lead_up = before(past, questions) if is_asked_again(trial) else []
    memory: dict[str, tuple[set[str], set[str]]] = {}
    cases: list[Placed] = []
    counted = {each.place for each in past}
    for each in sorted([*lead_up, *past], key=lambda one: one.place):
        old, new = both(trial, each, memory)
        if each.place not in counted:
            continue
        found.looked += 1
        if not (old.is_certain and new.is_certain):
            found.unknown += 1
            note_missing(found, questions, each)
            continue
        case = case_of(each, old, new, trial.triage)
        count_teams(found, case, each.heard.moment)
        told = (case, trial.rule in new.wanted.rules, is_same(old, new, case))
        cases.append(((each.place, ""), told))
    return cases


def is_asked_again(trial: Trial) -> bool:
    rules = (*trial.tried, *trial.present)
    return any(each.is_asked(WRITES) for each in rules)


def both(
    trial: Trial, past: Past, memory: dict[str, tuple[set[str], set[str]]]
) -> tuple[Decided, Decided]:
    """What the present and the tried rules say of a message; notes which have acted."""
    name = past.conversation.public_id
    old_acted, new_acted = remembered(memory, past)
    old = asked_again(trial.present, past, trial.clause, old_acted)
    new = asked_again(trial.tried, past, trial.clause, new_acted)
    memory[name] = (old_acted | set(old.wanted.rules), new_acted | set(new.wanted.rules))
    return old, new


def note_missing(found: Simulation, questions: Questions, past: Past) -> None:
    for key, clause in questions.asked[past.heard.moment].items():
        if key not in past.recorded:
            note(found, clause.fact.label)


def remembered(
    memory: Mapping[str, tuple[set[str], set[str]]], past: Past
) -> tuple[set[str], set[str]]:
    """Which of the present and of the tried rules have acted there since it began."""
    if past.heard.moment == BEGINS:
        return set(), set()
    known = memory.get(past.conversation.public_id)
    return known if known is not None else (set(past.acted), set(past.acted))


def asked_again(
    rules: Sequence[Standing], past: Past, vip: Clause | None, acted: Iterable[str]
) -> Decided:
    return decide(
        rules,
        past.recorded,
        now=past.now,
        moment=past.heard.moment,
        acted=set(acted),
        vip=vip,
    )


def case_of(past: Past, old: Decided, new: Decided, triage: str | None) -> Case:
    def team_of(decided: Decided) -> str | None:
        if decided.is_taken or past.heard.moment != BEGINS:
            return decided.wanted.team
        return triage

    return Case(
        past.conversation.public_id,
        past.heard.entry.created_at.isoformat(),
        old.wanted.to_json(),
        new.wanted.to_json(),
        team_of(old),
        team_of(new),
    )


# ---- again, exactly ------------------------------------------------------------------------------


def replay(decision: Decision, spoken: Snapshot) -> Decided:
    """The rules of then over the facts of then: what was decided, worked out once more."""
    explanation = decision.explanation
    rulings = rulings_of(decision)
    rows = RuleEdition.objects.filter(rule__in={each[0] for each in rulings})
    editions = {(row.rule, row.version): row.says for row in rows}
    return decide(
        [rule_then(each, editions, spoken) for each in rulings],
        decision.facts,
        now=datetime.fromisoformat(explanation["now"]),
        moment=explanation["moment"],
        acted=set(explanation.get("acted", ())),
        vip=asking.vip_clause(named_segment(explanation.get("vip")), spoken),
    )


def rule_then(
    ruling: Sequence[Any], editions: Mapping[tuple[str, int], Mapping[str, Any]], spoken: Snapshot
) -> Standing:
    rule, version, verdict, _ = ruling
    says = editions[rule, version]
    return asking.standing_said(
        rule,
        version,
        says,
        spoken,
        is_on=verdict != Verdict.OFF,
        is_broken=verdict == Verdict.BROKEN,
    )


def named_segment(name: Any) -> Segment | None:
    return Segment(public_id=name) if isinstance(name, str) else None


# ---- what is tried -------------------------------------------------------------------------------


def with_tried(
    present: Sequence[Standing], rule: str, says: Mapping[str, Any], spoken: Snapshot, is_on: bool
) -> list[Standing]:
    """The rules with one that says something else, or with one more at their end."""
    fresh = asking.standing_said(rule or TRIED, RULES_VERSION, says, spoken, is_on=is_on)
    found = [fresh if each.id == rule else each for each in present]
    return found if any(each.id == rule for each in present) else [*present, fresh]
