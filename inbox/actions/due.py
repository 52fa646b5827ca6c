"""By when something must be done in a conversation, as its row, head and order show it."""

from datetime import datetime

from ground.journal import record
from ground.journal.models import Entry
from inbox import kinds
from inbox.actions.thread import Actor, list_topic
from inbox.models import Conversation


def set_due(
    conversation: Conversation,
    *,
    by: Actor,
    due_at: datetime | None,
    soon_at: datetime | None = None,
    what: str = "",
    cause: Entry | None = None,
) -> Conversation:
    """Repeats on a locked conversation what is due next there; None for nothing. Whoever reckons
    that calls it in the transaction that holds the lock."""
    wanted = {"due_at": due_at, "due_soon_at": soon_at, "due_for": what}
    before = {name: getattr(conversation, name) for name in wanted}
    if before == wanted:
        return conversation
    for name, value in wanted.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=list(wanted))
    record(
        kinds.CONVERSATION_DUE_CHANGED,
        by=by,
        subject=conversation,
        topics=[list_topic(conversation), f"conversation.{conversation.public_id}"],
        before={"due_at": said(before["due_at"]), "due_for": before["due_for"]},
        after={"due_at": said(due_at), "due_for": what},
        cause=cause,
        rows={"conversation": conversation},
    )
    return conversation


def said(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
