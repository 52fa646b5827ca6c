"""Spans of time as people write them in a form: “30 min”, “4 h”, “1:30”."""

import re
from datetime import timedelta

_SPAN = re.compile(r"(\d{1,6})(?::(\d{2}))?\s*(m|min|minutes?|h|hours?)?", re.I)


def minutes_from(text: str) -> int | None:
    """None for what says no span. A number alone is minutes; `1:30` is hours and minutes."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    number, more, unit = int(found[1]), found[2], (found[3] or "").lower()
    if more is not None:
        return number * 60 + int(more)
    return number * 60 if unit.startswith("h") else number


def text_of(minutes: int) -> str:
    if minutes and minutes % 60 == 0:
        return f"{minutes // 60} h"
    return f"{minutes} min"


def in_words(span: timedelta) -> str:
    """For a sum that is read: 1 h 20 min, 45 min, 0 min."""
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
