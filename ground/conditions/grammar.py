"""The grammar: from a JSON tree to a condition, and back.

{"all": [tree, …]}   every one holds; of none, true
{"any": [tree, …]}   at least one holds; of none, false
{"not": tree}        plain negation
{"fact": name, "op": operator, "value": …}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ground.conditions import arguments
from ground.conditions.arguments import BadValue, Events
from ground.conditions.errors import FactOutOfReach, InvalidCondition
from ground.conditions.operators import OPERATORS, Operator, Test
from ground.conditions.registry import Cost, Fact, Registry, registry

DEPTH_MAX = 10
NODES_MAX = 400
CLAUSES_MAX = 200
ROOT = "condition"


@dataclass(frozen=True, slots=True)
class Clause:
    """One question about one fact. `value` is checked: a text, a number, a tuple, a moment …"""

    fact: Fact
    op: str
    value: Any
    key: str = field(init=False, compare=False, repr=False)
    test: Test = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _reading_key(self.fact, self.value))
        object.__setattr__(self, "test", self.operator.test(self.value))

    @property
    def operator(self) -> Operator:
        return OPERATORS[self.fact.type][self.op]

    @property
    def phrase(self) -> str:
        """How people read the operator, `{}` where the value stands."""
        return self.fact.phrases.get(self.op, self.operator.phrase)

    @property
    def cost(self) -> Cost:
        return self.fact.cost

    def clauses(self) -> Iterator["Clause"]:
        yield self

    def to_json(self) -> dict[str, Any]:
        tree = {"fact": self.fact.name, "op": self.op}
        if self.value is None:
            return tree
        return {**tree, "value": arguments.to_json(self.value)}


@dataclass(frozen=True, slots=True)
class Group:
    """All or any of its children. `cheapest_first` is the order in which to ask them."""

    children: tuple["Condition", ...]
    cost: Cost = field(init=False, compare=False, repr=False)
    cheapest_first: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        costs = [child.cost for child in self.children]
        object.__setattr__(self, "cost", max(costs, default=Cost.LOADED))
        order = tuple(sorted(range(len(costs)), key=costs.__getitem__))
        object.__setattr__(self, "cheapest_first", order)

    def clauses(self) -> Iterator[Clause]:
        for child in self.children:
            yield from child.clauses()


@dataclass(frozen=True, slots=True)
class AllOf(Group):
    def to_json(self) -> dict[str, Any]:
        return {"all": [child.to_json() for child in self.children]}


@dataclass(frozen=True, slots=True)
class AnyOf(Group):
    def to_json(self) -> dict[str, Any]:
        return {"any": [child.to_json() for child in self.children]}


@dataclass(frozen=True, slots=True)
class Not:
    child: "Condition"

    @property
    def cost(self) -> Cost:
        return self.child.cost

    def clauses(self) -> Iterator[Clause]:
        return self.child.clauses()

    def to_json(self) -> dict[str, Any]:
        return {"not": self.child.to_json()}


Condition = AllOf | AnyOf | Not | Clause


def parse(
    tree: Any,
    *,
    subject: str | None = None,
    registry: Registry = registry,
    is_stored: bool = False,
) -> Condition:
    """The condition that a JSON tree says.

    subject: the key of what it will be asked of; then facts out of its reach are refused too.
    is_stored: it was sound when it was stored. A choice that is gone since, or not for this reader
        to know, then simply matches nothing; without it, it is an error.
    Raises InvalidCondition with a sentence for every place that is wrong.
    """
    parser = _Parser(registry, subject, is_stored)
    condition = parser.node(tree, "", 1)
    if parser.errors or condition is None:
        raise InvalidCondition(parser.errors)
    return condition


class _Wrong(Exception):
    def __init__(self, place: str, said: str) -> None:
        self.place = place
        self.said = said
        super().__init__(said)


class _Parser:
    """One walk over a tree that goes on after an error, so that a form can show them all."""

    def __init__(self, registry: Registry, subject: str | None, is_stored: bool) -> None:
        self.registry = registry
        self.subject = subject
        self.is_stored = is_stored
        self.errors: dict[str, str] = {}
        self.nodes = 0
        self.leaves = 0
        self.full = False

    def node(self, tree: Any, place: str, depth: int) -> Condition | None:
        """None where something is wrong."""
        if self.full:
            return None
        try:
            return self._node(tree, place, depth)
        except _Wrong as wrong:
            self.errors[wrong.place or ROOT] = wrong.said
        return None

    def _node(self, tree: Any, place: str, depth: int) -> Condition | None:
        self._count_in(tree, depth, place)
        if "fact" in tree:
            return self._clause(tree, place)
        if len(tree) != 1:
            _refuse(place, "Expected exactly one of all, any, not, or a fact.")
        (word, inner), *_ = tree.items()
        if word == "not":
            child = self.node(inner, _join(place, "not"), depth + 1)
            return None if child is None else Not(child)
        if word not in ("all", "any"):
            _refuse(place, f"“{_shown(word)}” is neither all, any, not nor fact.")
        if not isinstance(inner, list):
            _refuse(_join(place, word), "Expected a list of conditions.")
        children = tuple(
            child
            for index, item in enumerate(inner)
            if (child := self.node(item, _join(place, f"{word}[{index}]"), depth + 1)) is not None
        )
        return AllOf(children) if word == "all" else AnyOf(children)

    def _count_in(self, tree: Any, depth: int, place: str) -> None:
        if not isinstance(tree, dict):
            _refuse(place, "Expected an object.")
        if depth > DEPTH_MAX:
            _refuse(place, f"The condition is nested more than {DEPTH_MAX} deep.")
        self.nodes += 1
        self.leaves += "fact" in tree
        if self.leaves > CLAUSES_MAX or self.nodes > NODES_MAX:
            self.full = True
            _refuse("", f"The condition has more than {CLAUSES_MAX} clauses or {NODES_MAX} parts.")

    def _clause(self, tree: Mapping[str, Any], place: str) -> Clause:
        for key in tree:
            if key not in ("fact", "op", "value"):
                _refuse(place, f"“{_shown(key)}” is not part of a clause: fact, op and value are.")
        fact = self._fact(tree["fact"], _join(place, "fact"))
        operators = OPERATORS[fact.type]
        op = tree.get("op")
        if not isinstance(op, str) or op not in operators:
            said = f"{fact.name} is a {fact.type} and can be asked: {', '.join(operators)}."
            _refuse(_join(place, "op"), said)
        try:
            check = operators[op].argument
            if self.is_stored:
                check = arguments.AS_STORED.get(check, check)
            return Clause(fact, op, check(fact, tree.get("value")))
        except BadValue as bad:
            _refuse(_join(place, "value") + bad.place, bad.said)

    def _fact(self, name: Any, place: str) -> Fact:
        fact = self.registry.find(name) if isinstance(name, str) else None
        if fact is None:
            said = f"There is no fact called “{_shown(name)}”."
            meant = self.registry.nearest(name) if isinstance(name, str) else None
            _refuse(place, f"{said} Did you mean {meant}?" if meant else said)
        if self.subject is not None:
            try:
                self.registry.route(self.subject, fact)
            except FactOutOfReach as out:
                _refuse(place, str(out))
        return fact


def _refuse(place: str, said: str) -> NoReturn:
    raise _Wrong(place, said)


def _join(place: str, step: str) -> str:
    return f"{place}.{step}" if place else step


def _shown(value: Any) -> str:
    """Of something that anybody may have written: short, and always storable."""
    text = value if isinstance(value, str) else type(value).__name__
    return text[:60].encode("utf-8", "replace").decode().replace("\0", "?")


def _reading_key(fact: Fact, value: Any) -> str:
    """Under which a clause's reading is kept: the fact, and for a count also what is counted."""
    if not isinstance(value, Events):
        return fact.name
    counted = {"days": value.days, "name": value.name}
    return fact.name + json.dumps(counted, ensure_ascii=False)
