"""Browsers in which teammates are notified: they come by a click and end with their log-in."""

import re

from django.db import IntegrityError, transaction

from ground.web import push
from ground.web.problems import NotAllowed, NotAuthenticated, NotFound, StateConflict
from people import kinds
from people.actions.teammates import lock, tell
from people.models import Device, Teammate
from people.sessions import teammate_in

DEVICES_MAX = 10
# What a browser says of itself, the most telling first: all of them also say "Safari".
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox|FxiOS": "Firefox",
    "Chrome|CriOS|Chromium": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh|Mac OS": "Mac",
    "Linux": "Linux",
}


def add_device(
    teammate: Teammate,
    *,
    session_key: str,
    endpoint: str,
    p256dh: str,
    auth: str,
    agent: str = "",
    by: Teammate | None,
) -> Device:
    """Remembers that a teammate wants to be notified in the browser of this session; `agent` is
    what it says of itself.

    The same browser again, also for somebody else, takes its row over; the oldest beyond
    DEVICES_MAX falls out. Raises Invalid, NotAllowed, NotAuthenticated when the session is over,
    and StateConflict when somebody else takes the same browser at this moment.
    """
    if by is None or by.pk != teammate.pk:
        raise NotAllowed("Everybody chooses this for themselves.")
    push.check(endpoint, p256dh, auth)
    keys = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}
    try:
        with transaction.atomic():
            held = lock(teammate)
            if teammate_in(session_key) != held:
                raise NotAuthenticated("You have been logged out. Log in again to go on.")
            return renewed(held, session_key, keys) or added(held, session_key, keys, agent)
    except IntegrityError:
        raise StateConflict("Somebody else asked in this browser just now. Try again.") from None


def renewed(teammate: Teammate, session_key: str, keys: dict[str, str]) -> Device | None:
    """The browser that is known already, at its present address: it changes now and then."""
    mine = teammate.devices.select_for_update().filter(session_key=session_key).first()
    others = Device.objects.select_for_update(of=("self",)).filter(endpoint=keys["endpoint"])
    for other in others.exclude(session_key=session_key).select_related("teammate"):
        end(other, by=teammate, reason="another one in its place")
    if mine is not None:
        Device.objects.filter(pk=mine.pk).update(**keys, failures=0)
    return mine


def added(teammate: Teammate, session_key: str, keys: dict[str, str], agent: str) -> Device:
    device = Device.objects.create(
        teammate=teammate, session_key=session_key, name=name_of(agent), **keys
    )
    for old in teammate.devices.order_by("-id")[DEVICES_MAX:]:
        end(old, by=teammate, reason="too many")
    after = {"device": device.public_id, "name": device.name}
    tell(kinds.TEAMMATE_DEVICE_ADDED, teammate, by=teammate, after=after)
    return device


def remove_device(teammate: Teammate, public_id: str, *, by: Teammate | None) -> None:
    """This browser of the teammate's is notified no more. Raises NotAllowed, NotFound."""
    if by is None or by.pk != teammate.pk:
        raise NotAllowed("Everybody chooses this for themselves.")
    with transaction.atomic():
        found = teammate.devices.select_for_update().filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such browser, or it is removed already.")
        end(found, by=by, reason="asked for")


def leave_device(session_key: str) -> None:
    """Somebody logs out: their browser is theirs no more."""
    with transaction.atomic():
        theirs = Device.objects.select_for_update(of=("self",)).filter(session_key=session_key)
        for device in theirs.order_by("pk"):
            end(device, by=device.teammate, reason="logged out")


def drop_device(device: Device, reason: str) -> None:
    """Its push service, or the end of its session, says that it is over. Safe to repeat."""
    with transaction.atomic():
        found = Device.objects.select_for_update(of=("self",)).filter(pk=device.pk).first()
        if found is not None:
            end(found, by=None, reason=reason[:200])


def drop_ended_devices(teammate: Teammate) -> None:
    """Those of a teammate whose session is over: another password or role, or no access."""
    for device in teammate.devices.all():
        if teammate_in(device.session_key) != teammate:
            drop_device(device, "the session is over")


def end(device: Device, *, by: Teammate | None, reason: str) -> None:
    before = {"device": device.public_id, "name": device.name, "reason": reason}
    tell(kinds.TEAMMATE_DEVICE_REMOVED, device.teammate, by=by, before=before)
    device.delete()


def name_of(agent: str) -> str:
    """How a browser is called in a list, from what it says of itself: "Chrome on Windows"."""
    browser, system = named(BROWSERS, agent) or "A browser", named(SYSTEMS, agent)
    return f"{browser} on {system}" if system else browser


def named(known: dict[str, str], agent: str) -> str:
    return next((name for pattern, name in known.items() if re.search(pattern, agent)), "")
