"""What rules tell customers, and closing what they are told to close."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from ground.journal.models import Entry
from ground.journal.recording import Automation
from ground.web.problems import Problem
from inbox.actions import close
from inbox.actions.automatic import say
from inbox.models import Conversation
from routing import texts

if TYPE_CHECKING:
    from routing.actions.routing import Done, House

SPACE = uuid.UUID("6f1d5f0e-4a0e-5a57-9a3c-0f2b6f2f6d0a")


def say_to(
    conversation: Conversation, rule: str, house: House, by: Automation, done: Done, cause: Entry
) -> None:
    """Tells the customer what a rule says, in their language, unless something speaks against
    it. It stands for itself: what else the rule does is done all the same."""
    said = house.texts.get(rule)
    if not said:
        done.refused.append("The text is gone.")
        return
    language = texts.chosen(said, conversation)
    try:
        with transaction.atomic():
            body = texts.filled(said[language], conversation)
            # One text for what was decided once.
            client_id = uuid.uuid5(SPACE, f"{cause.pk}:{rule}")
            say(conversation, by=by, body=body, client_id=client_id, cause=cause)
    except Problem as problem:
        done.refused.append(problem.sentences)
        return
    done.did.append("says")
    done.language = language


def close_it(conversation: Conversation, by: Automation, done: Done, cause: Entry) -> None:
    try:
        with transaction.atomic():
            close(conversation, by=by, cause=cause)
    except Problem as problem:
        done.refused.append(problem.sentences)
        return
    done.did.append("closes")
