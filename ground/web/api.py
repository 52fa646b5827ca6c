"""What every REST address shares: strict bodies and queries, pages of a list."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from ground.web.paging import CURSOR_MAX, Order, keyset
from ground.web.text import CleanCharField

NO_SUCH_FIELD = "There is no such field."
NAMED_AT_MOST = 20
NAME_SHOWN = 60
ID_LENGTH = 40

SerializerClass = type[serializers.Serializer]


# ---- what comes in -------------------------------------------------------------------------------


class StrictSerializer(serializers.Serializer):
    """Refuses names that it does not know: a misspelled one must not be ignored in silence."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields][:NAMED_AT_MOST]
            if unknown:
                raise serializers.ValidationError(
                    {str(name)[:NAME_SHOWN]: [NO_SUCH_FIELD] for name in unknown}
                )
        return super().to_internal_value(data)


class PageQuery(StrictSerializer):
    """Which page of a list."""

    cursor = CleanCharField(
        max_bytes=CURSOR_MAX, required=False, help_text="`next` of the page before."
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=settings.PAGE_SIZE_MAX, default=25, help_text="How many at most."
    )


class EmptyBody(StrictSerializer):
    """Nothing: no body, or an empty object."""


@cache
def fields_of(serializer_class: SerializerClass) -> Any:
    """The fields of a serializer that asks for no context: to copy them for each request takes
    longer than to check with them, and they keep nothing of what they check."""
    return serializer_class().fields


def checked(serializer_class: SerializerClass, data: Any, **context: Any) -> dict[str, Any]:
    """The sound values of a body or query. Raises rest_framework's ValidationError."""
    serializer = serializer_class(data=data, context=context)
    if not context:
        serializer.__dict__["fields"] = fields_of(serializer_class)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


@extend_schema_field(OpenApiTypes.UUID)
class UuidField(serializers.UUIDField):
    """A UUID as text; a number is none."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.BOOL)
class FlagField(serializers.BooleanField):
    """JSON's true or false; no words or numbers that could mean them."""

    default_error_messages = {"invalid": "This must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field(OpenApiTypes.INT)
class WholeField(serializers.IntegerField):
    """JSON's whole number; no text that could mean one, no truth value."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class MomentField(serializers.DateTimeField):
    """A time with its zone: what a clock shows means nothing without it."""

    default_error_messages = {
        "invalid": "This must be a time with its zone, for example 2026-05-01T09:30:00Z."
    }

    def enforce_timezone(self, value: Any) -> Any:
        if value.tzinfo is None:
            self.fail("invalid")
        return super().enforce_timezone(value)


@extend_schema_field({"type": "string", "maxLength": ID_LENGTH})
class IdField(serializers.Field):
    """The public id of something, as text."""

    default_error_messages = {"invalid": "This must be an id."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or len(data) > ID_LENGTH or not data.isascii():
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return str(value)


class Reference(IdField):
    """The public id of a row in what `rows(viewer)` holds; the value is that row.

    A row that the viewer may not see is as absent as one that does not exist. `nobody` is a word
    that stands for None. The serializer's context must have the `viewer`.
    """

    def __init__(
        self,
        rows: Callable[[Any], models.QuerySet[Any]],
        *,
        noun: str,
        nobody: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.rows, self.nobody = rows, nobody
        self.missing = f"There is no such {noun}."
        hint = f'Id of a {noun}, or "{nobody}".' if nobody else f"Id of a {noun}."
        super().__init__(help_text=hint, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        if self.nobody is not None and name == self.nobody:
            return None
        found = self.rows(self.context["viewer"]).filter(public_id=name).first()
        if found is None:
            raise serializers.ValidationError(self.missing)
        return found


# ---- what goes out -------------------------------------------------------------------------------


class KnownField(serializers.CharField):
    """Text that may be unknown: null rather than an empty string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) or None


def page_answer(
    queryset: models.QuerySet[Any],
    serializer_class: SerializerClass,
    query: Mapping[str, Any],
    *,
    order: Order,
    **context: Any,
) -> Response:
    """One page of a list; `query` is a checked `PageQuery`. Raises Invalid for a bad cursor."""
    page = keyset(queryset, order=order, cursor=query.get("cursor"), limit=query["limit"])
    rows = serializer_class(page.items, many=True, context=context).data
    return Response({"results": rows, "next": page.next})
