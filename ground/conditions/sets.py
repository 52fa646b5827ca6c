"""Asking a whole table: the same condition as SQL.

A clause becomes an expression that is NULL or false where the clause is false. Where nothing is
negated NULL does no harm; so negations are pushed down to the clauses, and each negated clause is
asked with two values (`IS NOT TRUE`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    BooleanField,
    DecimalField,
    Exists,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Value,
)

from ground.conditions.arguments import Events
from ground.conditions.errors import NoSetForm
from ground.conditions.grammar import AnyOf, Clause, Condition, Not
from ground.conditions.operators import CLOCK_SKEW, IS_KNOWN, IS_UNKNOWN, MATCHES
from ground.conditions.registry import Reach, Registry, registry, subject_key
from ground.conditions.sql import (
    Expression,
    Infix,
    TextList,
    both,
    equals,
    folded,
    is_not_null,
    is_not_true,
    is_one_of,
    like,
    number,
)
from ground.conditions.text import fold
from ground.conditions.values import FactType, window

M = TypeVar("M", bound=Model)

# Decimals of this many digits are doubles of their own: they compare alike, with their index.
EXACT_DIGITS = 15
EVERYTHING = Value(True, output_field=BooleanField())
NOTHING = Value(False, output_field=BooleanField())


def to_q(
    condition: Condition, model: type[Model], *, now: datetime, registry: Registry = registry
) -> Q:
    """The condition as a filter for a queryset of the model.

    Raises NoSetForm where a clause can only be asked of one subject, and FactOutOfReach.
    """
    return _Compiler(model, now, registry).q(condition, wanted=True)


def filter(
    queryset: QuerySet[M],
    condition: Condition,
    *,
    now: datetime,
    registry: Registry = registry,
) -> QuerySet[M]:
    """Those of a queryset that the condition holds of. Each row once, as before."""
    return queryset.filter(to_q(condition, queryset.model, now=now, registry=registry))


def to_queryset(
    condition: Condition, model: type[M], *, now: datetime, registry: Registry = registry
) -> QuerySet[M]:
    """All of a model that the condition holds of."""
    everything = model._default_manager.all()
    return filter(everything, condition, now=now, registry=registry)


def has_set_form(condition: Condition, subject: str, *, registry: Registry = registry) -> bool:
    """Whether `to_queryset` can be had for this subject."""
    return all(
        clause.op != MATCHES
        and clause.fact.path is not None
        and all(relation.path for relation in registry.route(subject, clause.fact))
        for clause in condition.clauses()
    )


class _Compiler:
    def __init__(self, model: type[Model], now: datetime, registry: Registry) -> None:
        self.model = model
        self.now = now
        self.registry = registry

    def q(self, condition: Condition, *, wanted: bool) -> Q:
        if isinstance(condition, Not):
            return self.q(condition.child, wanted=not wanted)
        if isinstance(condition, Clause):
            asked = self.clause(condition)
            return Q(asked if wanted else is_not_true(asked))
        parts = [self.q(child, wanted=wanted) for child in condition.children]
        is_any = isinstance(condition, AnyOf) is wanted
        if not parts:
            return Q(NOTHING if is_any else EVERYTHING)
        return Q(*parts, _connector=Q.OR if is_any else Q.AND)

    def clause(self, clause: Clause) -> Expression:
        reach = self._reach(clause)
        if clause.fact.type is FactType.COUNT:
            return self._reached(reach, _of_count(clause, self._rows(clause, reach)))
        if clause.fact.type is FactType.LIST:
            return self._reached(reach, _of_list(clause, _path(clause, reach)))
        column = _path(clause, reach, *([self.now] if clause.fact.is_timed else []))
        if clause.fact.type is FactType.NUMBER and not self._compares_exactly(clause, reach):
            column = number(column)
        if clause.op == IS_KNOWN:
            return _is_known(clause, column)
        if clause.op == IS_UNKNOWN:
            return is_not_true(_is_known(clause, column))
        return _SCALARS[clause.fact.type, clause.op](column, clause.value, self.now)

    def _reach(self, clause: Clause) -> Reach:
        if clause.op == MATCHES:
            raise NoSetForm(f"{clause.fact.name}: an expression can only be tried on one subject.")
        route = self.registry.route(subject_key(self.model), clause.fact)
        if clause.fact.path is None or not all(relation.path for relation in route):
            raise NoSetForm(f"{clause.fact.name} can only be asked of one subject.")
        return Reach("".join(f"{relation.path}__" for relation in route))

    def _rows(self, clause: Clause, reach: Reach) -> QuerySet[Any]:
        asked: Events = clause.value
        rows: QuerySet[Any] = _path(clause, reach, window(asked.name, asked.days, self.now))
        return rows

    def _reached(self, reach: Reach, asked: Expression) -> Expression:
        """Without the subject that holds the rows the fact is missing, not empty."""
        return both(is_not_null(reach.field("pk")), asked) if reach.prefix else asked

    def _compares_exactly(self, clause: Clause, reach: Reach) -> bool:
        if not isinstance(clause.fact.path, str):
            return False
        found: Any = None
        model: Any = self.model
        try:
            for step in (reach.prefix + clause.fact.path).split("__"):
                found = model._meta.pk if step == "pk" else model._meta.get_field(step)
                model = found.related_model
        except (FieldDoesNotExist, AttributeError):
            return False
        if isinstance(found, DecimalField):
            return found.max_digits is not None and found.max_digits <= EXACT_DIGITS
        return isinstance(found, IntegerField)


def _path(clause: Clause, reach: Reach, *more: Any) -> Any:
    path: Any = clause.fact.path
    return reach.field(path) if isinstance(path, str) else path(reach, *more)


def _is_known(clause: Clause, column: Any) -> Expression:
    if clause.fact.type in (FactType.TEXT, FactType.CHOICE):
        return Infix(column, "<>", Value(""))
    return is_not_null(column)


def _of_count(clause: Clause, rows: QuerySet[Any]) -> Expression:
    asked: Events = clause.value
    if clause.op == "at_least":
        return _at_least(asked.count or 0, rows)
    if clause.op == "at_most":
        return is_not_true(_at_least((asked.count or 0) + 1, rows))
    some = _at_least(1, rows)
    return some if clause.op == "ever" else is_not_true(some)


def _at_least(count: int, rows: QuerySet[Any]) -> Expression:
    """Reads no more rows than it takes to know."""
    return Exists(rows.order_by()[count - 1 : count]) if count else EVERYTHING


def _of_list(clause: Clause, texts: TextList) -> Expression:
    asked = _of_known_list(clause, texts)
    known = texts.is_known()
    return asked if known is None else both(known, asked)


def _of_known_list(clause: Clause, texts: TextList) -> Expression:
    if clause.op == "is_empty":
        return is_not_true(texts.has_any())
    if clause.op in ("contains", "does_not_contain"):
        found = texts.has_any_of([fold(clause.value)])
        return found if clause.op == "contains" else is_not_true(found)
    wanted = sorted({fold(value) for value in clause.value})
    if clause.op == "contains_any":
        return texts.has_any_of(wanted)
    first, *others = (texts.has_any_of([one]) for one in wanted)
    for other in others:
        first = both(first, other)
    return first


def _is_text(column: Any, value: str, now: datetime) -> Expression:
    sought = fold(value)
    return equals(folded(column, sought), sought)


def _is_not_text(column: Any, value: str, now: datetime) -> Expression:
    sought = fold(value)
    return both(Infix(column, "<>", Value("")), Infix(folded(column, sought), "<>", Value(sought)))


def _is_any_of_texts(column: Any, value: tuple[str, ...], now: datetime) -> Expression:
    sought = sorted({fold(text) for text in value})
    return is_one_of(folded(column, *sought), sought)


def _contains(column: Any, value: str, now: datetime) -> Expression:
    return like(column, fold(value), before="%", after="%")


def _does_not_contain(column: Any, value: str, now: datetime) -> Expression:
    return both(Infix(column, "<>", Value("")), is_not_true(_contains(column, value, now)))


def _starts_with(column: Any, value: str, now: datetime) -> Expression:
    return like(column, fold(value), after="%")


def _ends_with(column: Any, value: str, now: datetime) -> Expression:
    return like(column, fold(value), before="%")


def _is_any_of(column: Any, value: tuple[str, ...], now: datetime) -> Expression:
    return is_one_of(column, value)


def _is_not_choice(column: Any, value: str, now: datetime) -> Expression:
    return _is_none_of(column, (value,), now)


def _is_none_of(column: Any, value: tuple[str, ...], now: datetime) -> Expression:
    return both(Infix(column, "<>", Value("")), is_not_true(is_one_of(column, value)))


def _between(column: Any, value: tuple[float, float], now: datetime) -> Expression:
    low, high = value
    return both(Infix(column, ">=", Value(low)), Infix(column, "<=", Value(high)))


def _more_than_days_ago(column: Any, value: float, now: datetime) -> Expression:
    return Infix(column, "<", Value(now - timedelta(days=value)))


def _less_than_days_ago(column: Any, value: float, now: datetime) -> Expression:
    since = Infix(column, ">", Value(now - timedelta(days=value)))
    return both(since, Infix(column, "<=", Value(now + CLOCK_SKEW)))


def _compared(operator: str) -> Callable[[Any, Any, datetime], Expression]:
    return lambda column, value, now: Infix(column, operator, Value(value))


_SCALARS: dict[tuple[FactType, str], Callable[[Any, Any, datetime], Expression]] = {
    (FactType.TEXT, "is"): _is_text,
    (FactType.TEXT, "is_not"): _is_not_text,
    (FactType.TEXT, "contains"): _contains,
    (FactType.TEXT, "does_not_contain"): _does_not_contain,
    (FactType.TEXT, "starts_with"): _starts_with,
    (FactType.TEXT, "ends_with"): _ends_with,
    (FactType.TEXT, "is_any_of"): _is_any_of_texts,
    (FactType.NUMBER, "is"): _compared("="),
    (FactType.NUMBER, "is_not"): _compared("<>"),
    (FactType.NUMBER, "more_than"): _compared(">"),
    (FactType.NUMBER, "less_than"): _compared("<"),
    (FactType.NUMBER, "at_least"): _compared(">="),
    (FactType.NUMBER, "at_most"): _compared("<="),
    (FactType.NUMBER, "between"): _between,
    (FactType.BOOLEAN, "is"): _compared("="),
    (FactType.CHOICE, "is"): _compared("="),
    (FactType.CHOICE, "is_not"): _is_not_choice,
    (FactType.CHOICE, "is_any_of"): _is_any_of,
    (FactType.CHOICE, "is_none_of"): _is_none_of,
    (FactType.DATETIME, "before"): _compared("<"),
    (FactType.DATETIME, "after"): _compared(">"),
    (FactType.DATETIME, "more_than_days_ago"): _more_than_days_ago,
    (FactType.DATETIME, "less_than_days_ago"): _less_than_days_ago,
}
