"""Checking what somebody wants to write into several fields at once."""

from collections.abc import Callable, Mapping
from typing import Any

from ground.web.problems import Invalid
from ground.web.text import clean

Checks = Mapping[str, Callable[[Any], Any]]


def checked_fields(given: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The fields in their stored form. Raises Invalid for all that is wrong, by field."""
    fields: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        if name not in checks:
            errors[name] = ["There is no such field."]
            continue
        try:
            fields[name] = checks[name](value)
        except Invalid as problem:
            errors.update(problem.errors or {name: [problem.detail]})
    if errors:
        raise Invalid(errors=errors)
    return fields


def one_line(value: object, field: str, *, max_length: int) -> str:
    """Text on one line without spaces around it, "" for None. Raises Invalid."""
    text = " ".join(clean(value, field, max_bytes=4 * max_length, required=False).split())
    if len(text) > max_length:
        raise Invalid(errors={field: [f"This is too long: at most {max_length} characters."]})
    return text
