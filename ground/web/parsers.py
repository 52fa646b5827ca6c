"""JSON from outside, read strictly: what two parsers might read differently is refused."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from ground.web.problems import Invalid, TooLarge

DEPTH_MAX = 32
INTEGER_MAX = 2**63 - 1


class StrictJSONParser(BaseParser):
    """An object of JSON in UTF-8, at most JSON_BODY_MAX_KB. Raises TooLarge or Invalid."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        most = settings.JSON_BODY_MAX_KB * 1024
        # Read one byte more than is allowed: a length that the client states proves nothing.
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(f"A JSON body may have at most {settings.JSON_BODY_MAX_KB} kB.")
        return parse_object(raw)


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`. Raises Invalid with a sentence that says what is wrong."""
    if raw.startswith(codecs.BOM_UTF8):
        raise Invalid("The JSON begins with a byte order mark, which it must not have.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"The body is not UTF-8 (at byte {error.start}).") from None
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_small,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Invalid(f"The body is not valid JSON: {error.msg} ({where}).") from None
    except RecursionError:
        raise Invalid(_TOO_DEEP) from None
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object.")
    _check(value)
    return value


_TOO_DEEP = f"The JSON is nested more than {DEPTH_MAX} levels deep."


def _no_constant(name: str) -> float:
    raise Invalid(f"{name} is not JSON.")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise Invalid("A number in the JSON is too large.")
    return value


def _small(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > INTEGER_MAX:
        raise Invalid("A number in the JSON is too large.")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("An object in the JSON has the same name twice.")
    return found


def _check(value: Any) -> None:
    """Bound the depth, and refuse NUL and lone surrogates in every text and name."""
    level = [value]
    for _ in range(DEPTH_MAX):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise Invalid(_TOO_DEEP)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Invalid("A text in the JSON contains a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid("A text in the JSON contains half of a surrogate pair.") from None
