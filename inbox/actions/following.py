"""Who wants to hear of a conversation that need not be theirs."""

from django.db import transaction

from ground.journal import record
from ground.web.problems import NotFound
from inbox import kinds
from inbox.actions.thread import can_see, lock, topics
from inbox.models import Conversation, Follower
from people.models import Teammate


def follow(conversation: Conversation, *, by: Teammate) -> Conversation:
    """From now on the teammate hears of what happens there. Following twice leaves no trace.

    To follow opens no door: who may not see the conversation any more hears of nothing. Raises
    NotFound.
    """
    with transaction.atomic():
        locked = seen_by(by, conversation)
        _, is_new = Follower.objects.get_or_create(conversation=locked, teammate=by)
        if is_new:
            note(locked, kinds.CONVERSATION_FOLLOWED, by)
        return locked


def unfollow(conversation: Conversation, *, by: Teammate) -> Conversation:
    """Takes that back. Raises NotFound."""
    with transaction.atomic():
        locked = seen_by(by, conversation)
        gone, _ = Follower.objects.filter(conversation=locked, teammate=by).delete()
        if gone:
            note(locked, kinds.CONVERSATION_UNFOLLOWED, by)
        return locked


def seen_by(teammate: Teammate, conversation: Conversation) -> Conversation:
    """The conversation, locked. Raises NotFound for who may not see it."""
    locked = lock(conversation)
    if not can_see(teammate, locked):
        raise NotFound
    return locked


def note(conversation: Conversation, kind: str, by: Teammate) -> None:
    record(
        kind,
        by=by,
        subject=conversation,
        topics=topics(conversation)[:2],
        after={"teammate": by.public_id},
        rows={"conversation": conversation},
    )
