"""The types of facts, and what of a subject's raw value counts as a value of the type.

Whatever does not fit its type is *missing*: None, an empty text, a text where a number is expected,
NaN. The SQL of `ground.conditions.sql` draws the same lines; change both or neither.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ground.conditions.text import fold


class FactType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATETIME = "datetime"
    LIST = "list"
    COUNT = "count"


# Beyond these a number is missing, or zero: no double holds it, and PostgreSQL's cast would fail.
NUMBER_END = 1e300
NUMBER_GRAIN = 1e-300

# The one form of a moment inside JSON: UTC, and only days that exist, so that PostgreSQL can cast
# every text that matches. Python and PostgreSQL read this expression alike.
_DAY = (
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?Z"
MOMENT_PATTERN = f"^(?!0000){_DAY}(?:{_TIME})?$"
_MOMENT = re.compile(MOMENT_PATTERN)


@dataclass(frozen=True, slots=True)
class Window:
    """Which events are counted: of one name or of all, since a moment or ever."""

    name: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact as it was read: the value people are shown, and the form that clauses compare.

    `value` is None when the fact is missing; then `comparable` is None too.
    """

    value: Any
    comparable: Any


MISSING = Reading(None, None)


def reading(type_: FactType, raw: Any) -> Reading:
    """The raw value of a subject as a value of the type, or MISSING."""
    if raw is None:
        return MISSING
    return _READERS[type_](raw)


def storable(value: Any) -> Any:
    """A reading's value as JSON that `reading` takes back unchanged."""
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def written(moment: datetime) -> str:
    """A moment in the form that JSON facts and stored conditions have: UTC, ending in Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _text(raw: Any) -> Reading:
    return Reading(raw, fold(raw)) if isinstance(raw, str) and raw else MISSING


def _choice(raw: Any) -> Reading:
    return Reading(raw, raw) if isinstance(raw, str) and raw else MISSING


def _boolean(raw: Any) -> Reading:
    return Reading(raw, raw) if isinstance(raw, bool) else MISSING


def _number(raw: Any) -> Reading:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return MISSING
    try:
        size = float(raw)
    except (OverflowError, ValueError):
        return MISSING
    if not abs(size) < NUMBER_END:
        return MISSING
    return Reading(raw, size if abs(size) >= NUMBER_GRAIN else 0.0)


def _datetime(raw: Any) -> Reading:
    if isinstance(raw, str):
        if not _MOMENT.fullmatch(raw):
            return MISSING
        raw = datetime.fromisoformat(raw)
        raw = raw if raw.tzinfo else raw.replace(tzinfo=UTC)
    if not isinstance(raw, datetime) or raw.tzinfo is None:
        return MISSING
    return Reading(raw, raw)


def _list(raw: Any) -> Reading:
    if isinstance(raw, str | dict) or not isinstance(raw, Iterable):
        return MISSING
    texts = tuple(text for text in raw if isinstance(text, str) and text)
    return Reading(texts, frozenset(fold(text) for text in texts))


def _count(raw: Any) -> Reading:
    return Reading(raw, raw) if isinstance(raw, int) and not isinstance(raw, bool) else MISSING


_READERS = {
    FactType.TEXT: _text,
    FactType.CHOICE: _choice,
    FactType.BOOLEAN: _boolean,
    FactType.NUMBER: _number,
    FactType.DATETIME: _datetime,
    FactType.LIST: _list,
    FactType.COUNT: _count,
}


def window(name: str | None, days: float | None, now: datetime) -> Window:
    return Window(name, None if days is None else now - timedelta(days=days))
