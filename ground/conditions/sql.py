"""SQL expressions that judge a column as `ground.conditions.values` judges a raw value.

What a condition says reaches the database in parameters only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    FloatField,
    Func,
    JSONField,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Cast, Collate, Lower

from ground.conditions.text import replacement_for
from ground.conditions.values import MOMENT_PATTERN, NUMBER_END, NUMBER_GRAIN, FactType

Expression = Combinable
# What of JSON is turned into each type; everything else is missing.
JSON_TYPES = {
    FactType.TEXT: "string",
    FactType.CHOICE: "string",
    FactType.NUMBER: "number",
    FactType.BOOLEAN: "boolean",
    FactType.DATETIME: "string",
    FactType.LIST: "array",
}


class Infix(Func):
    """`left operator right`: NULL where PostgreSQL says so, and usable as a filter."""

    template = "(%(expressions)s)"
    output_field: Any = BooleanField()

    def __init__(self, left: Any, operator: str, right: Any, **extra: Any) -> None:
        super().__init__(left, right, arg_joiner=f" {operator} ", **extra)


class Postfix(Func):
    """An expression and what follows it: a cast, or a test for NULL."""

    template = "((%(expressions)s) %(after)s)"

    def __init__(self, expression: Any, after: str, output_field: Any) -> None:
        super().__init__(expression, after=after, output_field=output_field)


class AnyElement(Func):
    """Whether a test of `ELEMENT` is true for one element of a JSON array. Never NULL."""

    template = "EXISTS (SELECT 1 FROM JSONB_ARRAY_ELEMENTS(%(expressions)s))"
    arg_joiner = ") AS element(item) WHERE ("
    arity = 2
    output_field: Any = BooleanField()


ELEMENT = Func(template="element.item", output_field=JSONField())


def is_not_true(condition: Any) -> Expression:
    """Negation with two values: true where the condition is false and where it is NULL."""
    if isinstance(condition, Exists):
        return ~condition
    return Postfix(condition, "IS NOT TRUE", BooleanField())


def is_not_null(expression: Any) -> Expression:
    return Postfix(expression, "IS NOT NULL", BooleanField())


def both(left: Any, right: Any) -> Expression:
    return Infix(left, "AND", right)


def equals(expression: Any, value: Any) -> Expression:
    return Infix(expression, "=", Value(value))


def is_one_of(expression: Any, values: Sequence[str]) -> Expression:
    listed: Any = Func(Value(list(values)), function="ANY", output_field=BooleanField())
    return Infix(expression, "=", listed)


def folded(expression: Any, *sought: str) -> Expression:
    """A text column, folded as far as the sought texts, which are folded themselves, need it.

    For ASCII it is `lower(column COLLATE "C")`, which an index can serve.
    """
    lower = Lower(Collate(expression, "C"), output_field=TextField())
    uppers, lowers = replacement_for("".join(sought))
    if not uppers:
        return lower
    return Func(lower, Value(uppers), Value(lowers), function="TRANSLATE", output_field=TextField())


def like(expression: Any, sought: str, *, before: str = "", after: str = "") -> Expression:
    """before, after: `%` where anything may stand."""
    escaped = sought.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return Infix(folded(expression, sought), "LIKE", Value(f"{before}{escaped}{after}"))


def number(expression: Any) -> Expression:
    """Any numeric expression as the double that clauses compare, or NULL."""
    size = Abs(expression)
    return Case(
        When(Infix(size, "<", Value(NUMBER_GRAIN)), then=Value(0.0)),
        When(Infix(size, "<", Value(NUMBER_END)), then=Cast(expression, FloatField())),
        output_field=FloatField(),
    )


def json_value(column: Any, key: str, type_: FactType) -> Any:
    """A member of a JSONB object as a value of the type; for a list, as a `TextList`.

    What has another type, or is no moment in the form of `values.MOMENT_PATTERN`, is NULL. Facts
    over attributes have it as path: `lambda at: json_value(at.field("attributes"), "plan", type)`.
    """
    member = Infix(column, "->", Value(key), output_field=JSONField())
    if type_ is FactType.LIST:
        return JsonTexts(member)
    return _json_scalar(member, type_)


def _json_scalar(member: Any, type_: FactType) -> Expression:
    shown = Postfix(member, "#>> '{}'", TextField())
    if type_ is FactType.NUMBER:
        value = number(Postfix(member, "::numeric", DecimalField()))
    elif type_ is FactType.BOOLEAN:
        value = Postfix(member, "::boolean", BooleanField())
    elif type_ is FactType.DATETIME:
        moment = Postfix(shown, "::timestamp AT TIME ZONE 'UTC'", DateTimeField())
        value = Case(When(Infix(shown, "~", Value(MOMENT_PATTERN)), then=moment))
    else:
        value = shown
    # CASE, because AND does not promise to keep a cast away from what it cannot take.
    return Case(When(_is_json(member, type_), then=value))


def _is_json(member: Any, type_: FactType) -> Expression:
    found: Any = Func(member, function="JSONB_TYPEOF", output_field=TextField())
    return equals(found, JSON_TYPES[type_])


class TextList(Protocol):
    """Where the texts of a list fact lie. Empty texts do not count."""

    def has_any_of(self, folded_texts: Sequence[str]) -> Expression:
        """Whether it holds one of the texts, which are folded. Never NULL."""

    def has_any(self) -> Expression:
        """Whether it holds a text at all. Never NULL."""

    def is_known(self) -> Expression | None:
        """Whether it is a list, or None where it always is."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A list whose texts are rows of another table.

    queryset: the rows of the subject, by `Reach.outer`; never `.none()`.
    text: the lookup of the text in a row.
    """

    queryset: QuerySet[Any]
    text: str

    def has_any_of(self, folded_texts: Sequence[str]) -> Expression:
        found = is_one_of(folded(F(self.text), *folded_texts), folded_texts)
        return Exists(self.queryset.filter(found))

    def has_any(self) -> Expression:
        return Exists(self.queryset.filter(Infix(F(self.text), "<>", Value(""))))

    def is_known(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class JsonTexts:
    """A list whose texts are the strings of a JSONB array."""

    member: Any

    def has_any_of(self, folded_texts: Sequence[str]) -> Expression:
        text = _json_scalar(ELEMENT, FactType.TEXT)
        return self._has(is_one_of(folded(text, *folded_texts), folded_texts))

    def has_any(self) -> Expression:
        return self._has(Infix(_json_scalar(ELEMENT, FactType.TEXT), "<>", Value("")))

    def is_known(self) -> Expression:
        return _is_json(self.member, FactType.LIST)

    def _has(self, test: Expression) -> Expression:
        nothing = Value([], output_field=JSONField())
        array = Case(When(self.is_known(), then=self.member), default=nothing)
        return AnyElement(array, test)
