"""What a contact's messages say besides their words: language and mood, found out after they were
shown to everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ground import meaning
from ground.journal import record
from ground.journal.models import Entry, Reaction
from ground.journal.recording import Automation
from ground.meaning import Understood
from ground.web.markup import plain
from ground.web.problems import NotFound
from inbox import kinds
from inbox.actions.thread import list_topic
from inbox.actions.wholes import lock_whole
from inbox.models import Conversation, Message
from inbox.moods import felt

BY = Automation("inbox.understanding")
NAME = "inbox.tasks.understand"
# With so many still to be understood nobody waits for how each feels: the language is told, which
# costs nothing, and the mood stays what it was.
PATIENCE = 100


def understand_messages(entries: Sequence[Entry]) -> None:
    """Finds out what these messages say, stores it and says so in the journal. What cannot be found
    out is unknown; a message that is gone is skipped."""
    causes = {entry.after["message"]: entry for entry in entries}
    rows = Message.objects.filter(public_id__in=causes).select_related("conversation__contact")
    messages = sorted(rows, key=lambda message: (message.conversation_id, message.seq))
    is_hurried = are_many_waiting()
    # All before the first lock: a conversation must not wait until a text is understood.
    found = {
        message.pk: meaning.understand(plain(message.body_text), has_time=not is_hurried)
        for message in messages
    }
    for message in messages:
        take_in(message, found[message.pk], cause=causes[message.public_id])


def are_many_waiting() -> bool:
    waiting = Reaction.objects.filter(name=NAME, done_at=None, dead_at=None)
    return len(waiting.values_list("pk")[: PATIENCE + 1]) > PATIENCE


def take_in(message: Message, understood: Understood, *, cause: Entry) -> None:
    """Stores what was understood of a message, with it and with what it belongs to now."""
    try:
        conversation = lock_whole(message.conversation)
    except NotFound:
        return
    message.sentiment, message.language = understood.sentiment, understood.language or ""
    message.save(update_fields=["sentiment", "language"])
    before = shown_of(conversation)
    conversation.sentiment = felt(conversation.sentiment, understood.sentiment)
    conversation.language = language_after(conversation, understood)
    conversation.save(update_fields=["sentiment", "language"])
    after = shown_of(conversation)
    changed = {name for name in after if after[name] != before[name]}
    record(
        kinds.MESSAGE_UNDERSTOOD,
        by=BY,
        subject=conversation,
        topics=[f"conversation.{conversation.public_id}", list_topic(conversation)],
        before={name: before[name] for name in changed},
        after={
            "message": message.public_id,
            "seq": message.seq,
            "contact": conversation.contact.public_id,
            "sentiment": understood.sentiment,
        }
        | {name: after[name] for name in changed},
        cause=cause,
        rows={"conversation": conversation} if changed else {},
    )


def shown_of(conversation: Conversation) -> Mapping[str, Any]:
    return {"mood": conversation.mood, "language": conversation.language}


def language_after(conversation: Conversation, understood: Understood) -> str:
    """What they write in: the language of the latest message that told, else what their browser
    asks for."""
    if understood.language:
        return understood.language
    return conversation.language or meaning.known_language(conversation.contact.locale) or ""
