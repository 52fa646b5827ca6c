"""Which rules hold of a conversation, and what they give it: data in, data out.

The same function decides when a customer writes and when a moment of the past is gone through
again: it reads recorded facts only, so both come to the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from ground.conditions import Clause, Condition, Facts, Together, judge

# Who decides, where decisions are kept.
DECIDER = "routing.rules"
BEGINS, WRITES, PASSES = "begins", "writes", "passes"
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
    sharing: str = ""
    policy: str | None = None
    is_complaint: bool = False
    tells: tuple[str, ...] = ()
    says: bool = False
    closes: bool = False


class Clocked(NamedTuple):
    """When a rule by time is asked: so many minutes since what, and how they are counted."""

    since: str
    minutes: int
    counts: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it is asked. `condition` is None where `fault` says why it cannot be; `clocked`
    is of those by time only."""

    id: str
    version: int
    moment: str
    is_on: bool
    goes_on: bool
    condition: Condition | None
    gives: Gives
    fault: str = ""
    clocked: Clocked | None = None

    def is_asked(self, moment: str) -> bool:
        return self.is_on and self.moment == moment and self.condition is not None


class Ruling(NamedTuple):
    """What one rule said. truths: of each of its clauses a letter, `1`, `0`, or `?` where its fact
    was not recorded; "" where it was not asked."""

    rule: str
    version: int
    verdict: Verdict
    truths: str = ""

    def to_json(self) -> list[Any]:
        return [self.rule, self.version, self.verdict.value, self.truths]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a conversation is to get. `took`: the rule that gives it to somebody; `promised_by`,
    `complaint_by` and `told_by`: those by which it has a service level, is a complaint, and calls
    the first of those it `tells`; `says`: the one whose text the customer is told."""

    team: str | None = None
    teammate: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    people_only: bool = False
    is_vip: bool = False
    owner: str | None = None
    says: str | None = None
    closes: bool = False
    took: str | None = None
    sharing: str = ""
    policy: str | None = None
    promised_by: str | None = None
    complaint_by: str | None = None
    tells: tuple[str, ...] = ()
    told_by: str | None = None
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


class Rulebook(Sequence[Standing]):
    """Rules in their order, made ready to be asked any number of times."""

    def __init__(self, rules: Iterable[Standing]) -> None:
        self._rules = tuple(rules)
        # When any of those that are on are asked.
        self.moments = frozenset(rule.moment for rule in self._rules if rule.is_on)
        self._asked: dict[str, Asked] = {}
        self._unasked: dict[str, list[Ruling]] = {}
        self._asks: dict[str, dict[str, Clause]] = {}

    def __len__(self) -> int:
        return len(self._rules)

    def __getitem__(self, place: Any) -> Any:
        return self._rules[place]

    def __iter__(self) -> Iterator[Standing]:
        return iter(self._rules)

    def unasked(self, moment: str) -> list[Ruling]:
        """What the rules say of themselves at a moment, before any of them is asked."""
        known = self._unasked.get(moment)
        if known is None:
            known = [Ruling(each.id, each.version, _unasked(each, moment)) for each in self]
            self._unasked[moment] = known
        return known

    def asks(self, moment: str) -> Mapping[str, Clause]:
        """A clause for each thing that the rules read at a moment, by its key."""
        known = self._asks.get(moment)
        if known is None:
            known = self._asks[moment] = {
                clause.key: clause
                for rule in self
                if rule.is_asked(moment) and rule.condition is not None
                for clause in rule.condition.clauses()
            }
        return known

    def asked(self, moment: str) -> Asked:
        """The rules that are asked at a moment, ready to be asked together."""
        known = self._asked.get(moment)
        if known is None:
            rules = [(place, each) for place, each in enumerate(self) if each.is_asked(moment)]
            conditions = [each.condition for _, each in rules if each.condition is not None]
            known = self._asked[moment] = (rules, Together(conditions))
        return known


# Rules with their places among all, and their conditions.
Asked = tuple[list[tuple[int, Standing]], Together]


def asked_by(
    rules: Sequence[Standing], moment: str, vip: Clause | None = None
) -> dict[str, Clause]:
    """Everything that rules ask at a moment: a clause for each thing to read, by its key."""
    book = rules if isinstance(rules, Rulebook) else Rulebook(rules)
    found = dict(book.asks(moment))
    if vip is not None and any(r.is_asked(moment) and r.gives.for_vips != SAME for r in book):
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

    rules: a `Rulebook` where they are asked more than once.
    acted: rules that have acted in this conversation since it began, which do so once.
    vip: asks whether this is a VIP.
    """
    book = rules if isinstance(rules, Rulebook) else Rulebook(rules)
    facts = Facts(None, now=now, recorded=recorded)
    truth_of_vip = None if vip is None else judge(vip, facts).value
    rulings = book.unasked(moment).copy()
    wanted = Wanted()
    stopped_by: str | None = None
    is_certain = True
    asked, together = book.asked(moment)
    for (place, rule), (value, truths) in zip(asked, together.judge(facts), strict=True):
        if value is False and rule.id not in acted:
            rulings[place] = Ruling(rule.id, rule.version, Verdict.NO, truths)
            continue
        verdict = _verdict(rule, value, acted)
        if verdict is Verdict.STOPPED and stopped_by is None:
            verdict = Verdict.ACTED
            if rule.gives.for_vips != SAME and vip is not None and truth_of_vip is None:
                is_certain = False
            wanted = _given(wanted, rule, bool(truth_of_vip))
            if not rule.goes_on:
                stopped_by = rule.id
        elif verdict is Verdict.UNKNOWN and stopped_by is None:
            is_certain = False
        rulings[place] = Ruling(rule.id, rule.version, verdict, truths)
    return Decided(wanted, tuple(rulings), stopped_by, is_certain)


def _unasked(rule: Standing, moment: str) -> Verdict:
    if not rule.is_on:
        return Verdict.OFF
    if rule.condition is None:
        return Verdict.BROKEN
    return Verdict.NO if rule.moment == moment else Verdict.OTHER


def _verdict(rule: Standing, value: bool | None, acted: Collection[str]) -> Verdict:
    if rule.id in acted:
        return Verdict.DONE
    if value is None:
        return Verdict.UNKNOWN
    return Verdict.STOPPED if value else Verdict.NO


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
        says=so_far.says or (rule.id if gives.says else None),
        closes=so_far.closes or gives.closes,
        took=rule.id if takes else so_far.took,
        sharing=gives.sharing if takes else so_far.sharing,
        policy=so_far.policy or gives.policy,
        promised_by=so_far.promised_by or (rule.id if gives.policy else None),
        complaint_by=so_far.complaint_by or (rule.id if gives.is_complaint else None),
        tells=tuple(dict.fromkeys((*so_far.tells, *gives.tells))),
        told_by=so_far.told_by or (rule.id if gives.tells else None),
        rules=(*so_far.rules, rule.id),
    )
