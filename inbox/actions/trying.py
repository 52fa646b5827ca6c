"""A test of the ways by which a teammate is told: what was tried, and what became of it.

It is nobody's news: nothing waits behind the bell afterwards, and nothing is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from ground.journal.live import RedisAway, publish
from ground.web import mail, push, throttles
from inbox import attention, presence
from people.actions import drop_device
from people.models import Device, Teammate

TITLE = "A test from Counterfoil"
WORDS = "This is how news come to you."
IS_QUIET = "You are not to be disturbed now: news would wait."
PER_HOUR = 10


@dataclass(frozen=True)
class Hop:
    """One way: whether it worked (None: there was nothing to try), and what became of it."""

    way: str
    label: str
    is_good: bool | None
    said: str


def try_ways(teammate: Teammate, *, pops_up: bool = True) -> list[Hop]:
    """Tells a teammate by every way that there is, whatever they wish. `pops_up` is False where
    whoever asks makes the pop-up. Raises TooMany."""
    throttles.spend("ways-tried", teammate.public_id, limit=PER_HOUR, seconds=3600)
    wishes = attention.wishes_of(teammate)
    is_quiet = wishes.is_quiet(timezone.now())
    return [
        by_bell(teammate, has_sound=wishes.has_sound, is_desktop=pops_up and not is_quiet),
        by_pop_up(is_quiet),
        *by_push(teammate),
        by_mail(teammate),
    ]


def by_bell(teammate: Teammate, *, has_sound: bool, is_desktop: bool) -> Hop:
    frame = {
        "type": "notification",
        "conversation": "",
        "side": "",
        "title": TITLE,
        "body": WORDS,
        "at": int(timezone.now().timestamp() * 1000),
        "reasons": [],
        "is_cleared": False,
        "has_sound": has_sound,
        "is_desktop": is_desktop,
    }
    try:
        publish([f"teammate.{teammate.public_id}"], frame)
    except RedisAway:
        return Hop("bell", "Bell", False, "The live line is away: the bell fills as a page opens.")
    if presence.is_here(teammate.public_id):
        return Hop("bell", "Bell", True, "Told to your open inboxes.")
    return Hop("bell", "Bell", True, "The live line works; no inbox of yours is open just now.")


def by_pop_up(is_quiet: bool) -> Hop:
    said = IS_QUIET if is_quiet else "Sent to your open inboxes; each asks its own browser."
    return Hop("pop-up", "Pop-up", False if is_quiet else None, said)


def by_push(teammate: Teammate) -> Iterator[Hop]:
    devices = list(teammate.devices.order_by("-id"))
    if not devices:
        yield Hop("push", "Devices", None, "None of your browsers has asked for it.")
        return
    shown = {
        "title": TITLE,
        "body": WORDS,
        "tag": "test",
        "at": int(timezone.now().timestamp() * 1000),
        "silent": True,
        "url": reverse("inbox:notifications"),
        "showing": None,
    }
    outcomes = push.hand_out(devices, [shown] * len(devices), ["test"] * len(devices))
    for device, outcome in zip(devices, outcomes, strict=True):
        yield handed(device, outcome)


def handed(device: Device, outcome: push.Outcome) -> Hop:
    label = f"Device: {device.name}"
    try:
        return Hop(
            "push", label, True, push.judge(device, outcome, lambda why: drop_device(device, why))
        )
    except (push.Later, push.Gone) as problem:
        return Hop("push", label, False, str(problem))


def by_mail(teammate: Teammate) -> Hop:
    if not mail.is_configured():
        return Hop("mail", "Mail", None, "No mail server is set up here.")
    try:
        mail.send(mail.trial(teammate.email, TITLE, WORDS))
    except (mail.NotSent, mail.Refused, mail.Unknown) as problem:
        return Hop("mail", "Mail", False, str(problem))
    return Hop("mail", "Mail", True, f"Handed to the mail server, for {teammate.email}.")
