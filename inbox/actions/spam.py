"""Spam: out of everybody's way, and quiet whatever else its contact writes."""

from django.db import transaction

from ground.journal.models import Entry
from inbox import kinds
from inbox.actions.thread import Actor, change, lock, require
from inbox.models import Conversation
from people.models import Contact
from people.models.teammate import Capability

Status = Conversation.Status


def mark_spam(
    conversation: Conversation,
    *,
    by: Actor,
    cause: Entry | None = None,
    blocked_by: str | None = None,
) -> Conversation:
    """Puts a conversation away as spam; its contact sees nothing of it and it stays there.

    `blocked_by` names who blocked the contact, when that is the reason.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        if locked.is_spam:
            return locked
        activity = {"kind": "marked_spam"}
        change(
            locked,
            kinds.CONVERSATION_MARKED_SPAM,
            by=by,
            activity=activity if blocked_by is None else activity | {"blocked_by": blocked_by},
            changes={"status": Status.SPAM, "snoozed_until": None, "closed_at": None},
            cause=cause,
        )
        return locked


def unmark_spam(
    conversation: Conversation, *, by: Actor, cause: Entry | None = None
) -> Conversation:
    """Takes a conversation out of spam: it is open again. Leaves any other as it is."""
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        if not locked.is_spam:
            return locked
        change(
            locked,
            kinds.CONVERSATION_UNMARKED_SPAM,
            by=by,
            activity={"kind": "unmarked_spam"},
            changes={"status": Status.OPEN},
            cause=cause,
        )
        return locked


def put_away(contact: Contact, *, blocked_by: str, cause: Entry) -> int:
    """Marks what a blocked contact has open or snoozed as spam; returns how many."""
    there = Conversation.objects.filter(
        contact=contact, status__in=[Status.OPEN, Status.SNOOZED]
    ).order_by("pk")
    for conversation in there:
        mark_spam(conversation, by=None, cause=cause, blocked_by=blocked_by)
    return len(there)


def bring_back(contact: Contact, *, cause: Entry) -> int:
    """Opens what lies in spam only because its contact was blocked; returns how many."""
    count = 0
    for conversation in Conversation.objects.filter(contact=contact).spam().order_by("pk"):
        marked = (
            Entry.objects.filter(
                kind=kinds.CONVERSATION_MARKED_SPAM,
                subject_type="conversation",
                subject_id=conversation.public_id,
            )
            .select_related("cause")
            .order_by("-id")
            .first()
        )
        if marked is not None and marked.cause is not None:
            unmark_spam(conversation, by=None, cause=cause)
            count += 1
    return count
