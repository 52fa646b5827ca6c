"""Own fields of contacts and companies: what may be stored in them."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from ground.web.problems import Invalid
from ground.web.text import fault
from people.models import Attribute

MAX_KEYS = 100
MAX_BYTES = 1024
METADATA_BYTES = 4096
NUMBER = re.compile(r"-?[0-9]{1,17}(\.[0-9]{1,15})?", re.ASCII)
# What a browser's field for a date and a time holds; the record's are in UTC.
LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?", re.ASCII)
KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .:-]{0,59}")

Scalar = str | int | float | bool


def checked(
    given: object,
    definitions: Iterable[Attribute],
    *,
    field: str = "attributes",
    max_bytes: int = MAX_BYTES,
) -> dict[str, Scalar | None]:
    """The attributes as they are stored; None stands for "remove this key".

    A key that no definition names takes any scalar. Raises Invalid with one sentence for each
    wrong key, under "<field>.<key>".
    """
    if not isinstance(given, Mapping):
        raise Invalid(errors={field: ["This must be an object of keys and values."]})
    if len(given) > MAX_KEYS:
        raise Invalid(errors={field: [f"At most {MAX_KEYS} attributes are kept."]})
    by_key = {definition.key: definition for definition in definitions}
    values: dict[str, Scalar | None] = {}
    errors: dict[str, list[str]] = {}
    for key, value in given.items():
        try:
            values[key] = checked_value(key, value, by_key.get(key), max_bytes)
        except ValueError as error:
            errors[f"{field}.{str(key)[:60]}"] = [str(error)]
    if errors:
        raise Invalid(errors=errors)
    return values


def checked_value(
    key: object, value: object, definition: Attribute | None, max_bytes: int
) -> Scalar | None:
    """One value, in its stored form. Raises ValueError with a sentence."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise ValueError("A key has 1 to 60 letters, digits, spaces or . : _ -")
    if value is None:
        return None
    scalar = checked_scalar(value, max_bytes)
    return scalar if definition is None else TYPE_CHECKS[definition.type](scalar, definition)


def checked_scalar(value: object, max_bytes: int) -> Scalar:
    if isinstance(value, str):
        reason = fault(value, max_bytes=max_bytes)
        if reason:
            raise ValueError(reason)
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < 10**18:
        return value
    raise ValueError("This must be text, a number, or true or false.")


def as_text(value: Scalar, definition: Attribute) -> Scalar:
    if not isinstance(value, str):
        raise ValueError("This must be text.")
    return value


def as_number(value: Scalar, definition: Attribute) -> Scalar:
    if isinstance(value, bool | str):
        raise ValueError("This must be a number.")
    return value


def as_boolean(value: Scalar, definition: Attribute) -> Scalar:
    if not isinstance(value, bool):
        raise ValueError("This must be true or false.")
    return value


def as_choice(value: Scalar, definition: Attribute) -> Scalar:
    if value not in definition.choices or not isinstance(value, str):
        raise ValueError(f"This must be one of: {', '.join(definition.choices)}.")
    return value


def as_datetime(value: Scalar, definition: Attribute) -> Scalar:
    """Stored in UTC and in one spelling, so that text order is time order."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        if moment is None and isinstance(value, str) and parse_date(value):
            moment = parse_datetime(f"{value}T00:00:00Z")
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("This must be a time with its zone, for example 2026-05-01T09:30:00Z.")
    try:
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except OverflowError:
        raise ValueError("This time is out of range.") from None


TYPE_CHECKS = {
    Attribute.Type.TEXT: as_text,
    Attribute.Type.NUMBER: as_number,
    Attribute.Type.BOOLEAN: as_boolean,
    Attribute.Type.CHOICE: as_choice,
    Attribute.Type.DATETIME: as_datetime,
}


def changed(
    stored: Mapping[str, Any], given: Mapping[str, Scalar | None], *, field: str = "attributes"
) -> dict[str, Any]:
    """`stored` with `given` applied. Raises Invalid when too much would be kept."""
    result = {**stored, **given}
    result = {key: value for key, value in result.items() if value is not None}
    if len(result) > MAX_KEYS:
        raise Invalid(errors={field: [f"At most {MAX_KEYS} attributes are kept."]})
    return result


def in_text(value: Scalar | None) -> str:
    """A stored value as a field shows it and takes it back (`from_text`)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def from_text(text: str, definition: Attribute | None, present: Scalar | None) -> Scalar | None:
    """A typed value out of what somebody wrote in a field, None for nothing. `present` gives the
    type where no definition does. What does not fit stays text, which `checked` refuses."""
    if not text:
        return None
    type_ = definition.type if definition else type_of(present)
    if type_ == Attribute.Type.BOOLEAN:
        return {"true": True, "false": False}.get(text.lower(), text)
    if type_ == Attribute.Type.NUMBER:
        return number_from(text)
    if type_ == Attribute.Type.DATETIME and LOCAL.fullmatch(text):
        return f"{text}Z"
    return text


def type_of(value: Scalar | None) -> Attribute.Type:
    """The type that a value has by itself."""
    if isinstance(value, bool):
        return Attribute.Type.BOOLEAN
    return Attribute.Type.NUMBER if isinstance(value, int | float) else Attribute.Type.TEXT


def number_from(text: str) -> Scalar:
    if not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def checked_metadata(
    given: object, *, field: str = "metadata", max_bytes: int = METADATA_BYTES
) -> dict[str, Scalar | None]:
    """An event's metadata: flat, scalars only, bounded as a whole. Raises Invalid."""
    values = checked(given, (), field=field, max_bytes=max_bytes)
    if len(json.dumps(values, ensure_ascii=False).encode()) > max_bytes:
        raise Invalid(errors={field: [f"This is too long: at most {max_bytes:,} bytes as JSON."]})
    return values
