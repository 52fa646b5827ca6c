"""Browsers that asked to be notified, whoever sits at them: their subscriptions, and what the
answers of push services mean for these. The protocol itself is in `webpush`."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import models
from django.db.models import F
from django.http import Http404, HttpResponse

from ground.web import outbound, webpush
from ground.web.problems import Invalid
from ground.web.webpush import Recipient

FAILURES_MAX = 20
AT_ONCE = 10
DAY = 24 * 60 * 60
GONE = {404, 410}
# Whose browsers take a permission back from who shows nothing, without a warning.
STRICT = ".push.apple.com"
LOCAL = {"127.0.0.1", "localhost", "[::1]"}
BAD_KEYS = "These are not the keys of a push subscription."


class Subscription(models.Model):
    """Where a browser is notified, and the keys that let only it read what is sent."""

    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="Since it last worked. Too many end it."
    )

    class Meta:
        abstract = True

    @property
    def service(self) -> str:
        """The host of its push service; the rest of the endpoint is a secret."""
        return urlsplit(self.endpoint).hostname or ""


def offer() -> dict[str, str] | None:
    """What a page needs to ask its browser for a subscription; None where browsers refuse to
    notify, which is on pages without https."""
    host = settings.SITE_URL.partition("://")[2].rsplit(":", 1)[0]
    return {"public_key": webpush.public_key()} if settings.IS_HTTPS or host in LOCAL else None


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


def may_be_silent(subscription: Subscription) -> bool:
    """Whether a push may come that shows nothing but takes something away."""
    return not f".{subscription.service}".endswith(STRICT)


def service_worker(name: str) -> HttpResponse:
    """What shows notifications while no page of ours is open: a static file at an address whose
    path is its reach. Browsers ask for it anew each day."""
    response = HttpResponse(script(name), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def script(name: str) -> bytes:
    hashed = getattr(staticfiles_storage, "hashed_files", {}).get(name, name)
    if staticfiles_storage.exists(hashed):
        with staticfiles_storage.open(hashed) as file:
            text: bytes = file.read()
            return text
    path = finders.find(name)
    if path is None:
        raise Http404
    return Path(path).read_bytes()


# ---- sending -------------------------------------------------------------------------------------

Outcome = outbound.Answer | outbound.Forbidden | outbound.Unreachable | webpush.Unsound


class Later(Exception):
    """Not now; `seconds` when the push service named a time."""

    def __init__(self, reason: str, seconds: int = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Gone(Exception):
    """This browser takes no more."""


def hand_out(
    subscriptions: Sequence[Subscription], shown: Sequence[dict[str, Any]], topics: Sequence[str]
) -> list[Outcome]:
    """Hands each browser's push service its notification, AT_ONCE of them at a time: a slow one
    costs the others little. What is still undelivered under the same topic is replaced.

    Each outcome is the service's answer or what went wrong, for `judge`.
    """
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(hand, subscriptions, shown, topics))


def hand(subscription: Subscription, shown: dict[str, Any], topic: str) -> Outcome:
    to = Recipient(subscription.endpoint, subscription.p256dh, subscription.auth)
    try:
        payload = json.dumps(shown, ensure_ascii=False).encode()
        return webpush.send(to, payload, ttl=DAY, topic=topic)
    except (outbound.Forbidden, outbound.Unreachable, webpush.Unsound) as error:
        return error


def judge(subscription: Subscription, outcome: Outcome, drop: Callable[[str], None]) -> str:
    """What an outcome means for a subscription, as a sentence. One that is over, or has failed too
    often, is handed to `drop` with the reason. Raises Gone, Later."""
    if isinstance(outcome, outbound.Unreachable):
        raise failed(subscription, str(outcome), drop)
    if isinstance(outcome, Exception):
        drop(str(outcome))
        raise Gone(str(outcome))
    said = f"The push service answered {outcome.status}."
    if outcome.status in GONE:
        drop(said)
        raise Gone(said)
    if outcome.status == 429 or outcome.status >= 500:
        raise Later(said, retry_after(outcome))
    if not 200 <= outcome.status < 300:
        raise failed(subscription, said, drop)
    same(subscription).filter(failures__gt=0).update(failures=0)
    return said


def failed(subscription: Subscription, reason: str, drop: Callable[[str], None]) -> Exception:
    """What to raise for a failure that counts: too many of them end a subscription."""
    if subscription.failures + 1 >= FAILURES_MAX:
        drop(reason)
        return Gone(reason)
    same(subscription).update(failures=F("failures") + 1)
    return Later(reason)


def same(subscription: Subscription) -> models.QuerySet[Any]:
    return type(subscription)._default_manager.filter(pk=subscription.pk)


def retry_after(answer: outbound.Answer) -> int:
    """Seconds that a push service asks for, an hour at most; 0 when it names none."""
    said = {name.lower(): value for name, value in answer.headers.items()}.get("retry-after", "")
    return min(int(said), 3600) if said.isascii() and said.isdigit() and len(said) < 10 else 0
