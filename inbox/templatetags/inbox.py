"""What the inbox's templates need to word and draw a conversation."""

import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import SafeString, format_html, format_html_join
from django.utils.module_loading import import_string

from ground.web import files
from ground.web.templatetags.web import icon
from inbox import attention, transcript, wording
from inbox.densities import density_of
from inbox.keyboard import Keyboard, keyboard_of
from inbox.onboarding import Progress, reminder_for
from inbox.zones import zone_of
from people.models import Teammate
from people.names import first_name, initials

register = template.Library()
register.filter("initials", initials)
register.filter("first_name", first_name)

TINTS = ("", "a", "b", "g", "n")


@register.filter
def equals(one: object, other: object) -> bool:
    return one == other


@register.simple_tag(takes_context=True)
def first_steps(context: Mapping[str, Any]) -> Progress | None:
    """What an admin still has to do in a new install; asked for once a page."""
    request = context["request"]
    if not hasattr(request, "first_steps"):
        request.first_steps = reminder_for(request.user)
    return request.first_steps


@register.filter(name="json")
def as_json(value: Mapping[str, str]) -> str:
    """Plain data as text for a script; the template escapes it like any other text."""
    return json.dumps(value)


@register.filter
def names(things: list[dict[str, str]]) -> str:
    """The names of tags as a line shows them."""
    return ", ".join(thing["name"] for thing in things)


@register.filter
def can(teammate: Teammate, capability: str) -> bool:
    """Whether a teammate's role lets them do something, such as `teams.watch`."""
    return teammate.can(capability)


@register.simple_tag(takes_context=True)
def may_change(context: Mapping[str, Any], message) -> bool:
    """Whether the reader of this page may edit or delete a note; nobody's where it is for all."""
    request = context.get("request")
    return message.may_be_changed_by(getattr(request, "user", None))


@register.simple_tag
def density(teammate: Teammate) -> str:
    """How close together a teammate wants rows: comfortable or compact."""
    return density_of(teammate)


@register.simple_tag
def channel(line: Mapping[str, str] | None) -> SafeString | str:
    """By which channel a conversation runs: an icon with its word; nothing for none."""
    if not line:
        return ""
    icons = import_string(settings.CHANNEL_ICONS)
    return format_html(
        '<span class="row-channel" title="{}">{}<span class="sr">{} </span></span>',
        line["name"],
        icon(icons.get(line["kind"], "box")),
        line["kind"].capitalize(),
    )


@register.filter
def tint(key: str) -> str:
    """The avatar class (static/parts.css) of a key: the same everywhere and after a restart."""
    return TINTS[zlib.crc32(str(key).encode()) % len(TINTS)]


@register.filter
def author_key(message) -> str:
    """The public id of whoever wrote; a bot is known by its name, the system by nothing."""
    if message.teammate:
        return message.teammate.public_id
    if message.contact:
        return message.contact.public_id
    return message.author_name


@register.filter
def attached(message) -> list:
    """A message's files; none for the stand-in that the composer's own bubbles are made of."""
    return list(message.attachments.all()) if message.pk else []


@register.filter
def stamp(moment: datetime | None) -> str:
    """A moment as text that sorts like time: UTC with microseconds, or nothing."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _time(moment: datetime, form: str, text: str) -> str:
    """A moment that `static/shared/times.js` rewrites in the reader's own zone and language."""
    return format_html('<time datetime="{}" data-time="{}">{}</time>', stamp(moment), form, text)


@register.simple_tag
def quiet_until(teammate) -> datetime | None:
    """Until when a teammate wants nothing to disturb them; None when that is over."""
    until = attention.wishes_of(teammate).quiet_until
    return until if until and until > timezone.now() else None


@register.simple_tag
def clock(moment: datetime) -> str:
    """A time of day: 10:31."""
    return _time(moment, "clock", moment.astimezone(UTC).strftime("%H:%M"))


@register.simple_tag
def day(moment: datetime) -> str:
    """A date in words: Monday 23 November."""
    return _time(moment, "day", wording.date(moment.astimezone(UTC)))


@register.filter
def stands_at(message) -> datetime:
    """When that was said with which a line of a thread begins."""
    beginning = getattr(message, "beginning", None)
    return beginning[0].created_at if beginning else message.created_at


@register.simple_tag
def moment(at: datetime | None) -> str:
    """A date and a time of day: Mon 23 Nov, 10:31."""
    if at is None:
        return ""
    at = at.astimezone(UTC)
    return _time(at, "moment", f"{at:%a} {at.day} {at:%b}, {at:%H:%M} UTC")


@register.simple_tag
def ago(moment: datetime | None) -> str:
    """How long ago: 12m. The browser keeps it true."""
    if moment is None:
        return ""
    return _time(moment, "ago", wording.ago(timezone.now() - moment))


@register.simple_tag
def wait(since: datetime) -> str:
    """How long somebody has been waiting: 12m, at least "<1m". The browser keeps it true."""
    return _time(since, "wait", wording.wait(timezone.now() - since))


@register.simple_tag
def due(conversation) -> str:
    """What must be done by when: an icon, how pressing it is, and how long it still is, or has been
    late. The browser keeps it true."""
    at, now = conversation.due_at, timezone.now()
    soon_at = conversation.due_soon_at or at
    state = "late" if at < now else "soon" if soon_at < now else "fine"
    return format_html(
        '<span class="due" data-state="{}">{}<span class="sr">{} </span><i>Due</i><i>Soon</i>'
        '<i>Late</i> <time datetime="{}" data-time="wait" data-soon="{}">{}</time></span>',
        state,
        icon("clock", "s"),
        conversation.get_due_for_display(),
        stamp(at),
        stamp(soon_at),
        wording.wait(abs(now - at)),
    )


@register.simple_tag
def activity(message) -> str:
    """An activity line in words: "Ana closed this"."""
    done = message.activity or {}
    until = done.get("until")
    sentence = wording.activity(done, message.author_type, message.author_name)
    if message.author_name:
        sentence = f"{message.author_name} {sentence}"
    return format_html("{} {}", sentence, moment(parse_datetime(until)) if until else "")


@register.simple_tag
def stars(score: int) -> str:
    """A rating: five stars, the first ones full, and the number in words."""
    drawn = [icon("star", "is-full" if number <= score else "") for number in range(1, 6)]
    joined = format_html_join("", "{}", ((star,) for star in drawn))
    return format_html('<span class="stars">{}</span><b class="num">{} of 5</b>', joined, score)


@register.simple_tag
def face(teammate) -> str:
    """A teammate's picture, or the initials of their name."""
    url = files.public_url(teammate.avatar_key)
    if url is None:
        text = '<span class="av {}" data-face="{}" aria-hidden="true">{}</span>'
        name = teammate.public_id
        return format_html(text, tint(name), name, initials(teammate.name))
    text = '<img class="av" src="{}" data-face="{}" alt="" width="40" height="40">'
    return format_html(text, url, teammate.public_id)


@register.simple_tag(takes_context=True)
def keyboard(context) -> Keyboard:
    """The commands and their keys as whoever looks has them."""
    request = context["request"]
    if not hasattr(request, "keyboard"):
        request.keyboard = keyboard_of(request.user)
    return request.keyboard


@register.simple_tag(takes_context=True)
def keycaps(context, *names: str) -> str:
    """What the viewer presses for these commands; nothing where they have no key."""
    board = keyboard(context)
    caps = [(cap,) for name in names for cap in board.caps(name)]
    return format_html_join("", "<kbd>{}</kbd>", caps)


@register.simple_tag(takes_context=True)
def keyhint(context, name: str) -> str:
    """What the viewer presses for a command, to end a title with: " (G /)", or nothing."""
    caps = keyboard(context).caps(name)
    return f" ({' '.join(caps)})" if caps else ""


@register.simple_tag(takes_context=True)
def following(context: Mapping[str, Any], kinds: str) -> SafeString:
    """What a page of its own is asked again upon (static/inbox/following.js): frames by their
    types, with spaces between; whose page it is, and where its frames come from."""
    return format_html(
        'data-follows="{}" data-live="{}/ws/inbox/" data-me="{}" data-csrf="{}" '
        'data-csrf-cookie="{}"',
        kinds,
        settings.LIVE_URL,
        context["request"].user.public_id,
        get_token(context["request"]),
        settings.CSRF_COOKIE_NAME,
    )


@register.simple_tag
def zone_name(teammate) -> str:
    """In which time zone we take a teammate to be, for their page to correct."""
    return str(zone_of(teammate))


@register.simple_tag
def on_paper(at: datetime, zone: tzinfo) -> str:
    """A moment for paper, by the clocks of a zone: 2026-11-22 10:31."""
    return format_html('<time datetime="{}">{}</time>', stamp(at), transcript.moment(at, zone))


@register.filter
def deed(message, zone: tzinfo) -> str:
    """An activity line as plain words."""
    return transcript.deed(message, zone)


@register.filter
def is_news_to_me(side) -> bool:
    """Whether a side conversation `with_marks` has something that its viewer should read."""
    return side.is_mine and side.last_seq > side.my_read_seq


@register.filter
def activity_icon(message) -> str:
    return wording.activity_icon((message.activity or {}).get("kind", ""))


@register.filter
def count_up_to(number: int, most: int) -> str:
    return wording.count(number, most)


@register.filter
def path_of(url: str) -> str:
    """The part of an address that tells pages of one site apart; never its query."""
    try:
        return urlsplit(str(url)).path or "/"
    except ValueError:
        return ""


@register.filter
def is_web_address(url: str) -> bool:
    """Whether a visitor's address may become a link: never a script or a file."""
    return str(url).lower().startswith(("http://", "https://"))


@register.filter
def in_minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
