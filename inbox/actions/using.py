"""Doing a macro's steps with a conversation, without sending its words."""

from django.db import transaction
from django.db.models import F

from ground.journal import record
from ground.web.problems import Invalid
from inbox import kinds, steps
from inbox.actions.thread import lock
from inbox.models import Conversation, Macro
from inbox.ways_back import WayBack
from people.models import Teammate


def steps_of(macro: Macro) -> list[dict[str, str]]:
    """Raises Invalid for a macro without steps."""
    found = steps.sound(macro.steps)
    if not found:
        raise Invalid(errors={"macro": ["This macro has words only, and does nothing besides."]})
    return found


def do_steps(
    conversation: Conversation, macro: Macro, *, by: Teammate
) -> tuple[Conversation, list[WayBack]]:
    """All of a macro's steps or none. Returns the conversation as it is then, and what would take
    back each thing that has changed. Raises Invalid for a macro without steps, and what the actions
    behind the steps raise."""
    sound = steps_of(macro)
    with transaction.atomic():
        done, ways = steps.carry_out(sound, lock(conversation), by)
        Macro.objects.filter(pk=macro.pk).update(used=F("used") + 1)
        after = {"conversation": conversation.public_id, "message": None}
        record(kinds.MACRO_USED, by=by, subject=macro, after=after)
    return done, ways
