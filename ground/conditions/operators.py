"""Which operators a type has, what each takes, and how it judges one reading.

The same operators over a table are in `ground.conditions.queryset`; a property test holds the two
together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ground.conditions import arguments
from ground.conditions.registry import Fact
from ground.conditions.text import fold
from ground.conditions.values import FactType, Reading

Test = Callable[[Reading, datetime], bool]

# How far a moment of another clock may lie ahead of ours and still be "less than N days ago".
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Operator:
    """phrase: how people read it, `{}` where the value stands.
    argument: from JSON to the checked value, raises `arguments.BadValue`.
    test: from the checked value to the judgment of one reading that is not missing.
    """

    phrase: str
    argument: Callable[[Fact, Any], Any]
    test: Callable[[Any], Test]


IS_KNOWN = "is_known"
IS_UNKNOWN = "is_unknown"
MATCHES = "matches"


def _is(value: Any) -> Test:
    return lambda read, now: bool(read.comparable == value)


def _is_not(value: Any) -> Test:
    return lambda read, now: bool(read.comparable != value)


def _is_text(value: str) -> Test:
    return _is(fold(value))


def _is_not_text(value: str) -> Test:
    return _is_not(fold(value))


def _contains(value: str) -> Test:
    folded = fold(value)
    return lambda read, now: folded in read.comparable


def _does_not_contain(value: str) -> Test:
    folded = fold(value)
    return lambda read, now: folded not in read.comparable


def _starts_with(value: str) -> Test:
    folded = fold(value)
    return lambda read, now: read.comparable.startswith(folded)


def _ends_with(value: str) -> Test:
    folded = fold(value)
    return lambda read, now: read.comparable.endswith(folded)


def _is_any_of_texts(values: tuple[str, ...]) -> Test:
    return _is_any_of(tuple(fold(value) for value in values))


def _matches(value: str) -> Test:
    compiled = arguments.compile_pattern(value)
    return lambda read, now: compiled.search(read.value) is not None


def _is_any_of(values: tuple[str, ...]) -> Test:
    wanted = frozenset(values)
    return lambda read, now: read.comparable in wanted


def _is_none_of(values: tuple[str, ...]) -> Test:
    refused = frozenset(values)
    return lambda read, now: read.comparable not in refused


def _more_than(value: float) -> Test:
    return lambda read, now: read.comparable > value


def _less_than(value: float) -> Test:
    return lambda read, now: read.comparable < value


def _at_least(value: float) -> Test:
    return lambda read, now: read.comparable >= value


def _at_most(value: float) -> Test:
    return lambda read, now: read.comparable <= value


def _between(value: tuple[float, float]) -> Test:
    low, high = value
    return lambda read, now: low <= read.comparable <= high


def _more_than_days_ago(value: float) -> Test:
    span = timedelta(days=value)
    return lambda read, now: read.comparable < now - span


def _less_than_days_ago(value: float) -> Test:
    span = timedelta(days=value)
    return lambda read, now: now - span < read.comparable <= now + CLOCK_SKEW


def _contains_any(values: tuple[str, ...]) -> Test:
    wanted = frozenset(fold(value) for value in values)
    return lambda read, now: not wanted.isdisjoint(read.comparable)


def _contains_all(values: tuple[str, ...]) -> Test:
    wanted = frozenset(fold(value) for value in values)
    return lambda read, now: wanted <= read.comparable


def _is_empty(value: None) -> Test:
    return lambda read, now: not read.comparable


def _count_at_least(value: arguments.Events) -> Test:
    return lambda read, now: read.comparable >= value.count


def _count_at_most(value: arguments.Events) -> Test:
    return lambda read, now: read.comparable <= value.count


def _none(value: arguments.Events) -> Test:
    return lambda read, now: read.comparable == 0


def _some(value: arguments.Events) -> Test:
    return lambda read, now: read.comparable > 0


def _always(value: None) -> Test:
    return lambda read, now: True


def _never(value: None) -> Test:
    return lambda read, now: False


_KNOWN = {
    IS_KNOWN: Operator("is known", arguments.nothing, _always),
    IS_UNKNOWN: Operator("is unknown", arguments.nothing, _never),
}

OPERATORS: dict[FactType, dict[str, Operator]] = {
    FactType.TEXT: {
        "is": Operator("is {}", arguments.text, _is_text),
        "is_not": Operator("is not {}", arguments.text, _is_not_text),
        "contains": Operator("contains {}", arguments.text, _contains),
        "does_not_contain": Operator("does not contain {}", arguments.text, _does_not_contain),
        "starts_with": Operator("starts with {}", arguments.text, _starts_with),
        "ends_with": Operator("ends with {}", arguments.text, _ends_with),
        "is_any_of": Operator("is any of {}", arguments.texts, _is_any_of_texts),
        MATCHES: Operator("matches {}", arguments.pattern, _matches),
        **_KNOWN,
    },
    FactType.NUMBER: {
        "is": Operator("is {}", arguments.number, _is),
        "is_not": Operator("is not {}", arguments.number, _is_not),
        "more_than": Operator("is more than {}", arguments.number, _more_than),
        "less_than": Operator("is less than {}", arguments.number, _less_than),
        "at_least": Operator("is at least {}", arguments.number, _at_least),
        "at_most": Operator("is at most {}", arguments.number, _at_most),
        "between": Operator("is between {}", arguments.two_numbers, _between),
        **_KNOWN,
    },
    FactType.BOOLEAN: {
        "is": Operator("is {}", arguments.boolean, _is),
        **_KNOWN,
    },
    FactType.CHOICE: {
        "is": Operator("is {}", arguments.choice, _is),
        "is_not": Operator("is not {}", arguments.choice, _is_not),
        "is_any_of": Operator("is any of {}", arguments.choices, _is_any_of),
        "is_none_of": Operator("is none of {}", arguments.choices, _is_none_of),
        **_KNOWN,
    },
    FactType.DATETIME: {
        "before": Operator("is before {}", arguments.moment, _less_than),
        "after": Operator("is after {}", arguments.moment, _more_than),
        "more_than_days_ago": Operator("is more than {} ago", arguments.days, _more_than_days_ago),
        "less_than_days_ago": Operator("is less than {} ago", arguments.days, _less_than_days_ago),
        **_KNOWN,
    },
    FactType.LIST: {
        "contains": Operator("contains {}", arguments.member, _contains),
        "does_not_contain": Operator("does not contain {}", arguments.member, _does_not_contain),
        "contains_any": Operator("contains any of {}", arguments.members, _contains_any),
        "contains_all": Operator("contains all of {}", arguments.members, _contains_all),
        "is_empty": Operator("is empty", arguments.nothing, _is_empty),
    },
    FactType.COUNT: {
        "at_least": Operator("there are at least {}", arguments.counted_events, _count_at_least),
        "at_most": Operator("there are at most {}", arguments.counted_events, _count_at_most),
        "none": Operator("there are no", arguments.events, _none),
        "ever": Operator("there have been", arguments.named_events, _some),
    },
}
