"""When somebody may expect an answer, in the words of their language and by their own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import format_decimal
from babel.units import format_unit

from ground.web.zones import zone_named
from inbox.models import Conversation
from messenger.texts import language_of, texts_in
from messenger.visitors import Visitor
from routing import waits
from routing.expecting import Expected
from routing.models import Expectation

# A range is said in steps that people think in.
STEPS = {
    "duration-minute": (60, (1, 2, 5, 10, 15, 20, 30, 45, 60, 90)),
    "duration-hour": (3600, (1, 2, 3, 4, 6, 8, 12, 24)),
    "duration-day": (86400, (1, 2, 3, 4, 5, 7, 14)),
}
WEEK = timedelta(days=6)


def reply_time(visitor: Visitor, shown: str, now: datetime) -> str:
    """What the messenger says of the time of an answer before anybody writes.

    When people are back, while nobody works; else how long others wait, where that is known; else
    what the admin wrote (`shown`). When that is longer than usual it says so first.
    """
    if not visitor.installation.is_wait_shown:
        return shown
    language = language_of(visitor.installation, visitor.locale)
    locale = locale_of(language, visitor.locale)
    before = waits.before_writing()
    if not before.calendar.is_open(now):
        opens = before.calendar.next_opening(now)
        if opens is None:
            return shown
        zone = zone_named(visitor.timezone) or UTC
        return texts_in(language)["wait.back"].format(time=moment(opens, now, locale, zone))
    texts = texts_in(language)
    said = shown
    if before.expected is not None:
        said = texts["wait.now"].format(time=span(before.expected, locale))
    return f"{texts['wait.long']} {said}".strip() if before.is_slow else said


def reply_time_in(conversation: Conversation, told: Expectation | None, language: str) -> str:
    """What the messenger says of the answer to what waits in a conversation; "" where nothing is
    known. In points of time: it is read long after it was told."""
    if told is None or told.low_at is None or told.high_at is None:
        return ""
    contact = conversation.contact
    zone, locale = zone_named(contact.timezone) or UTC, locale_of(language, contact.locale)
    first, last = (moment(at, told.told_at, locale, zone) for at in (told.low_at, told.high_at))
    return texts_in(language)["wait.until"].format(
        time=first if first == last else f"{first} – {last}"
    )


def moment(at: datetime, now: datetime, locale: Locale, zone: tzinfo) -> str:
    """A time of today as the time alone, of another day with its day."""
    hours = "Hm" if "H" in locale.time_formats["short"].pattern else "hm"
    there, here = at.astimezone(zone), now.astimezone(zone)
    if there.date() != here.date():
        hours = ("E" if at - now < WEEK else "MMMEd") + hours
    known = locale.datetime_skeletons
    if hours in known:
        return format_skeleton(hours, at, tzinfo=zone, locale=locale)
    parts = (hours[:-2], hours[-2:])
    return ", ".join(format_skeleton(each, at, tzinfo=zone, locale=locale) for each in parts)


def span(said: Expected, locale: Locale) -> str:
    """A range in the unit of its longer end, widened to steps: 5–20 minutes."""
    low, high = said.low.total_seconds(), said.high.total_seconds()
    fitting = [unit for unit, (seconds, steps) in STEPS.items() if high <= seconds * steps[-1]]
    unit = next(iter(fitting), "duration-day")
    seconds, steps = STEPS[unit]
    least = max((step for step in steps if step * seconds <= low), default=0)
    most = min((step for step in steps if step * seconds >= high), default=steps[-1])
    longest = format_unit(most, unit, "long", locale=locale)
    if least == 0:
        return f"< {longest}"
    return longest if least == most else f"{format_decimal(least, locale=locale)}–{longest}"


def locale_of(language: str, asked: str = "") -> Locale:
    """How a language writes times and numbers: as in the country that somebody asks for with it."""
    try:
        locale = Locale.parse(asked.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        locale = None
    own = Locale.parse(language, sep="-")
    return locale if locale is not None and locale.language == own.language else own
