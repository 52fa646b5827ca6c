"""What the inbox's templates need to word and draw a conversation."""

import zlib
from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html

from inbox import wording

register = template.Library()

TINTS = ("", "tint-accent", "tint-bot", "tint-ok", "tint-note")


@register.filter
def initials(name: str) -> str:
    """One or two letters for an avatar: of the first and the last word of a name."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


@register.filter
def tint(key) -> str:
    """The same soft color for the same key, everywhere and after a restart."""
    return TINTS[zlib.crc32(str(key).encode()) % len(TINTS)]


@register.filter
def stamp(moment: datetime | None) -> str:
    """A moment as text that sorts like time: UTC with microseconds, or nothing."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@register.simple_tag
def clock(moment: datetime) -> str:
    """A time of day; the browser rewrites it in the reader's own zone."""
    return format_html(
        '<time datetime="{}" data-time="clock">{}</time>',
        stamp(moment),
        moment.astimezone(UTC).strftime("%H:%M"),
    )


@register.simple_tag
def day(moment: datetime) -> str:
    """A date in words; the browser rewrites it in the reader's own zone."""
    return format_html(
        '<time datetime="{}" data-time="day">{}</time>', stamp(moment), wording.date(moment)
    )


@register.simple_tag
def ago(moment: datetime | None) -> str:
    """How long ago, short ("12m"); the browser keeps it true."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" data-time="ago">{}</time>',
        stamp(moment),
        wording.ago(timezone.now() - moment),
    )


@register.filter
def sentence(activity: dict | None) -> str:
    """An activity line in words, without its author and its time."""
    return wording.activity(activity or {})


@register.filter
def activity_icon(activity: dict | None) -> str:
    return wording.activity_icon(activity or {})


@register.filter
def first_name(name: str) -> str:
    return str(name).split(" ", 1)[0]
