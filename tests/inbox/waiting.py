"""Replies that wait, as tests put them off."""

import uuid
from datetime import timedelta

from django.utils import timezone

from inbox.actions import send_later


def let_wait(conversation, by, body="Later", **more):
    """A reply that is to go out later: within the hour, unless told."""
    more.setdefault("client_id", uuid.uuid4())
    more.setdefault("due_at", timezone.now() + timedelta(hours=1))
    return send_later(conversation, by=by, body=body, **more)
