"""What may stand behind an operator: from JSON to a checked value, and back.

Every check raises `BadValue` with a sentence and the place inside the value.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import re2

from ground.conditions.registry import Fact
from ground.conditions.text import fold
from ground.conditions.values import written

TEXT_MAX = 1_000
PATTERN_MAX = 500
ITEMS_MAX = 100
# Below this every whole number is a double of its own, so integer columns compare as doubles do.
NUMBER_MAX = 2**53 - 1
DAYS_MAX = 36_500
COUNT_MAX = 1_000_000


class BadValue(ValueError):
    def __init__(self, said: str, place: str = "") -> None:
        self.said = said
        self.place = place
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Events:
    """What a count is asked: events of one name or all, in the last `days` days or ever, and how
    many of them (None where the operator says it itself)."""

    name: str | None = None
    days: int | float | None = None
    count: int | None = None


def nothing(fact: Fact, raw: Any) -> None:
    if raw is not None:
        raise BadValue("This operator takes no value.")


def text(fact: Fact, raw: Any) -> str:
    if not isinstance(raw, str):
        raise BadValue("Expected a text.")
    if not raw:
        raise BadValue("The text is empty.")
    if len(raw) > TEXT_MAX:
        raise BadValue(f"The text is longer than {TEXT_MAX:,} characters.")
    if "\0" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise BadValue("The text holds a character that cannot be stored.")
    return raw


def pattern(fact: Fact, raw: Any) -> str:
    expression = text(fact, raw)
    if len(expression) > PATTERN_MAX:
        raise BadValue(f"The expression is longer than {PATTERN_MAX} characters.")
    compile_pattern(expression)
    return expression


def compile_pattern(expression: str) -> Any:
    """An RE2 expression that ignores case. RE2 has no look-around and no back-references, and its
    time grows with the length of the text only, so nobody can stop the product with a pattern."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise BadValue(f"The expression cannot be used: {said}.") from None


def texts(fact: Fact, raw: Any) -> tuple[str, ...]:
    return tuple(text(fact, item) for item in _items(raw, at=text, fact=fact))


def member(fact: Fact, raw: Any) -> str:
    """What a list may contain: any text, or where the fact has choices the value of one, which
    people may also write by its label, in whatever case."""
    said = text(fact, raw)
    if not fact.choices:
        return said
    known = fact.current_choices()
    if any(value == said for value, _ in known):
        return said
    for value, label in known:
        if fold(label) == fold(said):
            return value
    raise BadValue(f"There is no {said[:60]} among them.")


def members(fact: Fact, raw: Any) -> tuple[str, ...]:
    return tuple(_items(raw, at=member, fact=fact))


def number(fact: Fact, raw: Any) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise BadValue("Expected a number.")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise BadValue("Expected a finite number.")
    if abs(raw) > NUMBER_MAX:
        raise BadValue(f"The number is beyond {NUMBER_MAX:,}.")
    return raw


def two_numbers(fact: Fact, raw: Any) -> tuple[int | float, int | float]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise BadValue("Expected a list of two numbers.")
    low, high = (_placed(number, fact, item, f"[{place}]") for place, item in enumerate(raw))
    if low > high:
        raise BadValue("The first number is greater than the second.")
    return low, high


def boolean(fact: Fact, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise BadValue("Expected true or false.")
    return raw


def choice(fact: Fact, raw: Any) -> str:
    known = [value for value, _ in fact.current_choices()]
    if not isinstance(raw, str) or raw not in known:
        raise BadValue(f"Expected one of: {', '.join(known)}.")
    return raw


def choices(fact: Fact, raw: Any) -> tuple[str, ...]:
    return tuple(_items(raw, at=choice, fact=fact))


def moment(fact: Fact, raw: Any) -> datetime:
    expected = "Expected a date, or a date and time with its offset from UTC, in ISO 8601."
    if not isinstance(raw, str):
        raise BadValue(expected)
    try:
        found = datetime.fromisoformat(raw)
        if found.tzinfo is None:
            if len(raw) > len("2026-11-22"):
                raise BadValue(expected)
            found = found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue(expected) from None


def days(fact: Fact, raw: Any) -> int | float:
    found = number(fact, raw)
    if not 0 <= found <= DAYS_MAX:
        raise BadValue(f"Expected a number of days from 0 to {DAYS_MAX:,}.")
    return found


def events(fact: Fact, raw: Any) -> Events:
    return _events(fact, raw, allowed=("name", "days"))


def counted_events(fact: Fact, raw: Any) -> Events:
    found = _events(fact, raw, allowed=("name", "days", "count"))
    if found.count is None:
        raise BadValue("Expected a count.", ".count")
    return found


def named_events(fact: Fact, raw: Any) -> Events:
    return _events(fact, raw, allowed=("name",))


# Choices as they were stored: what is no choice any more stays what it was.
AS_STORED: dict[Any, Any] = {choice: text, choices: texts, member: text, members: texts}


def to_json(value: Any) -> Any:
    """The checked value as JSON that passes the same check and gives an equal value."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, Events):
        parts = {"name": value.name, "days": value.days, "count": value.count}
        return {key: part for key, part in parts.items() if part is not None}
    return value


def _events(fact: Fact, raw: Any, *, allowed: Sequence[str]) -> Events:
    if raw is None:
        raw = {}
    if not isinstance(raw, dict) or not set(raw) <= set(allowed):
        raise BadValue(f"Expected an object of {', '.join(allowed)}.")
    checks = {"name": text, "days": days, "count": _count}
    return Events(
        **{
            key: _placed(checks[key], fact, part, f".{key}")
            for key, part in raw.items()
            if part is not None
        }
    )


def _count(fact: Fact, raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= COUNT_MAX:
        raise BadValue(f"Expected a whole number from 0 to {COUNT_MAX:,}.")
    return raw


def _items(raw: Any, *, at: Any, fact: Fact) -> list[str]:
    if not isinstance(raw, list) or not raw:
        raise BadValue("Expected a list of at least one text.")
    if len(raw) > ITEMS_MAX:
        raise BadValue(f"The list is longer than {ITEMS_MAX} entries.")
    return [_placed(at, fact, item, f"[{place}]") for place, item in enumerate(raw)]


def _placed(check: Any, fact: Fact, raw: Any, place: str) -> Any:
    try:
        return check(fact, raw)
    except BadValue as bad:
        raise BadValue(bad.said, place + bad.place) from None
