"""Side conversations: asking colleagues beside a conversation, which its contact never sees."""

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from ground.journal import record
from ground.web.markup import plain as plain_text
from ground.web.markup import render
from ground.web.problems import ClientIdReused, Invalid, NotFound, StateConflict
from ground.web.text import clean
from inbox import kinds
from inbox.actions import mentioning
from inbox.actions.side_people import Whom, add, check_whom, listed, others, takes_part
from inbox.actions.side_reading import mark_side_read
from inbox.actions.thread import (
    activity_of,
    append,
    database_now,
    list_topic,
    lock,
    require,
)
from inbox.models import Conversation, SideConversation, SideMessage
from people.models import Teammate
from people.models.teammate import Capability

SUBJECT_LENGTH = 120
PREVIEW_LENGTH = 140
SIDES_MAX = 50


@dataclass(frozen=True)
class Said:
    """The stored message and its side conversation; `is_new` is False when this was a retry."""

    side: SideConversation
    message: SideMessage
    is_new: bool


@dataclass(frozen=True)
class Words:
    """What somebody says, cleaned and rendered; `whom` it names by "@"."""

    text: str
    html: str
    client_id: uuid.UUID
    whom: Whom = field(default_factory=Whom)

    @property
    def preview(self) -> str:
        return plain_text(self.text)[:PREVIEW_LENGTH]


def ask(
    conversation: Conversation,
    *,
    by: Teammate,
    whom: Whom,
    body: str,
    client_id: uuid.UUID,
    subject: str = "",
) -> Said:
    """Asks colleagues or teams something beside a conversation; exactly once for one client id.

    To be asked opens no door: Invalid for somebody who may not see the conversation, or may not
    answer. Raises ClientIdReused, Invalid, NotFound, NotAllowed, StateConflict.
    """
    words = compose(body, client_id)
    title = sound_subject(subject)
    try:
        with transaction.atomic():
            locked = lock(conversation)
            require(by, locked, Capability.NOTE)
            if stored := locked.sides.filter(client_id=client_id).first():
                return asked_before(stored, words, title, whom, by)
            if locked.sides.count() >= SIDES_MAX:
                raise StateConflict(f"A conversation has at most {SIDES_MAX} side conversations.")
            return begin(locked, by, others(whom, by), words, title)
    except IntegrityError:
        stored = SideConversation.objects.filter(
            conversation=conversation, client_id=client_id
        ).first()
        if stored is None:
            raise
        return asked_before(stored, words, title, whom, by)


def begin(locked: Conversation, by: Teammate, whom: Whom, words: Words, title: str) -> Said:
    check_whom(whom, locked)
    if not whom:
        raise Invalid(errors={"whom": ["Choose whom you ask."]})
    words = with_mentions(words, locked, by)
    side = SideConversation.objects.create(
        conversation=locked,
        client_id=words.client_id,
        opened_by=by,
        opened_by_name=str(by),
        subject=title,
        asked=whom.names,
    )
    add(side, Whom((by,)))
    add(side, whom)
    named = add(side, words.whom)
    message = say(side, words, by=by)
    about = title or words.preview
    line = activity_of(
        locked, by, {"kind": "asked", "whom": whom.names, "about": about, "side": side.public_id}
    )
    append(locked, line)
    note(
        side,
        kinds.SIDE_ASKED,
        by,
        after={
            **whom.as_journaled,
            **mentioned(words),
            "subject": title,
            "message": message.public_id,
            "side_seq": message.seq,
            "seq": line.seq,
            "joined": named.as_journaled,
        },
        rows={"message": line},
    )
    return Said(side, message, is_new=True)


def answer(side: SideConversation, *, by: Teammate, body: str, client_id: uuid.UUID) -> Said:
    """Says something in a side conversation; exactly once for one client id.

    Whoever speaks takes part from then on, and so does who is named by "@". A closed one is open
    again. Raises ClientIdReused, Invalid, NotFound, NotAllowed.
    """
    words = compose(body, client_id)
    with transaction.atomic():
        held = hold(side, by)
        if stored := held.messages.filter(client_id=client_id).first():
            return said_before(held, stored, words, by)
        words = with_mentions(words, held.conversation, by)
        joined = add(held, Whom((by, *words.whom.teammates), words.whom.teams))
        was_closed = held.is_closed
        held.closed_at = None
        message = say(held, words, by=by)
        entry = note(
            held,
            kinds.SIDE_ANSWERED,
            by,
            after={
                **mentioned(words),
                "message": message.public_id,
                "side_seq": message.seq,
                "joined": joined.as_journaled,
            },
        )
        if was_closed:
            note(held, kinds.SIDE_REOPENED, by, cause=entry)
        return Said(held, message, is_new=True)


def join(side: SideConversation, *, by: Teammate, whom: Whom) -> SideConversation:
    """Asks further colleagues into it. Who takes part already leaves no trace. Raises as `ask`."""
    with transaction.atomic():
        held = hold(side, by)
        check_whom(whom, held.conversation)
        if not whom:
            raise Invalid(errors={"whom": ["Choose whom you ask."]})
        joined = add(held, whom)
        if joined:
            held.asked = listed([*filter(None, held.asked.split(", ")), *joined.names.split(", ")])
            held.save(update_fields=["asked"])
            note(held, kinds.SIDE_JOINED, by, after=joined.as_journaled)
        return held


def close_side(side: SideConversation, *, by: Teammate) -> SideConversation:
    """Nobody waits for an answer any more. Closing twice leaves no trace. Raises NotFound,
    NotAllowed."""
    with transaction.atomic():
        held = hold(side, by)
        if not held.is_closed:
            held.closed_at = database_now()
            held.save(update_fields=["closed_at"])
            note(held, kinds.SIDE_CLOSED, by)
        return held


def reopen_side(side: SideConversation, *, by: Teammate) -> SideConversation:
    """Takes that back. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        held = hold(side, by)
        if held.is_closed:
            held.closed_at = None
            held.save(update_fields=["closed_at"])
            note(held, kinds.SIDE_REOPENED, by)
        return held


# ---- what they share -----------------------------------------------------------------------------


def hold(side: SideConversation, by: Teammate) -> SideConversation:
    """The side conversation as it is now, under the lock of its conversation, which gives order.

    Raises NotFound, and NotAllowed for whoever may only look.
    """
    locked = lock(side.conversation)
    require(by, locked, Capability.NOTE)
    held = SideConversation.objects.filter(pk=side.pk, conversation=locked).first()
    if held is None:
        raise NotFound("There is no such side conversation.")
    held.conversation = locked
    return held


def compose(body: str, client_id: uuid.UUID) -> Words:
    text = clean(body, "body", max_bytes=settings.MESSAGE_MAX_KB * 1024)
    return Words(text, render(text), client_id)


def sound_subject(subject: str) -> str:
    text = clean(subject, "subject", max_bytes=4 * SUBJECT_LENGTH, required=False).strip()
    if len(text) > SUBJECT_LENGTH or "\n" in text:
        raise Invalid(errors={"subject": [f"A subject is one line of {SUBJECT_LENGTH} letters."]})
    return text


def with_mentions(words: Words, conversation: Conversation, by: Teammate) -> Words:
    named = mentioning.named_in(words.text, words.html, conversation, by=by)
    mates = [mate for mate, team in named.reached.items() if team is None]
    teams = dict.fromkeys(team for team in named.reached.values() if team is not None)
    return replace(words, html=named.html, whom=Whom(tuple(mates), tuple(teams)))


def mentioned(words: Words) -> dict[str, Any]:
    return {"mentioned": words.whom.as_journaled} if words.whom else {}


def say(side: SideConversation, words: Words, *, by: Teammate) -> SideMessage:
    """Appends to a held side conversation; its author has read it."""
    side.last_seq += 1
    message = SideMessage.objects.create(
        side=side,
        seq=side.last_seq,
        client_id=words.client_id,
        teammate=by,
        author_name=str(by),
        body_text=words.text,
        body_html=words.html,
    )
    message.refresh_from_db(fields=["created_at"])
    side.preview, side.preview_author_name = words.preview, str(by)
    side.last_message_at = message.created_at
    changed = ["last_seq", "preview", "preview_author_name", "last_message_at", "closed_at"]
    side.save(update_fields=changed)
    mark_side_read(side, by=by, seq=side.last_seq)
    return message


def note(side: SideConversation, kind: str, by: Teammate, **more: Any) -> Any:
    """Journals it on the topics of teammates alone."""
    conversation = side.conversation
    after = {"conversation": conversation.public_id, **more.pop("after", {})}
    rows = {"conversation": conversation, "side": side, **more.pop("rows", {})}
    topics = [f"conversation.{conversation.public_id}", list_topic(conversation)]
    return record(kind, by=by, subject=side, topics=topics, after=after, rows=rows, **more)


def asked_before(
    side: SideConversation, words: Words, subject: str, whom: Whom, by: Teammate
) -> Said:
    """The stored question for a retry. Raises ClientIdReused when it was another one."""
    first = side.messages.filter(seq=1).first()
    if first is None or first.body_text != words.text or side.subject != subject:
        raise ClientIdReused
    if side.opened_by_id != by.pk or not takes_part(side, others(whom, by)):
        raise ClientIdReused
    return Said(side, first, is_new=False)


def said_before(side: SideConversation, stored: SideMessage, words: Words, by: Teammate) -> Said:
    if stored.teammate_id != by.pk or stored.body_text != words.text:
        raise ClientIdReused
    return Said(side, stored, is_new=False)
