"""What text from outside must be like before it goes any further."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rest_framework import serializers

from ground.web.problems import Invalid

# C0 without tab and line feed, DEL and C1: invisible, and PostgreSQL or a terminal trips on some.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n?")

REQUIRED = "This field is required."
NOT_TEXT = "This must be text."
BLANK = "This must not be empty."


def fault(value: str, *, max_bytes: int) -> str | None:
    """Why this text cannot be taken, as a sentence; None when it can.

    Line ends must already be line feeds (`unify_lines`).
    """
    if len(value) > max_bytes or len(value.encode("utf-8", "surrogatepass")) > max_bytes:
        return f"This is too long: at most {max_bytes:,} bytes as UTF-8."
    if _SURROGATE.search(value):
        return "This contains half of a surrogate pair, which is not text."
    found = _CONTROL.search(value)
    if found:
        return f"This contains a control character (U+{ord(found[0]):04X})."
    return None


def unify_lines(value: str) -> str:
    """The text with line feeds as its only line ends (form posts carry CR LF)."""
    return _LINE_END.sub("\n", value)


def is_blank(value: str) -> bool:
    """Whether a reader would see nothing: only white space and invisible format characters."""
    return all(c.isspace() or unicodedata.category(c) == "Cf" for c in value)


def clean(value: object, field: str, *, max_bytes: int, required: bool = True) -> str:
    """The text as written, with its line ends unified, after checking that it is sound.

    None counts as missing, which is "" unless `required`; blank text is refused when `required`.
    Raises Invalid with the sentence under `field`.
    """
    if value is None:
        if required:
            raise Invalid(errors={field: [REQUIRED]})
        return ""
    if not isinstance(value, str):
        raise Invalid(errors={field: [NOT_TEXT]})
    text = unify_lines(value)
    reason = fault(text, max_bytes=max_bytes)
    if reason is None and required and is_blank(text):
        reason = BLANK
    if reason is not None:
        raise Invalid(errors={field: [reason]})
    return text


class CleanCharField(serializers.CharField):
    """A serializer field with the same rules as `clean`; takes text only, no numbers.

    Text is kept as written unless `trim_whitespace=True` is asked for.
    """

    default_error_messages = {"required": REQUIRED, "invalid": NOT_TEXT, "blank": BLANK}

    def __init__(self, *, max_bytes: int, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and data and is_blank(data):
            data = ""
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = unify_lines(data)
        if self.trim_whitespace:
            text = text.strip()
        reason = fault(text, max_bytes=self.max_bytes)
        if reason is not None:
            raise serializers.ValidationError(reason)
        return text
