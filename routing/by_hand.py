"""What a person, or a program of theirs, has decided on a conversation: rules leave it alone."""

from ground.journal.models import Entry
from inbox.models import Conversation

ASSIGNED, PRIORITIZED = "conversation.assigned", "conversation.prioritized"
BY_HAND = ("teammate", "apitoken")


def is_by_hand(conversation: Conversation, kind: str) -> bool:
    """Whether what a kind of entry tells was last decided by a person, or by their program."""
    told = Entry.objects.filter(
        subject_type="conversation", subject_id=conversation.public_id, kind=kind
    ).order_by("-id")
    last = told.values_list("actor_type", flat=True).first()
    return last in BY_HAND
