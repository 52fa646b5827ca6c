"""Asking one subject, with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ground.conditions.arguments import Events
from ground.conditions.errors import FactNotRecorded
from ground.conditions.grammar import AllOf, AnyOf, Clause, Condition, Not
from ground.conditions.operators import IS_UNKNOWN
from ground.conditions.registry import Cost, Registry, registry, subject_key
from ground.conditions.values import (
    MISSING,
    FactType,
    Reading,
    reading,
    storable,
    window,
    written,
)


@dataclass(slots=True)
class ClauseReason:
    """What a clause read and said. A truth of None: it was not asked, and nothing was read."""

    clause: Clause
    read: Any
    truth: bool | None

    def to_json(self) -> dict[str, Any]:
        tree = self.clause.to_json()
        if self.truth is None:
            return {**tree, "skipped": True}
        return {**tree, "read": storable(self.read), "truth": self.truth}


@dataclass(slots=True)
class GroupReason:
    """What the parts of a group said, in the order in which they are written."""

    word: Literal["all", "any", "not"]
    parts: tuple["Reason", ...]
    truth: bool | None

    def to_json(self) -> dict[str, Any]:
        parts = [part.to_json() for part in self.parts]
        said: dict[str, Any] = {self.word: parts[0] if self.word == "not" else parts}
        if self.truth is None:
            return {**said, "skipped": True}
        return {**said, "truth": self.truth}


Reason = ClauseReason | GroupReason


@dataclass(frozen=True, slots=True)
class Judgment:
    """What is known of a condition where not every fact may be recorded. None is not known.

    truths: of each clause, in the order of `Condition.clauses()`.
    """

    value: bool | None
    truths: tuple[bool | None, ...]


@dataclass(slots=True)
class Explanation:
    """The answer and why.

    facts_read: every fact that was asked for, as JSON; None is missing. Given back to `evaluate`
        with the same condition and `now`, it gives the same explanation without the subject.
    """

    value: bool
    tree: Reason
    facts_read: dict[str, Any]
    now: datetime

    def __bool__(self) -> bool:
        return self.value

    def to_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "tree": self.tree.to_json(),
            "facts_read": self.facts_read,
            "now": written(self.now),
        }


class Facts:
    """The facts of one subject at one moment, each read once, for any number of conditions.

    subject: None where only recorded facts may be used.
    recorded: facts by their keys, as `Explanation.facts_read` has them; they take precedence.
    """

    def __init__(
        self,
        subject: Any,
        *,
        now: datetime,
        recorded: Mapping[str, Any] | None = None,
        registry: Registry = registry,
    ) -> None:
        self.now = now
        self._subject = subject
        self._recorded = recorded or {}
        self._registry = registry
        self._readings: dict[str, Reading] = {}
        # What was read, by its key, as JSON: made once for all conditions.
        self.stored: dict[str, Any] = {}

    def read(self, clause: Clause) -> Reading:
        found = self._readings.get(clause.key)
        if found is None:
            found = self._readings[clause.key] = reading(clause.fact.type, self._raw(clause))
            self.stored[clause.key] = storable(found.value)
        return found

    def _raw(self, clause: Clause) -> Any:
        if clause.key in self._recorded:
            return self._recorded[clause.key]
        if self._subject is None:
            raise FactNotRecorded(f"{clause.key} was not recorded.")
        holder = self._subject
        for relation in self._registry.route(subject_key(holder), clause.fact):
            holder = relation.read(holder)
            if holder is None:
                return None
        if clause.fact.type is FactType.COUNT:
            asked: Events = clause.value
            return clause.fact.read(holder, window(asked.name, asked.days, self.now))
        if clause.fact.is_timed:
            return clause.fact.read(holder, self.now)
        return clause.fact.read(holder)


def evaluate(
    condition: Condition,
    subject: Any,
    *,
    now: datetime,
    facts: Facts | Mapping[str, Any] | None = None,
    registry: Registry = registry,
) -> Explanation:
    """Whether a condition holds of a subject, and why.

    Every clause is asked, except costly ones whose answer would not change the result.
    facts: `Facts` of this subject and moment, to share between conditions; or recorded facts.
    Raises FactOutOfReach, and FactNotRecorded where there is no subject to ask.
    """
    if not isinstance(facts, Facts):
        facts = Facts(subject, now=now, recorded=facts, registry=registry)
    read: dict[str, Any] = {}
    tree = _reason(condition, facts, read)
    return Explanation(bool(tree.truth), tree, read, facts.now)


def judge(condition: Condition, facts: Facts) -> Judgment:
    """Asks every clause, whatever it costs; one whose fact was not recorded is neither true nor
    false, and neither is the whole where it hangs on that. Where all is known, as `evaluate`."""
    truths: list[bool | None] = []
    return Judgment(_judged(condition, facts, truths), tuple(truths))


def _judged(condition: Condition, facts: Facts, truths: list[bool | None]) -> bool | None:
    if isinstance(condition, Clause):
        try:
            truth: bool | None = _truth(condition, facts.read(condition), facts.now)
        except FactNotRecorded:
            truth = None
        truths.append(truth)
        return truth
    if isinstance(condition, Not):
        inner = _judged(condition.child, facts, truths)
        return None if inner is None else not inner
    decisive = isinstance(condition, AnyOf)
    parts = [_judged(child, facts, truths) for child in condition.children]
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _reason(condition: Condition, facts: Facts, read: dict[str, Any]) -> Reason:
    if isinstance(condition, Clause):
        found = facts.read(condition)
        read[condition.key] = facts.stored[condition.key]
        return ClauseReason(condition, found.value, _truth(condition, found, facts.now))
    if isinstance(condition, Not):
        child = _reason(condition.child, facts, read)
        return GroupReason("not", (child,), not child.truth)
    return _group(condition, facts, read)


def _truth(clause: Clause, found: Reading, now: datetime) -> bool:
    if found is MISSING:
        return clause.op == IS_UNKNOWN
    return clause.test(found, now)


def _group(condition: AllOf | AnyOf, facts: Facts, read: dict[str, Any]) -> GroupReason:
    decisive = isinstance(condition, AnyOf)
    truth = not decisive
    parts: list[Any] = [None] * len(condition.children)
    for index in condition.cheapest_first:
        child = condition.children[index]
        if truth is decisive and child.cost > Cost.LOADED:
            parts[index] = _skipped(child)
            continue
        reason = parts[index] = _reason(child, facts, read)
        if reason.truth is decisive:
            truth = decisive
    return GroupReason("any" if decisive else "all", tuple(parts), truth)


def _skipped(condition: Condition) -> Reason:
    if isinstance(condition, Clause):
        return ClauseReason(condition, None, None)
    if isinstance(condition, Not):
        return GroupReason("not", (_skipped(condition.child),), None)
    parts = tuple(_skipped(child) for child in condition.children)
    return GroupReason("any" if isinstance(condition, AnyOf) else "all", parts, None)
