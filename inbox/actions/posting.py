"""Writing in a thread: start, reply, note."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from ground.journal import record
from ground.journal.recording import Automation
from ground.web.markup import plain as plain_text
from ground.web.markup import render
from ground.web.problems import ClientIdReused, Invalid, NewerMessages, NotAllowed, StateConflict
from ground.web.text import clean
from inbox import kinds
from inbox.actions import mentioning
from inbox.actions.attaching import take
from inbox.actions.status import open_again
from inbox.actions.thread import (
    NOT_WELCOME,
    Actor,
    append,
    next_seq,
    require,
    speaker_fields,
    topics,
)
from inbox.actions.wholes import lock_whole, said_before
from inbox.models import Binding, Conversation, Line, Message
from inbox.ways_back import WayBack
from people.actions.merge import current
from people.models import Contact, Identity, Team, Teammate
from people.models.teammate import Capability

PREVIEW_LENGTH = 200
# What a public message changes on its conversation.
REPEATED = (
    "preview",
    "preview_author_type",
    "preview_author_name",
    "waiting_since",
    "contact_read_seq",
    "contact_unread",
    "contact_wrote_seq",
    "team_read_seq",
    "holder",
)
CHOICES_MAX = 8
NEWER_MAX = 20
CHOICE_LENGTH = 80


@dataclass(frozen=True)
class Posted:
    """The stored message and its conversation; `is_new` is False when this was a retry. `ways_back`
    would take back what was done along with it."""

    conversation: Conversation
    message: Message
    is_new: bool
    ways_back: tuple[WayBack, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What somebody wants to say, cleaned and rendered before any lock is taken."""

    kind: str
    text: str
    html: str
    client_id: uuid.UUID
    attachments: tuple[str, ...]
    choices: tuple[str, ...] = ()
    reached: Mapping[Teammate, Team | None] = field(default_factory=dict)
    # What others had said that its author knew of and answered in spite of.
    overrode: tuple[str, ...] = ()


def compose(
    kind: str,
    body: str,
    client_id: uuid.UUID,
    attachments: Iterable[str],
    choices: Iterable[str] = (),
) -> Draft:
    """Raises Invalid when there is nothing to say or too much of it."""
    names = tuple(attachments)
    limit = settings.ATTACHMENTS_PER_MESSAGE
    if len(names) > limit:
        raise Invalid(errors={"attachments": [f"At most {limit} files fit one message."]})
    text = clean(body, "body", max_bytes=settings.MESSAGE_MAX_KB * 1024, required=not names)
    return Draft(kind, text, render(text), client_id, names, sound_choices(choices))


def sound_choices(choices: Iterable[str]) -> tuple[str, ...]:
    """The answers to pick from, each once. Raises Invalid."""
    texts = [clean(choice, "choices", max_bytes=4 * CHOICE_LENGTH) for choice in choices]
    if any(len(text) > CHOICE_LENGTH or "\n" in text for text in texts):
        raise Invalid(errors={"choices": [f"A choice is one line of {CHOICE_LENGTH} characters."]})
    if len(texts) > CHOICES_MAX:
        raise Invalid(errors={"choices": [f"At most {CHOICES_MAX} choices fit under a message."]})
    return tuple(dict.fromkeys(texts))


def start(
    contact: Contact,
    *,
    line: Line,
    identity: Identity | None,
    body: str,
    client_id: uuid.UUID,
    page: Mapping[str, Any] | None = None,
    attachments: Iterable[str] = (),
    visitor: str = "",
) -> Posted:
    """Begins a conversation with a contact's first message.

    A retry with the same client id returns the stored rows; another body under it raises
    ClientIdReused. `visitor` names an anonymous visitor whose uploads may be attached.
    """
    draft = compose(Message.Kind.REPLY, body, client_id, attachments)
    try:
        with transaction.atomic():
            return begin(contact, line, identity, draft, dict(page or {}), visitor)
    except IntegrityError:
        owner = Contact.objects.get(pk=contact.pk).resolve()
        conversation = Conversation.objects.filter(contact=owner, client_id=client_id).first()
        if conversation is None:
            raise
        return replay(conversation, draft, by=contact)


def begin(
    contact: Contact,
    line: Line,
    identity: Identity | None,
    draft: Draft,
    page: dict[str, Any],
    visitor: str,
) -> Posted:
    contact = current(contact)
    if contact.is_blocked:
        raise NotAllowed(NOT_WELCOME)
    conversation = Conversation.objects.create(
        contact=contact,
        client_id=draft.client_id,
        contact_name=contact.display_name,
        page=page,
    )
    binding = Binding.objects.create(conversation=conversation, line=line, identity=identity)
    started = record(
        kinds.CONVERSATION_STARTED,
        by=contact,
        subject=conversation,
        topics=topics(conversation),
        after={
            "contact": contact.public_id,
            "line": line.public_id,
            "status": conversation.status,
            "holder": conversation.holder,
            "page": page,
        },
        rows={"conversation": conversation},
    )
    conversation.preferred_binding_id, conversation.shown_line = binding.pk, line.shown
    message = post(conversation, draft, by=contact, visitor=visitor, cause=started)
    return Posted(conversation, message, is_new=True)


def reply(
    conversation: Conversation,
    *,
    by: Contact | Teammate | Automation,
    body: str,
    client_id: uuid.UUID,
    attachments: Iterable[str] = (),
    choices: Iterable[str] = (),
    last_seen_seq: int | None = None,
    override: bool = False,
    overrode: Iterable[str] = (),
    visitor: str = "",
    is_released: bool = False,
) -> Posted:
    """Says something that the contact sees; exactly once for one client id, and where it belongs:
    in what the conversation was merged into, if it was.

    `choices` are up to eight short answers that the contact may pick from instead of typing; what
    they pick comes back as their own message. A contact offers none.

    `last_seen_seq` is the last `seq` that a teammate had on screen: newer public messages by
    others raise NewerMessages with them, unless `override`: then the entry names them, and those
    in `overrode`, which were known when it was written. An automation speaks only while the
    bot holds the conversation, and a teammate whose replies a senior releases once this one
    `is_released`, else StateConflict. Raises ClientIdReused, Invalid, NotFound,
    NotAllowed.
    """
    if isinstance(by, Contact):
        choices = ()
    draft = compose(Message.Kind.REPLY, body, client_id, attachments, choices)
    draft = replace(draft, overrode=tuple(overrode))
    return post_once(
        conversation,
        draft,
        by=by,
        last_seen_seq=last_seen_seq,
        override=override,
        visitor=visitor,
        is_released=is_released,
    )


def note(
    conversation: Conversation,
    *,
    by: Teammate,
    body: str,
    client_id: uuid.UUID,
    attachments: Iterable[str] = (),
) -> Posted:
    """Says something that only teammates see. Whom it names by "@" and who may see it is told.

    Raises as `reply` does.
    """
    draft = compose(Message.Kind.NOTE, body, client_id, attachments)
    return post_once(conversation, draft, by=by)


def post_once(
    conversation: Conversation,
    draft: Draft,
    *,
    by: Actor,
    last_seen_seq: int | None = None,
    override: bool = False,
    visitor: str = "",
    is_released: bool = False,
) -> Posted:
    locked = conversation
    try:
        with transaction.atomic():
            locked = lock_whole(conversation)
            require(by, locked, Capability.NOTE if draft.kind == "note" else Capability.REPLY)
            earlier = said_before(conversation, locked, draft.client_id)
            if earlier is not None:
                return replay(earlier.conversation, draft, by=by)
            check_holder(locked, by)
            check_released(draft, by, is_released=is_released)
            if locked.public_id == conversation.public_id:
                # Numbers that were seen in a part say nothing of the whole.
                draft = check_seen(locked, draft, by, last_seen_seq, override=override)
            draft = with_mentions(draft, locked, by)
            message = post(locked, draft, by=by, visitor=visitor)
            return Posted(locked, message, is_new=True)
    except (IntegrityError, NewerMessages):
        if stored_message(locked, draft) is None:
            raise
        return replay(locked, draft, by=by)


def with_mentions(draft: Draft, conversation: Conversation, by: Actor) -> Draft:
    """Notes mention teammates; what a contact sees never does."""
    if draft.kind != Message.Kind.NOTE or "@" not in draft.text or not isinstance(by, Teammate):
        return draft
    named = mentioning.named_in(draft.text, draft.html, conversation, by=by)
    return replace(draft, html=named.html, reached=named.reached)


def check_holder(conversation: Conversation, by: Actor) -> None:
    """A bot never talks over a person. Raises StateConflict."""
    if isinstance(by, Automation) and conversation.holder != Conversation.Holder.BOT:
        raise StateConflict("The bot does not hold this conversation any more.")


def check_released(draft: Draft, by: Actor, *, is_released: bool) -> None:
    """Raises StateConflict for a reply that a senior has to release."""
    if draft.kind != Message.Kind.REPLY or is_released or not isinstance(by, Teammate):
        return
    if by.needs_release:
        raise StateConflict("A senior releases your replies before they go out.")


def check_seen(
    conversation: Conversation,
    draft: Draft,
    by: Actor,
    last_seen_seq: int | None,
    *,
    override: bool,
) -> Draft:
    """The draft, with what it overrides. Raises NewerMessages when others have spoken in public
    since the last seq that was seen, unless that is known."""
    if last_seen_seq is None or last_seen_seq >= conversation.last_seq:
        return draft
    newer = conversation.messages.public().after(last_seen_seq).for_thread()
    if isinstance(by, Teammate):
        newer = newer.exclude(teammate=by)
    messages = list(newer[:NEWER_MAX])
    if messages and not override:
        raise NewerMessages(
            f"{messages[-1].author_name} has written since you last looked.", messages=messages
        )
    return replace(draft, overrode=tuple(message.public_id for message in messages))


def post(
    conversation: Conversation,
    draft: Draft,
    *,
    by: Actor,
    visitor: str = "",
    cause: Any = None,
) -> Message:
    """Appends to a locked (or just created) conversation, all in the caller's transaction."""
    is_public = draft.kind == Message.Kind.REPLY
    seq, public_seq = next_seq(conversation, is_public=is_public)
    message = Message(
        conversation=conversation,
        binding_id=conversation.preferred_binding_id if is_public else None,
        seq=seq,
        public_seq=public_seq,
        client_id=draft.client_id,
        kind=draft.kind,
        body_text=draft.text,
        body_html=draft.html,
        choices=list(draft.choices) or None,
        **speaker_fields(by),
    )
    old_holder = conversation.holder
    summarize(conversation, message, draft, by)
    if draft.attachments:
        take(draft.attachments, message, by=by, visitor=visitor)
        prefetch_related_objects([message], "attachments")
    else:
        message.carries_nothing()
    if draft.reached:
        mentioning.store(message, draft.reached)
    is_taken = conversation.holder != old_holder
    entry = record(
        entry_kind(message),
        by=by,
        subject=conversation,
        topics=topics(conversation),
        before={"holder": old_holder} if is_taken else {},
        after={
            "message": message.public_id,
            "seq": seq,
            "public_seq": public_seq,
            "contact": conversation.contact.public_id,
        }
        | ({"holder": conversation.holder} if is_taken else {})
        | ({"mentioned": [mate.public_id for mate in draft.reached]} if draft.reached else {})
        | ({"overrode": list(draft.overrode)} if draft.overrode else {}),
        cause=cause,
        rows={"conversation": conversation, "message": message},
    )
    is_news = is_public and (isinstance(by, Contact) or conversation.is_closed)
    if is_news and not conversation.is_open and not conversation.is_spam:
        open_again(conversation, by=by, cause=entry)
    return message


def entry_kind(message: Message) -> str:
    if message.kind == Message.Kind.NOTE:
        return kinds.NOTE_ADDED
    if message.author_type == Message.Author.CONTACT:
        return kinds.MESSAGE_RECEIVED
    return kinds.MESSAGE_SENT


def summarize(conversation: Conversation, message: Message, draft: Draft, by: Actor) -> None:
    """Stores the message, and on the conversation what its list row repeats of it."""
    if not message.is_public:
        append(conversation, message)
        return
    dated = ["last_message_at"]
    conversation.preview = preview_of(plain_text(draft.text), len(draft.attachments))
    conversation.preview_author_type = message.author_type
    conversation.preview_author_name = message.author_name
    if isinstance(by, Contact):
        if conversation.waiting_since is None:
            dated.append("waiting_since")
        conversation.contact_read_seq = conversation.public_seq
        conversation.contact_unread = 0
        conversation.contact_wrote_seq = message.seq
    else:
        conversation.waiting_since = None
        conversation.contact_unread += 1
        conversation.team_read_seq = conversation.public_seq
        if isinstance(by, Teammate):
            conversation.holder = Conversation.Holder.PEOPLE
    kept = [name for name in REPEATED if name not in dated]
    append(conversation, message, *kept, dated=dated)


def preview_fields(message: Message) -> dict[str, str]:
    """What the list row of a conversation repeats of a message, as its fields."""
    words, files = plain_text(message.body_text), message.attachments.count()
    return {
        "preview": preview_of(words, files),
        "preview_author_type": message.author_type,
        "preview_author_name": message.author_name,
    }


def is_previewed(message: Message, conversation: Conversation) -> bool:
    return preview_fields(message)["preview"] == conversation.preview


def preview_of(words: str, file_count: int) -> str:
    """A message in one line."""
    if words:
        return words[:PREVIEW_LENGTH]
    return "Sent a file" if file_count == 1 else f"Sent {file_count} files"


def stored_message(conversation: Conversation, draft: Draft) -> Message | None:
    return (
        conversation.messages.filter(client_id=draft.client_id)
        .select_related("contact", "teammate")
        .first()
    )


def is_author(message: Message, by: Actor) -> bool:
    if isinstance(by, Contact):
        return message.contact_id == by.pk
    if isinstance(by, Teammate):
        return message.teammate_id == by.pk
    return isinstance(by, Automation) and message.author_name == by.name


def replay(conversation: Conversation, draft: Draft, *, by: Actor) -> Posted:
    """The stored message for a retry. Raises ClientIdReused when it was about something else."""
    message = stored_message(conversation, draft)
    if message is None:
        raise ClientIdReused
    if not is_author(message, by) or message.kind != draft.kind or message.body_text != draft.text:
        raise ClientIdReused
    if (message.choices or []) != list(draft.choices):
        raise ClientIdReused
    stored_files = sorted(message.attachments.values_list("public_id", flat=True))
    if stored_files != sorted(set(draft.attachments)):
        raise ClientIdReused
    conversation.refresh_from_db()
    return Posted(conversation, message, is_new=False)
