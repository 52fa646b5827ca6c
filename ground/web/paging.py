"""Pages by key: no counting, no offset, and nothing moves when rows are added in between."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import HttpRequest

from ground.web.problems import Invalid
from ground.web.text import fault

M = TypeVar("M", bound=models.Model)

BAD_CURSOR = "This cursor is not one of this list. Start again without it."
CURSOR_MAX = 2000
EVERYTHING = models.Q()


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list; `next` is the cursor of the following page, None on the last."""

    items: list[M]
    next: str | None


@dataclass(frozen=True)
class Part:
    """A stretch of a list with an order of its own: the rows of which `where` holds.

    `order` names fields of the model, all ascending or all descending, together unique; an index
    over the same fields serves a page. Where a field may be null, `where` says that it is not, as
    `Q(field__isnull=False)`: rows without a value are another part.
    """

    order: Sequence[str]
    where: models.Q = EVERYTHING

    def keys(self, model: type[models.Model]) -> list[models.Field[Any, Any]]:
        """The fields of the order. Raises FieldError where they cannot be paged by."""
        if len({name.startswith("-") for name in self.order}) != 1:
            raise FieldError("A keyset order goes one way: all ascending or all descending.")
        fields = [model._meta.get_field(name.removeprefix("-")) for name in self.order]
        for field in fields:
            is_there = (f"{field.name}__isnull", False) in self.where.children
            if not isinstance(field, models.Field) or (field.null and not is_there):
                raise FieldError(f"A keyset order needs non-null columns, unlike {field.name}.")
        return fields  # type: ignore[return-value]

    def rows(self, queryset: models.QuerySet[M], after: Sequence[Any] | None) -> models.QuerySet[M]:
        """The part's rows in order, those that follow the sort values `after`."""
        fields = self.keys(queryset.model)
        rows = queryset.filter(self.where).order_by(*self.order)
        if after is None:
            return rows
        columns = Tuple(*(models.F(field.attname) for field in fields))
        beyond = TupleLessThan if self.order[0].startswith("-") else TupleGreaterThan
        return rows.filter(beyond(columns, after))


Order = Sequence[str] | Sequence[Part]


def keyset(
    queryset: models.QuerySet[M],
    *,
    order: Order = ("-last_message_at", "-id"),
    cursor: str | None = None,
    limit: int = 25,
) -> Page[M]:
    """The page of `queryset` that follows `cursor`, in `order`: the fields of a `Part`, or the
    parts of a list one after the other. One query, and one more where a page runs from one part
    into the next. Raises Invalid for a cursor of another list.
    """
    parts = _parts(order)
    first, after = (0, None) if cursor is None else _decode(cursor, queryset.model, parts)
    found: list[tuple[int, M]] = []
    for number, part in enumerate(parts[first:], first):
        rows = part.rows(queryset, after)
        found += [(number, row) for row in rows[: limit + 1 - len(found)]]
        if len(found) > limit:
            break
        after = None
    more = len(found) > limit
    items = [row for _, row in found[:limit]]
    return Page(items, _encode(*found[limit - 1], parts) if more else None)


def _parts(order: Order) -> list[Part]:
    parts = [each for each in order if isinstance(each, Part)]
    return parts or [Part([str(name) for name in order])]


def limit_from(request: HttpRequest, *, default: int = 25, most: int | None = None) -> int:
    """The page size that `?limit=` asks for, 1 to `most` (PAGE_SIZE_MAX). Raises Invalid."""
    given = request.GET.get("limit")
    if given is None:
        return default
    most = most or settings.PAGE_SIZE_MAX
    if not re.fullmatch("[0-9]{1,6}", given) or not 1 <= int(given) <= most:
        raise Invalid(errors={"limit": [f"This must be a whole number from 1 to {most}."]})
    return int(given)


def _tag(model: type[models.Model], parts: Sequence[Part], number: int) -> int:
    """Tells cursors of different lists, and of the parts of one, apart (a mistake, not an attack:
    rows stay filtered)."""
    place = f"|{number} of {len(parts)}" if len(parts) > 1 else ""
    return zlib.crc32(f"{model._meta.label}:{','.join(parts[number].order)}{place}".encode())


def _encode(number: int, item: models.Model, parts: Sequence[Part]) -> str:
    values = [getattr(item, field.attname) for field in parts[number].keys(type(item))]
    key = [_tag(type(item), parts, number), *(_to_json(value) for value in values)]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _to_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value if isinstance(value, (int, str)) else str(value)


def _decode(cursor: str, model: type[models.Model], parts: Sequence[Part]) -> tuple[int, list[Any]]:
    """The part that a cursor is in, and its sort values. Everything about a cursor comes from
    outside."""
    tags = [_tag(model, parts, number) for number in range(len(parts))]
    try:
        if len(cursor) > CURSOR_MAX:
            raise ValueError
        padding = "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(cursor + padding, altchars=b"-_", validate=True))
        tag, *values = key
        number = tags.index(tag)
        fields = parts[number].keys(model)
        return number, [_from_json(field, each) for field, each in zip(fields, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError, binascii.Error):
        raise Invalid(BAD_CURSOR, errors={"cursor": [BAD_CURSOR]}) from None


def _from_json(field: models.Field[Any, Any], given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise ValueError
    if isinstance(given, str) and fault(given, max_bytes=CURSOR_MAX):
        raise ValueError
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    value = target.to_python(given)
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError
    target.run_validators(value)
    return value
