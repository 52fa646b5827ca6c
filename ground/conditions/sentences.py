"""A condition as people say it."""

from datetime import datetime
from typing import Any

from ground.conditions.arguments import Events
from ground.conditions.grammar import AnyOf, Clause, Condition, Not
from ground.conditions.registry import Fact
from ground.conditions.values import FactType

UNITS = {"day": 1, "hour": 24, "minute": 1440}
ALWAYS = "always"
NEVER = "never"
# A choice that is there no more, or not for this reader to know.
GONE = "(gone)"


def sentence(condition: Condition) -> str:
    """`plan is pro and (spend is more than 100 or not (country is Germany))`."""
    if isinstance(condition, Clause):
        return _clause(condition)
    if isinstance(condition, Not):
        return f"not ({sentence(condition.child)})"
    is_any = isinstance(condition, AnyOf)
    if not condition.children:
        return NEVER if is_any else ALWAYS
    if len(condition.children) == 1:
        return sentence(condition.children[0])
    return (" or " if is_any else " and ").join(_part(child) for child in condition.children)


def _part(condition: Condition) -> str:
    said = sentence(condition)
    is_group = not isinstance(condition, Clause | Not) and len(condition.children) > 1
    return f"({said})" if is_group else said


def _clause(clause: Clause) -> str:
    fact, phrase = clause.fact, clause.phrase
    if isinstance(clause.value, Events):
        return _events(fact, phrase, clause.value)
    if clause.op.endswith("_days_ago"):
        return f"{_called(fact)} {phrase.format(_span(clause.value))}"
    return f"{_called(fact)} {phrase.format(_value(clause))}"


def _called(fact: Fact) -> str:
    """The label as it stands inside a sentence: "Last seen" small, "URL" as it is."""
    first, rest = fact.label[:1], fact.label[1:]
    return f"{first.lower()}{rest}" if rest.islower() else fact.label


def _events(fact: Fact, phrase: str, asked: Events) -> str:
    said = f"{phrase.format(asked.count)} {_called(fact)}"
    if asked.name is not None:
        said += f" called {_quoted(asked.name)}"
    if asked.days is not None:
        said += f" in the last {_counted(asked.days, 'day')}"
    return said


def _value(clause: Clause) -> str:
    value = clause.value
    if isinstance(value, tuple):
        last = " and " if clause.op in ("between", "contains_all") else " or "
        said = [_one(clause.fact, part) for part in value]
        return last.join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    return _one(clause.fact, value)


def _one(fact: Fact, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, datetime):
        midnight = value.hour == value.minute == value.second == value.microsecond == 0
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M} UTC"
    if fact.choices:
        label = dict(fact.current_choices()).get(value)
        if label is None:
            return GONE
        return str(label) if fact.type is FactType.CHOICE else _quoted(label)
    return _quoted(value)


def _quoted(text: str | None) -> str:
    """Quoted where a reader could not see where it begins and ends."""
    text = text or ""
    return text if text.isalnum() else f"“{text}”"


def _span(days: float) -> str:
    """Days in the largest unit that they are a whole number of."""
    return _counted(*in_unit(days))


def in_unit(days: float) -> tuple[float, str]:
    """A number of days as a number and "day", "hour" or "minute", whole where it can be."""
    for unit, in_a_day in UNITS.items():
        number = round(days * in_a_day, 6)
        if float(number).is_integer():
            return int(number), unit
    return days, "day"


def _counted(number: float, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
