"""How urgent a conversation is."""

from django.db import transaction

from ground.journal.models import Entry
from inbox import kinds
from inbox.actions.thread import Actor, change, lock, require
from inbox.models import Conversation
from people.models.teammate import Capability


def prioritize(
    conversation: Conversation,
    *,
    by: Actor,
    priority: Conversation.Priority,
    cause: Entry | None = None,
) -> Conversation:
    """Sets how urgent a conversation is; the contact sees nothing of it. Raises NotFound,
    NotAllowed."""
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        if locked.priority == priority:
            return locked
        priority = Conversation.Priority(priority)
        change(
            locked,
            kinds.CONVERSATION_PRIORITIZED,
            by=by,
            activity={"kind": "prioritized", "priority": priority.word},
            changes={"priority": priority},
            cause=cause,
        )
        return locked
