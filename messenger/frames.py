"""What the contact's screens are shown when something happened in public."""

from collections.abc import Iterator
from typing import Any

from ground.journal.models import Entry
from ground.web import languages
from inbox.models import Conversation
from messenger.installing import RULES
from messenger.models import Installation
from messenger.present import conversation_json, message_json
from messenger.waiting import reply_time_in

Shown = tuple[list[str], dict[str, Any]]


def message(entry: Entry) -> Iterator[Shown]:
    """A public message, for all of the contact's screens."""
    said = entry.rows["message"]
    conversation = entry.rows["conversation"]
    contact = conversation.contact.public_id
    yield (
        [f"contact.{contact}"],
        {
            "type": "message",
            "conversation": conversation.public_id,
            "seq": said.public_seq,
            "message": message_json(said, contact),
        },
    )


def conversation(entry: Entry) -> Iterator[Shown]:
    """The conversation's line in the contact's list: preview, status, unread."""
    row = entry.rows["conversation"]
    yield (
        [f"contact.{row.contact.public_id}"],
        {
            "type": "conversation",
            "conversation": conversation_json(
                row,
                is_rating_asked=row.is_closed and asks_for_rating(row),
                reply_time=told_in(entry),
            ),
        },
    )


def told_in(entry: Entry) -> str | None:
    """What the contact is told of their wait, by an entry that tells it; in their own language."""
    told = entry.rows.get("told")
    if told is None:
        return None
    conversation = entry.rows["conversation"]
    return reply_time_in(conversation, told, languages.best(conversation.contact.locale))


def rules(entry: Entry) -> Iterator[Shown]:
    """Who may speak was decided anew: sockets of the messenger look whether they still may."""
    if RULES & set(entry.after):
        yield entry.topics, {"type": "access"}


def asks_for_rating(conversation: Conversation) -> bool:
    """Whether the messenger by which the contact is answered wants to know how they liked it."""
    answered_by = Installation.objects.filter(
        line__bindings__conversation=conversation, line__bindings__is_preferred=True
    )
    return answered_by.filter(is_rating_asked=True).exists()
