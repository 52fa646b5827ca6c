"""Replies of who is new, which a senior lets go or gives back. They wait as those for later do."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction

from ground.web.problems import NotAllowed, StateConflict
from inbox import kinds
from inbox.actions.later import call_off, deliver, held, journal, overtaken, send_later, stop
from inbox.actions.posting import note
from inbox.actions.thread import database_now, require
from inbox.models import Conversation, LaterMessage
from people.models import Teammate
from people.models.teammate import Capability

State = LaterMessage.State
# Whoever releases it is never that fast.
AT_ONCE = timedelta(seconds=1)


def submit_reply(conversation: Conversation, *, by: Teammate, **written: Any) -> LaterMessage:
    """Keeps a reply of a teammate who `needs_release` until a senior lets it go, and then at once.
    `written` is what `send_later` takes; raises as that does."""
    return send_later(conversation, by=by, due_at=database_now() + AT_ONCE, **written)


def may_release(by: Teammate, author: Teammate) -> bool:
    """Whether a teammate may let another's replies go. Nobody lets their own."""
    return by.pk != author.pk and (author.senior_id == by.pk or by.can(Capability.RELEASE))


def check_senior(later: LaterMessage, conversation: Conversation, by: Teammate) -> None:
    require(by, conversation, Capability.REPLY)
    if not (later.is_waiting and later.needs_release):
        raise StateConflict(later.reason or "It does not wait for its release.")
    if not may_release(by, later.teammate):
        raise NotAllowed("A senior of its author releases it.")


def release(later: LaterMessage, *, by: Teammate) -> LaterMessage:
    """Lets go a reply that waits for a senior: at once, or at its time if that is still to come.

    Raises NotFound, NotAllowed, also for one's own, and StateConflict when it does not wait any
    more, or when somebody spoke meanwhile: then it is called off, and its author told.
    """
    with transaction.atomic():
        locked, conversation = held(later)
        check_senior(locked, conversation, by)
        reason = overtaken(locked, conversation)
        if reason:
            call_off(locked, reason, by=None)
        else:
            let_go(locked, conversation, by)
    if not (locked.is_waiting or locked.state == State.SENT):
        # Told once it is stored: what is called off stays so.
        raise StateConflict(locked.reason)
    return locked


def let_go(later: LaterMessage, conversation: Conversation, by: Teammate) -> None:
    later.needs_release, later.released_by = False, by
    later.save(update_fields=["needs_release", "released_by"])
    if not later.is_for_later or later.due_at <= database_now():
        deliver(later, conversation)
    if later.state in (State.SENT, State.WAITING):
        # After its message, whose author is told of nothing that came before it.
        after = {"tell": [later.teammate.public_id], "words": f"{by} released your reply."}
        journal(kinds.LATER_RELEASED, later, by=by, after=after)


def send_back(later: LaterMessage, *, by: Teammate, words: str = "") -> LaterMessage:
    """Gives a reply that waits for a senior back to its author, who can edit it; with `words`, a
    note says why. Raises as `release` and `note` do."""
    with transaction.atomic():
        locked, conversation = held(later)
        check_senior(locked, conversation, by)
        reason = f"{by} sent it back."
        stop(locked, State.CALLED_OFF, kinds.LATER_SENT_BACK, reason, by=by)
        if words.strip():
            note(conversation, by=by, body=words, client_id=uuid.uuid4())
        return locked
