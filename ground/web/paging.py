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


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list; `next` is the cursor of the following page, None on the last."""

    items: list[M]
    next: str | None


def keyset(
    queryset: models.QuerySet[M],
    *,
    order: Sequence[str] = ("-last_message_at", "-id"),
    cursor: str | None = None,
    limit: int = 25,
) -> Page[M]:
    """The page of `queryset` that follows `cursor`, in `order`.

    `order` names non-null fields of the model, all ascending or all descending, together unique;
    an index over the same fields serves the page. Raises Invalid for a cursor of another list.
    """
    fields, descending = _order_fields(queryset.model, order)
    rows = queryset.order_by(*order)
    if cursor is not None:
        columns = Tuple(*(models.F(field.attname) for field in fields))
        beyond = TupleLessThan if descending else TupleGreaterThan
        rows = rows.filter(beyond(columns, _decode(cursor, queryset.model, order, fields)))
    found = list(rows[: limit + 1])
    items = found[:limit]
    more = len(found) > limit
    return Page(items, _encode(items[-1], order, fields) if more else None)


def limit_from(request: HttpRequest, *, default: int = 25) -> int:
    """The page size that `?limit=` asks for, 1 to PAGE_SIZE_MAX. Raises Invalid."""
    given = request.GET.get("limit")
    if given is None:
        return default
    most: int = settings.PAGE_SIZE_MAX
    if not re.fullmatch("[0-9]{1,6}", given) or not 1 <= int(given) <= most:
        raise Invalid(errors={"limit": [f"This must be a whole number from 1 to {most}."]})
    return int(given)


def _order_fields(
    model: type[models.Model], order: Sequence[str]
) -> tuple[list[models.Field[Any, Any]], bool]:
    directions = {name.startswith("-") for name in order}
    if len(directions) != 1:
        raise FieldError("A keyset order goes one way: all ascending or all descending.")
    fields = [model._meta.get_field(name.removeprefix("-")) for name in order]
    for field in fields:
        if not isinstance(field, models.Field) or field.null:
            raise FieldError(f"A keyset order needs non-null columns, unlike {field.name}.")
    return fields, directions.pop()  # type: ignore[return-value]


def _list_tag(model: type[models.Model], order: Sequence[str]) -> int:
    """Tells cursors of different lists apart (a mistake, not an attack: rows stay filtered)."""
    return zlib.crc32(f"{model._meta.label}:{','.join(order)}".encode())


def _encode(item: models.Model, order: Sequence[str], fields: list[models.Field[Any, Any]]) -> str:
    values = [getattr(item, field.attname) for field in fields]
    key = [_list_tag(type(item), order), *(_to_json(value) for value in values)]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _to_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value if isinstance(value, (int, str)) else str(value)


def _decode(
    cursor: str,
    model: type[models.Model],
    order: Sequence[str],
    fields: list[models.Field[Any, Any]],
) -> list[Any]:
    """The sort values of a cursor. Everything about a cursor comes from outside."""
    try:
        if len(cursor) > CURSOR_MAX:
            raise ValueError
        padding = "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(cursor + padding, altchars=b"-_", validate=True))
        tag, *values = key
        if tag != _list_tag(model, order) or len(values) != len(fields):
            raise ValueError
        return [_from_json(field, value) for field, value in zip(fields, values, strict=True)]
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
