"""What a teammate has begun to write, kept for every device of theirs."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from ground.journal import live
from ground.web.problems import Invalid, StateConflict
from ground.web.text import clean
from inbox import steps
from inbox.actions.posting import sound_choices
from inbox.actions.thread import require
from inbox.actions.wholes import lock_whole, said_before
from inbox.models import Conversation, Draft, Message
from people.models import Teammate
from people.models.teammate import Capability

MACROS_MAX = 10
EMPTY_FOR = timedelta(days=30)
PARTS = ("body", "attachments", "choices", "then", "macros")
NOTHING: Mapping[str, Any] = {
    "body": "",
    "attachments": [],
    "choices": [],
    "then": [],
    "macros": [],
}


class DraftOvertaken(StateConflict):
    """The draft was changed on another device since; `stored` is what it is there."""

    def __init__(self, stored: Draft) -> None:
        super().__init__("You have written something else here on another device.")
        self.stored = stored


def save_draft(
    conversation: Conversation,
    *,
    by: Teammate,
    kind: str,
    version: int,
    client_id: uuid.UUID | None,
    body: str,
    attachments: Iterable[str] = (),
    choices: Iterable[str] = (),
    then: Iterable[Any] = (),
    macros: Iterable[str] = (),
) -> Draft:
    """Keeps a draft in place of its `version`, and tells the teammate's other screens.

    `client_id` is what the message will have that is made of it. Nothing is journaled: a draft
    decides nothing. Raises DraftOvertaken when the stored one is another version with other words,
    Invalid, NotAllowed, NotFound.
    """
    capability = Capability.NOTE if kind == Message.Kind.NOTE else Capability.REPLY
    words = sound(body, attachments, choices, then, macros)
    with transaction.atomic():
        # What is written where something was merged goes on in the whole.
        written_to, conversation = conversation, lock_whole(conversation)
        require(by, conversation, capability)
        draft = held(conversation, by, kind)
        if draft.version and words == words_of(draft) and client_id in (draft.client_id, None):
            return draft
        is_other = draft.version and draft.version != version
        # An empty one that has another name says nothing about these words.
        if is_other and not (draft.is_empty and draft.client_id != client_id):
            raise DraftOvertaken(draft)
        if client_id is not None and is_sent(written_to, conversation, client_id):
            # It was under way while the message overtook it: what is sent is no draft any more.
            if draft.is_empty:
                return draft
            if any(words.values()):
                raise DraftOvertaken(draft)
        # A row that was forgotten goes on from what the device remembers of it.
        draft.version = max(draft.version, version)
        put(draft, words, client_id)
    return draft


def is_sent(conversation: Conversation, whole: Conversation, client_id: uuid.UUID) -> bool:
    """Whether a message, or one that was to go out later, has been made under this name: in the
    locked whole, or in what it was ever merged with."""
    return (
        whole.messages.filter(client_id=client_id).exists()
        or whole.later_messages.filter(client_id=client_id).exists()
        or said_before(conversation, whole, client_id) is not None
    )


def sound(
    body: str,
    attachments: Iterable[str],
    choices: Iterable[str],
    then: Iterable[Any],
    macros: Iterable[str],
) -> dict[str, Any]:
    files = list(dict.fromkeys(attachments))
    if len(files) > settings.ATTACHMENTS_PER_MESSAGE:
        raise Invalid(errors={"attachments": ["These are too many files for one message."]})
    return {
        "body": clean(body, "body", max_bytes=settings.MESSAGE_MAX_KB * 1024, required=False),
        "attachments": files,
        "choices": list(sound_choices(choices)),
        "then": steps.sound(then),
        "macros": list(dict.fromkeys(macros))[:MACROS_MAX],
    }


def words_of(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in PARTS}


def held(conversation: Conversation, by: Teammate, kind: str) -> Draft:
    """The teammate's draft there, locked until the transaction ends; a new one if need be."""
    of = {"conversation_id": conversation.pk, "teammate_id": by.pk, "kind": kind}
    draft = None
    while draft is None:
        # An empty one may be forgotten in this very moment.
        Draft.objects.bulk_create([Draft(**of)], ignore_conflicts=True)
        draft = Draft.objects.select_for_update().filter(**of).first()
    draft.conversation, draft.teammate = conversation, by
    return draft


def put(draft: Draft, words: Mapping[str, Any], client_id: uuid.UUID | None) -> None:
    """Writes a held draft as its next version, and shows its owner that there is one."""
    for name in PARTS:
        setattr(draft, name, words[name])
    # Macros alone are no words: they only say what helped to write them.
    draft.is_empty = not any(words[name] for name in PARTS if name != "macros")
    draft.client_id = client_id
    draft.version += 1
    draft.saved_at = Now()
    draft.save()
    draft.refresh_from_db(fields=["saved_at"])
    show(draft.conversation, draft.teammate, draft.kind, draft.version, is_empty=draft.is_empty)


def give_words_back(
    conversation: Conversation,
    by: Teammate,
    kind: str,
    words: Mapping[str, Any],
    *,
    client_id: uuid.UUID | None = None,
) -> Draft:
    """Puts what was to be sent back before whatever its author has begun since; in the caller's
    transaction, so that it is in one place or the other at any time. Where nothing has been begun,
    they may keep the `client_id` that they had."""
    draft = held(conversation, by, kind)
    now = words_of(draft)
    both = {
        "body": "\n\n".join(filter(None, (words["body"], now["body"]))),
        **{
            name: list({str(each): each for each in (*words[name], *now[name])}.values())
            for name in PARTS[1:]
        },
    }
    name = client_id if draft.is_empty else None
    put(draft, both, name or uuid.uuid4())
    return draft


def clear_draft(
    conversation: Conversation, *, by: Teammate, kind: str, client_id: uuid.UUID | None
) -> None:
    """Empties the draft that a message was made of; must be in the message's own transaction."""
    of = Draft.objects.of(by).filter(conversation=conversation, kind=kind, client_id=client_id)
    changed = of.update(**NOTHING, is_empty=True, version=F("version") + 1, saved_at=Now())
    if changed:
        show(conversation, by, kind, of.values_list("version", flat=True).get(), is_empty=True)


def show(
    conversation: Conversation, owner: Teammate, kind: str, version: int, *, is_empty: bool
) -> None:
    """Tells the owner's screens, and nobody else's; what is in it they ask for themselves."""
    frame = {
        "type": "draft",
        "conversation": conversation.public_id,
        "kind": kind,
        "version": version,
        "is_empty": is_empty,
    }
    live.publish_after_commit([f"teammate.{owner.public_id}"], frame)


def forget_empty_drafts() -> int:
    """Deletes rows that hold nothing for so long that no device remembers them."""
    old = Draft.objects.filter(is_empty=True, saved_at__lt=Now() - EMPTY_FOR)
    return Draft.objects.filter(pk__in=old.values("pk")[:5000]).delete()[0]
