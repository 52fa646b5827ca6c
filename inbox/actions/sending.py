"""Sending with what belongs to it: one transaction for the message and what is done besides."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F

from ground.journal import record
from inbox import kinds, steps
from inbox.actions.drafting import clear_draft
from inbox.actions.posting import Posted, note, reply
from inbox.models import Conversation, Macro, Message
from people.models import Teammate


def send(
    conversation: Conversation,
    *,
    by: Teammate,
    kind: str,
    then: Iterable[Any] = (),
    macros: Iterable[str] = (),
    **written: Any,
) -> Posted:
    """Replies or adds a note and does the steps of `then` with the conversation, or nothing at all.

    `ways_back` of what is returned would take back what the steps did; never the message.
    `written` is what `reply` or `note` takes. `macros` are the ids of those that helped to write
    it. The draft that it was made of is cleared. A retry under the same client id does nothing
    twice. Raises what `reply`, `note` and the actions behind the steps raise, Invalid for steps
    that there are not.
    """
    sound = steps.sound(then)
    say = note if kind == Message.Kind.NOTE else reply
    with transaction.atomic():
        posted = say(conversation, by=by, **written)
        if not posted.is_new:
            return posted
        clear_draft(posted.conversation, by=by, kind=kind, client_id=posted.message.client_id)
        if sound:
            done, back = steps.carry_out(sound, posted.conversation, by)
            posted = replace(posted, conversation=done, ways_back=tuple(back))
        count_use(macros, posted, by)
    return posted


def count_use(names: Iterable[str], posted: Posted, by: Teammate) -> None:
    """Macros that are gone by now are not worth a message: they are passed over."""
    wanted = set(names)
    if not wanted:
        return
    used = Macro.objects.visible_to(by).filter(public_id__in=wanted).order_by("pk")
    for macro in used:
        Macro.objects.filter(pk=macro.pk).update(used=F("used") + 1)
        record(
            kinds.MACRO_USED,
            by=by,
            subject=macro,
            after={
                "conversation": posted.conversation.public_id,
                "message": posted.message.public_id,
            },
        )
