"""Trying out whether mail and pushes get through, hop by hop, for those who set them up."""

from collections.abc import Iterator

from django.conf import settings

from ground.web import mail, push
from messenger import browsers
from messenger.models import PushSubscription

TITLE = "A test from Counterfoil"
SENTENCE = "This mail was asked for by somebody who sets up Counterfoil. It got through."
GOING = "When this arrives, notifications get through."


def mail_to(address: str) -> Iterator[tuple[str, str]]:
    """Sends a test mail; yields (hop, what was said there). Raises what `mail.send` raises."""
    yield from mail.hops(mail.trial(address, TITLE, SENTENCE))


def push_to(subscription: PushSubscription) -> str:
    """Sends a test notification; returns what the push service said. Raises push.Gone, Later."""
    installation = subscription.installation
    shown = {
        "title": installation.name,
        "body": f"{TITLE}. {GOING}",
        "tag": "test",
        "url": f"{settings.SITE_URL}/m/page/{installation.public_id}/",
        "app": installation.public_id,
    }
    (outcome,) = push.hand_out([subscription], [shown], ["test"])
    return browsers.judge(subscription, outcome)
