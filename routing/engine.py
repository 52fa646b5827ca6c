"""Which rules hold of a conversation, and what they give it: data in, data out.

The same function decides when a customer writes and when a moment of the past is gone through
again: it reads recorded facts only, so both come to the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ground.conditions import Clause, Condition, Facts, judge

BEGINS, WRITES = "begins", "writes"
SAME, OWNER, FAST = "same", "owner", "fast"


class Verdict(StrEnum):
    """What became of one rule when a conversation was looked at."""

    ACTED = "acted"
    STOPPED = "stopped"  # it holds, but a rule before it had ended the search
    NO = "no"
    OFF = "off"
    OTHER = "other"  # it is asked at another moment
    BROKEN = "broken"
    DONE = "done"  # it had acted in this conversation since that began
    UNKNOWN = "unknown"  # a fact that decides it is not recorded


@dataclass(frozen=True, slots=True)
class Gives:
    """What a rule does with a conversation, by public ids; None and () leave it as it is."""

    team: str | None = None
    teammate: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    people_only: bool = False
    for_vips: str = SAME
    vip_owner: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it is asked. `condition` is None where `fault` says why it cannot be."""

    id: str
    version: int
    moment: str
    is_on: bool
    goes_on: bool
    condition: Condition | None
    gives: Gives
    fault: str = ""

    def is_asked(self, moment: str) -> bool:
        return self.is_on and self.moment == moment and self.condition is not None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule said. truths: of each of its clauses; () where it was not asked."""

    rule: str
    version: int
    verdict: Verdict
    truths: tuple[bool | None, ...] = ()

    def to_json(self) -> list[Any]:
        return [self.rule, self.version, self.verdict.value, "".join(map(_letter, self.truths))]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a conversation is to get. `took`: the rule that gives it to somebody."""

    team: str | None = None
    teammate: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    people_only: bool = False
    is_vip: bool = False
    owner: str | None = None
    took: str | None = None
    rules: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found.items()
            if value
        }


@dataclass(frozen=True, slots=True)
class Decided:
    """What all rules come to. is_certain: no fact that could change it was missing."""

    wanted: Wanted
    rulings: tuple[Ruling, ...]
    stopped_by: str | None = None
    is_certain: bool = True
    failed: tuple[str, ...] = field(default=())

    @property
    def is_taken(self) -> bool:
        return self.wanted.took is not None


def _letter(truth: bool | None) -> str:
    return "?" if truth is None else "1" if truth else "0"


def asked_by(
    rules: Iterable[Standing], moment: str, vip: Clause | None = None
) -> dict[str, Clause]:
    """Everything that rules ask at a moment: a clause for each thing to read, by its key."""
    asked = [rule for rule in rules if rule.is_asked(moment)]
    found = {
        clause.key: clause
        for rule in asked
        if rule.condition is not None
        for clause in rule.condition.clauses()
    }
    if vip is not None and any(rule.gives.for_vips != SAME for rule in asked):
        found.setdefault(vip.key, vip)
    return found


def decide(
    rules: Sequence[Standing],
    recorded: Mapping[str, Any],
    *,
    now: datetime,
    moment: str,
    acted: Collection[str] = (),
    vip: Clause | None = None,
) -> Decided:
    """What the rules, in their order, say of recorded facts at `now`.

    acted: rules that have acted in this conversation since it began, which do so once.
    vip: asks whether this is a VIP.
    """
    facts = Facts(None, now=now, recorded=recorded)
    truth_of_vip = None if vip is None else judge(vip, facts).value
    rulings: list[Ruling] = []
    wanted = Wanted()
    stopped_by: str | None = None
    is_certain = True
    for rule in rules:
        ruling, value = _ruled(rule, facts, moment, acted)
        if value and stopped_by is None:
            ruling = Ruling(rule.id, rule.version, Verdict.ACTED, ruling.truths)
            if rule.gives.for_vips != SAME and vip is not None and truth_of_vip is None:
                is_certain = False
            wanted = _given(wanted, rule, bool(truth_of_vip))
            if not rule.goes_on:
                stopped_by = rule.id
        elif ruling.verdict is Verdict.UNKNOWN and stopped_by is None:
            is_certain = False
        rulings.append(ruling)
    return Decided(wanted, tuple(rulings), stopped_by, is_certain)


def _ruled(
    rule: Standing, facts: Facts, moment: str, acted: Collection[str]
) -> tuple[Ruling, bool]:
    """What a rule says by itself; and whether it would act."""
    verdict: Verdict | None = None
    if not rule.is_on:
        verdict = Verdict.OFF
    elif rule.condition is None:
        verdict = Verdict.BROKEN
    elif rule.moment != moment:
        verdict = Verdict.OTHER
    if verdict is not None or rule.condition is None:
        return Ruling(rule.id, rule.version, verdict or Verdict.BROKEN), False
    said = judge(rule.condition, facts)
    if rule.id in acted:
        verdict = Verdict.DONE
    elif said.value is None:
        verdict = Verdict.UNKNOWN
    else:
        verdict = Verdict.STOPPED if said.value else Verdict.NO
    return Ruling(rule.id, rule.version, verdict, said.truths), verdict is Verdict.STOPPED


def _given(so_far: Wanted, rule: Standing, is_vip: bool) -> Wanted:
    """With what one more rule gives: what an earlier one gave stays, tags come together."""
    gives = rule.gives
    treats = is_vip and gives.for_vips != SAME
    is_fast = treats and gives.for_vips == FAST
    owner = gives.vip_owner if treats and gives.for_vips == OWNER else None
    takes = so_far.took is None and bool(gives.team or gives.teammate or owner)
    priority = "urgent" if is_fast else gives.priority
    return Wanted(
        team=gives.team if takes else so_far.team,
        teammate=gives.teammate if takes else so_far.teammate,
        priority=so_far.priority or priority,
        tags=tuple(dict.fromkeys((*so_far.tags, *gives.tags))),
        people_only=so_far.people_only or gives.people_only or is_fast,
        is_vip=so_far.is_vip or treats,
        owner=owner if takes else so_far.owner,
        took=rule.id if takes else so_far.took,
        rules=(*so_far.rules, rule.id),
    )
