"""What the house says by itself: a rule's text, in nobody's name.

It is no answer: whoever waits goes on waiting, and whoever is to answer still is.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from ground.journal import record
from ground.journal.models import Entry
from ground.journal.recording import Automation
from ground.web.markup import plain
from ground.web.problems import StateConflict
from inbox import kinds
from inbox.actions.posting import compose, preview_of
from inbox.actions.thread import append, lock, next_seq, topics
from inbox.models import Conversation, Message
from inbox.voices import voice_of

KIND = "automatic"
# Two texts that nobody wrote within so long are one too many.
PAUSE = timedelta(hours=1)
SENT_MAX = 100
TOLD_LATELY = "Another automatic text went out less than an hour before."
BLOCKED = "This contact is blocked."
NOT_HERE = "Nothing is written in spam."


def say(
    conversation: Conversation,
    *,
    by: Automation,
    body: str,
    client_id: uuid.UUID,
    cause: Entry | None = None,
) -> Message:
    """Says something that the contact sees, as the house. At most one such text goes out within
    PAUSE. Raises StateConflict where it must not, Invalid, NotFound."""
    draft = compose(Message.Kind.REPLY, body, client_id, ())
    with transaction.atomic():
        locked = lock(conversation)
        check_may_be_told(locked)
        seq, public_seq = next_seq(locked, is_public=True)
        message = Message(
            conversation=locked,
            binding_id=locked.preferred_binding_id,
            seq=seq,
            public_seq=public_seq,
            client_id=client_id,
            kind=draft.kind,
            author_type=Message.Author.BOT,
            author_name=voice_of(locked).name,
            body_text=draft.text,
            body_html=draft.html,
            activity={"kind": KIND, "by": by.name},
        )
        locked.preview = preview_of(plain(draft.text), 0)
        locked.preview_author_type = message.author_type
        locked.preview_author_name = message.author_name
        locked.contact_unread += 1
        append(locked, message, *REPEATED, dated=["last_message_at"])
        message.carries_nothing()
        record(
            kinds.MESSAGE_SENT,
            by=by,
            subject=locked,
            topics=topics(locked),
            after=told_of(locked, message),
            cause=cause,
            rows={"conversation": locked, "message": message},
        )
    return message


REPEATED = ("preview", "preview_author_type", "preview_author_name", "contact_unread")


def told_of(conversation: Conversation, message: Message) -> dict[str, Any]:
    return {
        "message": message.public_id,
        "seq": message.seq,
        "public_seq": message.public_seq,
        "contact": conversation.contact.public_id,
        "is_automatic": True,
    }


def check_may_be_told(conversation: Conversation) -> None:
    """Raises StateConflict."""
    if conversation.is_spam:
        raise StateConflict(NOT_HERE)
    if conversation.contact.is_blocked:
        raise StateConflict(BLOCKED)
    latest = conversation.messages.public().order_by("-public_seq").values("pk")[:SENT_MAX]
    lately = conversation.messages.automatic().filter(pk__in=latest, created_at__gt=Now() - PAUSE)
    if lately.exists():
        raise StateConflict(TOLD_LATELY)
