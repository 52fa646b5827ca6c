"""Snooze, close, reopen, and waking what was snoozed."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from ground.journal.models import Entry
from ground.web.problems import Invalid, StateConflict
from inbox import kinds
from inbox.actions.thread import Actor, change, database_now, lock, require
from inbox.beginnings import unanswered
from inbox.models import Conversation
from people.models.teammate import Capability

Status = Conversation.Status
WAKE_BATCH = 100


def snooze(conversation: Conversation, *, by: Actor, until: datetime | None) -> Conversation:
    """Puts a conversation off until a time or until the contact writes, whichever comes first;
    with None until the contact writes.

    Raises Invalid when the time is past, StateConflict when the conversation is closed or spam.
    """
    if until is not None and until <= database_now():
        raise Invalid(errors={"until": ["Choose a time in the future."]})
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        if locked.is_closed:
            raise StateConflict("A closed conversation cannot be snoozed. Reopen it first.")
        check_no_spam(locked)
        if locked.status == Status.SNOOZED and locked.snoozed_until == until:
            return locked
        change(
            locked,
            kinds.CONVERSATION_SNOOZED,
            by=by,
            activity={"kind": "snoozed"} | ({"until": until.isoformat()} if until else {}),
            changes={"status": Status.SNOOZED, "snoozed_until": until},
        )
        return locked


def close(conversation: Conversation, *, by: Actor, cause: Entry | None = None) -> Conversation:
    """Closes a conversation; the contact's next word opens it again.

    Raises StateConflict for spam.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        if locked.is_closed:
            return locked
        check_no_spam(locked)
        change(
            locked,
            kinds.CONVERSATION_CLOSED,
            by=by,
            activity={"kind": "closed"},
            changes={
                "status": Status.CLOSED,
                "closed_at": database_now(),
                "snoozed_until": None,
                "waiting_since": None,
                "holder": Conversation.Holder.NOBODY,
            },
            cause=cause,
        )
        return locked


def reopen(
    conversation: Conversation,
    *,
    by: Actor,
    is_waited_for: bool = False,
    cause: Entry | None = None,
) -> Conversation:
    """Opens a closed or snoozed conversation; a contact who spoke last waits again, as before. With
    `is_waited_for` the contact waits from now on, whoever spoke last.

    Raises StateConflict for spam.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.MANAGE)
        check_no_spam(locked)
        if not locked.is_open:
            since = unanswered(locked) or (database_now() if is_waited_for else None)
            open_again(locked, by=by, cause=cause, waiting_since=since)
        return locked


def check_no_spam(conversation: Conversation) -> None:
    """Raises StateConflict for spam: it is taken out of there before anything else."""
    if conversation.is_spam:
        raise StateConflict("This conversation is in spam. Take it out of there first.")


def open_again(
    conversation: Conversation,
    *,
    by: Actor,
    cause: Entry | None = None,
    waiting_since: datetime | None = None,
) -> Entry:
    """Opens a locked conversation, in the caller's transaction."""
    waiting = {} if waiting_since is None else {"waiting_since": waiting_since}
    return change(
        conversation,
        kinds.CONVERSATION_REOPENED,
        by=by,
        activity={"kind": "woken" if conversation.status == Status.SNOOZED else "reopened"},
        changes={"status": Status.OPEN, "snoozed_until": None, "closed_at": None, **waiting},
        cause=cause,
    )


def wake_due() -> int:
    """Opens what was snoozed until now; returns how many. Safe to run twice at once."""
    with transaction.atomic():
        due = (
            Conversation.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("contact", "assignee", "team")
            .filter(status=Status.SNOOZED, snoozed_until__lte=Now())
            .order_by("snoozed_until")[:WAKE_BATCH]
        )
        woken = [open_again(conversation, by=None) for conversation in due]
    return len(woken)
