"""Browsers that asked to be told of replies: their subscriptions, and telling them."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from ground.journal import record
from ground.web import outbound, webpush
from ground.web.problems import Invalid, StateConflict
from ground.web.webpush import Recipient
from messenger import kinds
from messenger.models import PushSubscription
from messenger.visitors import Visitor, session_end
from people.actions.merge import current
from people.models import Contact

SUBSCRIPTIONS_MAX = 10
FAILURES_MAX = 20
EXPIRED_AT_ONCE = 100
DAY = 24 * 60 * 60
GONE = {404, 410}
LOCAL = {"127.0.0.1", "localhost", "[::1]"}
BAD_KEYS = "These are not the keys of a push subscription."


def offer() -> dict[str, str] | None:
    """What a messenger needs to ask its browser for a subscription; None where browsers refuse to
    notify, which is on pages without https."""
    host = settings.SITE_URL.partition("://")[2].rsplit(":", 1)[0]
    return {"public_key": webpush.public_key()} if settings.IS_HTTPS or host in LOCAL else None


def subscribe(visitor: Visitor, *, endpoint: str, p256dh: str, auth: str, locale: str) -> None:
    """Remembers that this visitor's browser wants to be told of replies.

    The same browser again, also for somebody else, takes its row over; the oldest beyond
    SUBSCRIPTIONS_MAX falls out. Raises Invalid, and StateConflict for who has written nothing yet.
    """
    if visitor.contact is None:
        raise StateConflict("Write to us first: there is nothing yet that could be answered.")
    check(endpoint, p256dh, auth)
    with transaction.atomic():
        contact = current(visitor.contact)
        subscription, is_new = PushSubscription.objects.update_or_create(
            endpoint=endpoint,
            defaults={
                "contact": contact,
                "installation": visitor.installation,
                "visitor": visitor.key,
                "p256dh": p256dh,
                "auth": auth,
                "locale": locale,
                "failures": 0,
                "expires_at": session_end(visitor),
            },
        )
        for old in contact.push_subscriptions.order_by("-id")[SUBSCRIPTIONS_MAX:]:
            end(old, by=contact, reason="too many")
        if is_new:
            record(
                kinds.PUSH_STARTED,
                by=contact,
                subject=contact,
                after={"subscription": subscription.public_id},
            )


def check(endpoint: str, p256dh: str, auth: str) -> None:
    """Raises Invalid for an address that we never call and for keys that no browser makes."""
    try:
        outbound.checked(endpoint)
    except outbound.Forbidden as error:
        raise Invalid(errors={"endpoint": [str(error)]}) from None
    try:
        webpush.browser_keys(Recipient(endpoint, p256dh, auth))
    except webpush.Unsound:
        raise Invalid(errors={"keys": [BAD_KEYS]}) from None


def unsubscribe(visitor: Visitor) -> None:
    """This visitor's browser is told nothing any more; a sign-out asks for that too."""
    with transaction.atomic():
        for subscription in PushSubscription.objects.filter(
            visitor=visitor.key
        ).select_for_update():
            end(subscription, by=visitor.contact, reason="asked for")


def prolong(visitor: Visitor) -> bool:
    """A browser whose session goes on; whether it is told of replies."""
    if visitor.contact is None or visitor.only_conversation:
        return False
    mine = PushSubscription.objects.filter(visitor=visitor.key, contact=visitor.contact)
    return bool(mine.update(expires_at=session_end(visitor)))


def forget_expired() -> int:
    """Ends what outlived its session, up to EXPIRED_AT_ONCE of it; returns how many."""
    with transaction.atomic():
        over = PushSubscription.objects.filter(expires_at__lte=Now()).select_related("contact")
        held = list(over.select_for_update(skip_locked=True, of=("self",))[:EXPIRED_AT_ONCE])
        for subscription in held:
            end(subscription, by=None, reason="the session is over")
    return len(held)


def hand_over(old_key: str, new_key: str) -> None:
    """A browser whose visitor has signed in and has a new key."""
    PushSubscription.objects.filter(visitor=old_key).update(visitor=new_key)


def end(subscription: PushSubscription, *, by: Contact | None, reason: str) -> None:
    record(
        kinds.PUSH_ENDED,
        by=by,
        subject=subscription.contact,
        before={"subscription": subscription.public_id, "reason": reason},
    )
    subscription.delete()


Outcome = outbound.Answer | outbound.Forbidden | outbound.Unreachable | webpush.Unsound


class Later(Exception):
    """Not now; `seconds` when the push service named a time."""

    def __init__(self, reason: str, seconds: int = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Gone(Exception):
    """This browser takes no more."""


def hand_out(
    subscriptions: Sequence[PushSubscription], shown: Sequence[dict[str, Any]], *, topic: str
) -> list[Outcome]:
    """Hands each browser's push service its notification, all at once: a slow one costs the others
    nothing. Each outcome is the service's answer or what went wrong, for `judge`."""
    with ThreadPoolExecutor(max_workers=SUBSCRIPTIONS_MAX) as pool:
        return list(pool.map(lambda to, what: hand(to, what, topic), subscriptions, shown))


def hand(subscription: PushSubscription, shown: dict[str, Any], topic: str) -> Outcome:
    to = Recipient(subscription.endpoint, subscription.p256dh, subscription.auth)
    try:
        payload = json.dumps(shown, ensure_ascii=False).encode()
        return webpush.send(to, payload, ttl=DAY, topic=topic)
    except (outbound.Forbidden, outbound.Unreachable, webpush.Unsound) as error:
        return error


def judge(subscription: PushSubscription, outcome: Outcome) -> str:
    """What an outcome means for a subscription, as a sentence; one that is over, or has failed too
    often, is removed. Raises Gone, Later."""
    if isinstance(outcome, outbound.Unreachable):
        raise failed(subscription, str(outcome))
    if isinstance(outcome, Exception):
        drop(subscription, str(outcome))
        raise Gone(str(outcome))
    said = f"The push service answered {outcome.status}."
    if outcome.status in GONE:
        drop(subscription, said)
        raise Gone(said)
    if outcome.status == 429 or outcome.status >= 500:
        raise Later(said, retry_after(outcome))
    if not 200 <= outcome.status < 300:
        raise failed(subscription, said)
    PushSubscription.objects.filter(pk=subscription.pk, failures__gt=0).update(failures=0)
    return said


def failed(subscription: PushSubscription, reason: str) -> Exception:
    """What to raise for a failure that counts: too many of them end a subscription."""
    if subscription.failures + 1 >= FAILURES_MAX:
        drop(subscription, reason)
        return Gone(reason)
    PushSubscription.objects.filter(pk=subscription.pk).update(failures=F("failures") + 1)
    return Later(reason)


def drop(subscription: PushSubscription, reason: str) -> None:
    with transaction.atomic():
        end(subscription, by=None, reason=reason[:200])


def retry_after(answer: outbound.Answer) -> int:
    """Seconds that a push service asks for, an hour at most; 0 when it names none."""
    said = {name.lower(): value for name, value in answer.headers.items()}.get("retry-after", "")
    return min(int(said), 3600) if said.isascii() and said.isdigit() and len(said) < 10 else 0
