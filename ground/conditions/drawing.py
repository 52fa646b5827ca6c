"""A condition as its form shows it: the state of `ground.conditions.forms`, with what can be chosen
and what is wrong beside each part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ground.conditions import arguments
from ground.conditions.forms import CONTROLS, NEGATED, WORDS, State, is_blank, name_of, tree_of
from ground.conditions.operators import MATCHES, OPERATORS, Operator
from ground.conditions.registry import Choices, Fact, Registry
from ground.conditions.sentences import GONE, UNITS, in_unit
from ground.conditions.values import FactType


@dataclass
class Line:
    """A clause as the form shows it. `path` begins the names of its fields."""

    path: str
    joined_by: str
    fact: str = ""
    op: str = ""
    operators: list[tuple[str, str]] = field(default_factory=list)
    control: str = ""
    values: list[str] = field(default_factory=list)
    choices: Choices = ()
    suggestions: Choices = ()
    unit: str = "day"
    event: dict[str, Any] = field(default_factory=dict)
    asks_count: bool = False
    asks_days: bool = False
    # The tree of what cannot be shown as a clause: its fact is gone.
    raw: str = ""
    gone: str = ""
    errors: list[str] = field(default_factory=list)
    has_focus: bool = False
    is_group: bool = False

    @property
    def after(self) -> str:
        """What follows the value in the sentence."""
        return "ago" if self.control == "span" else ""


@dataclass
class Box:
    """A group as the form shows it."""

    path: str
    joined_by: str
    word: str
    parts: list[Line | Box]
    is_root: bool
    errors: list[str] = field(default_factory=list)
    has_focus: bool = False
    is_group: bool = True

    @property
    def words(self) -> list[tuple[str, str]]:
        return [(word, said) for word, (said, _) in WORDS.items()]

    @property
    def units(self) -> list[str]:
        return list(UNITS)


@dataclass
class ConditionForm:
    """What `conditions/_form.html` shows: a group of groups and clauses, and all facts to choose.

    facts: (title, [(name, label)]) by subject.
    """

    root: Box
    facts: list[tuple[str, list[tuple[str, str]]]]
    errors: list[str]


class Drawing:
    """Draws states for a subject, with the facts of a registry as they are now.

    is_of_one: what is asked is asked of one subject at a time, so what has no set form is offered.
    """

    def __init__(
        self,
        registry: Registry,
        subject: str,
        titles: Mapping[str, str],
        *,
        is_of_one: bool = False,
    ) -> None:
        self.registry = registry
        self.subject = subject
        self.titles = titles
        self.is_of_one = is_of_one

    def form(
        self, state: State, errors: Mapping[str, str] | None = None, focus: str = ""
    ) -> ConditionForm:
        """errors: sentences by place in the tree, as InvalidCondition has them."""
        self.errors = dict(errors or {})
        self.focus = focus
        root = self._box(state, (), "", "")
        return ConditionForm(root, self._facts(), list(self.errors.values()))

    def _facts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups: dict[str, list[tuple[str, str]]] = {}
        for fact in self.registry.facts_for(self.subject):
            if fact.path is not None or self.is_of_one:
                title = self.titles.get(fact.subject, fact.subject.capitalize())
                groups.setdefault(title, []).append((fact.name, fact.label))
        return list(groups.items())

    def _box(self, state: State, path: tuple[int, ...], place: str, joined_by: str) -> Box:
        word = state["word"]
        is_single = sum(not is_blank(part) for part in state["parts"]) == 1
        inner = f"not.{NEGATED[word]}" if word in NEGATED else word
        inner = f"{place}.{inner}" if place else inner
        parts: list[Line | Box] = []
        at = 0
        for number, part in enumerate(state["parts"]):
            where = f"{inner}[{at}]"
            if is_single and word in NEGATED:
                where = f"{place}.not" if place else "not"
            joins = WORDS[word][1] if number else ""
            beneath = (*path, number)
            if "parts" in part:
                parts.append(self._box(part, beneath, where, joins))
            else:
                parts.append(self._line(part, beneath, where, joins))
            at += not is_blank(part)
        return Box(
            path=name_of(path),
            joined_by=joined_by,
            word=word,
            parts=parts,
            is_root=not path,
            errors=self._said_of(place, exactly=True),
            has_focus=self.focus == name_of(path),
        )

    def _said_of(self, place: str, *, exactly: bool = False) -> list[str]:
        """What is wrong there, which then is said nowhere else."""
        found = [
            at
            for at in self.errors
            if at == place or (not exactly and at.startswith((f"{place}.", f"{place}[")))
        ]
        return [self.errors.pop(at) for at in found if place]

    def _line(self, state: State, path: tuple[int, ...], place: str, joined_by: str) -> Line:
        line = Line(name_of(path), joined_by, has_focus=self.focus == name_of(path))
        if is_blank(state):
            return line
        line.errors = self._said_of(place)
        name = state.get("fact")
        fact = self.registry.find(name) if isinstance(name, str) else None
        op = state.get("op")
        if fact is None or not isinstance(op, str) or op not in OPERATORS[fact.type]:
            line.raw = json.dumps(tree_of(state))
            line.gone = str(name)[:80] if name else "something"
            return line
        self._fill(line, fact, state)
        return line

    def _fill(self, line: Line, fact: Fact, state: State) -> None:
        operators = OPERATORS[fact.type]
        operator = operators[state["op"]]
        line.fact, line.op = fact.name, state["op"]
        line.operators = [
            (op, phrase_of(fact, op, each))
            for op, each in operators.items()
            if op != MATCHES or self.is_of_one
        ]
        line.control = CONTROLS[operator.argument]
        value = state.get("value")
        if line.control == "span":
            number, line.unit = spanned(value)
            line.values = [written(number)]
        elif line.control == "events":
            line.event = value if isinstance(value, dict) else {}
            line.asks_count = operator.argument is arguments.counted_events
            line.asks_days = operator.argument is not arguments.named_events
        else:
            line.values = texts_of(value)
        if line.control in ("choice", "choices"):
            line.choices = with_gone(fact.current_choices(), line.values)
        if line.control in ("text", "texts"):
            line.suggestions = fact.current_suggestions()
            if fact.choices:
                labels = dict(fact.current_choices())
                line.values = [labels.get(text, text) for text in line.values]
        if line.control == "moment":
            line.values = [day_of(text) for text in line.values]


def phrase_of(fact: Fact, op: str, operator: Operator) -> str:
    """An operator as a choice shows it: "is more than … ago" without its value."""
    phrase = fact.phrases.get(op, operator.phrase).replace("{}", "").strip()
    if fact.type is FactType.DATETIME:
        phrase = phrase.removesuffix("ago").strip()
    return phrase


def spanned(value: Any) -> tuple[Any, str]:
    """A number of days in its unit; whatever else somebody has written as it is."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and abs(value) <= arguments.NUMBER_MAX:
        return in_unit(value)
    return value, "day"


def texts_of(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [written(each) for each in values]


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def with_gone(choices: Choices, values: list[str]) -> Choices:
    """The choices, and what was chosen once and is no choice any more."""
    known = {value for value, _ in choices}
    return [*choices, *((value, GONE) for value in values if value and value not in known)]


def day_of(text: str) -> str:
    """A date where a moment is the beginning of one, for a field of dates."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    is_midnight = (found.hour, found.minute, found.second, found.microsecond) == (0, 0, 0, 0)
    return found.date().isoformat() if is_midnight else text
