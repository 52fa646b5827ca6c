"""How a conversation of the demo is told.

Times are minutes since the step before; a talk's `ago` is how long before now it began.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Step:
    verb: str
    who: str
    text: str = ""
    after: int = 3
    to: str | None = None
    team: str | None = None
    file: str = ""
    tags: tuple[str, ...] = ()
    score: int = 0


@dataclass(frozen=True)
class Talk:
    who: str
    ago: timedelta
    page: tuple[str, str]
    steps: tuple[Step, ...]
    seen_by: tuple[str, ...] = ()
    is_unread_by_contact: bool = False


def says(who: str, text: str, after: int = 3, file: str = "") -> Step:
    return Step("says", who, text, after, file=file)


def notes(who: str, text: str, after: int = 2) -> Step:
    return Step("notes", who, text, after)


def gives(who: str, *, to: str | None = None, team: str | None = None, after: int = 1) -> Step:
    return Step("gives", who, after=after, to=to, team=team)


def sorts(who: str, *tags: str, priority: str = "", after: int = 1) -> Step:
    """Puts tags on it, and may say how urgent it is."""
    return Step("sorts", who, priority, after, tags=tags)


def rates(who: str, score: int, comment: str = "", after: int = 5) -> Step:
    """How the contact liked it, 1 to 5, once it was closed."""
    return Step("rates", who, comment, after, score=score)


def puts_away(who: str, after: int = 2) -> Step:
    """Into spam."""
    return Step("puts away", who, after=after)


def closes(who: str, after: int = 2) -> Step:
    return Step("closes", who, after=after)


def snoozes(who: str, days: int, after: int = 1) -> Step:
    """Until the given number of days from now."""
    return Step("snoozes", who, str(days), after)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
