"""Opening hours as people write them: “9:00–12:00, 13:00–17:00”, or “closed”."""

import re
from collections.abc import Iterable

from ground.hours.schedule import DAY_MINUTES, Window, Windows, joined, overlaps

CLOSED = "closed"
WINDOWS_MAX = 12
_WINDOW = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to)\s*(\d{1,2})(?:[:.](\d{2}))?\s*")


class Unclear(ValueError):
    """What was written says no hours; the message says what to write instead."""


def windows_from(text: str) -> Windows:
    """The windows that a line says, in order. Raises Unclear."""
    text = text.strip()
    if not text or text.lower() == CLOSED:
        return ()
    parts = re.split(r"[,;]", text)
    if len(parts) > WINDOWS_MAX:
        raise Unclear(f"At most {WINDOWS_MAX} stretches fit into a day.")
    windows = tuple(window_from(part) for part in parts)
    if overlaps(windows):
        raise Unclear("Two of these stretches overlap.")
    return joined(windows)


def window_from(text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise Unclear("Write hours like “9:00–17:00”, several with a comma, or “closed”.")
    opens, closes = minutes(found[1], found[2]), minutes(found[3], found[4])
    if opens in (DAY_MINUTES, closes):
        raise Unclear("A stretch closes later than it opens.")
    if closes < opens:
        raise Unclear(
            "What goes on past midnight is written on two days: until 24:00, and from 0:00."
        )
    return Window(opens, closes)


def minutes(hour: str, minute: str | None) -> int:
    found = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or found > DAY_MINUTES:
        raise Unclear("Times go from 0:00 to 24:00.")
    return found


def text_of(windows: Iterable[Window]) -> str:
    """How it is written in a form; “closed” without windows."""
    return ", ".join(f"{clock(each.opens)}–{clock(each.closes)}" for each in windows) or CLOSED


def clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
