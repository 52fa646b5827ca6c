"""A conversation that is a part of another: where what is written to it goes, and taking it out.

Parts hang on what they were merged into, like a tree, and belong to the same contact. Whoever
changes a tree holds its contact first, then conversations from parts up to the whole, and of two
wholes the lower key first. So writers, who hold a whole and never wait for a part, meet nobody in
circles; and who holds a whole knows that nothing under it moves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Lower

from ground.journal.models import Entry
from ground.web.problems import NotFound
from inbox import kinds
from inbox.actions.thread import Actor, can_see, change
from inbox.models import (
    Conversation,
    ConversationMerge,
    Follower,
    LaterMessage,
    Mention,
    Message,
    Notification,
    SideConversation,
    Tagging,
)
from people.models import Teammate


class Moved(Exception):
    """What was a part has been taken out, or its whole became a part, before it was locked."""


def lock_whole(conversation: Conversation) -> Conversation:
    """The conversation that stands for this one now, locked until the transaction ends: itself,
    or what it was merged into. Raises NotFound when it is gone."""
    locked = Conversation.objects.locked(pk=conversation.pk, public_id=conversation.public_id)
    while locked is None:
        try:
            # Letting go of a wrong one, so that locks are never taken out of order.
            with transaction.atomic():
                locked = locked_as_whole(conversation)
        except Moved:
            continue
    return locked


def locked_as_whole(part: Conversation) -> Conversation:
    pk = whole_of(part)
    locked = Conversation.objects.locked(pk=pk)
    if locked is None:
        lost = Conversation.objects.filter(pk=pk).select_related("merged_into").first()
        if lost is None:
            raise NotFound("This conversation is gone.")
        if lost.merged_into is None or lost.merged_into.contact_id == lost.contact_id:
            raise Moved
        # Its contact has become two again, and the whole is the other's.
        locked = leave(lost)
    if whole_of(part) != locked.pk:
        raise Moved
    return locked


def whole_of(conversation: Conversation) -> int:
    """The key of what stands for a conversation, as it is at this moment. What belongs to another
    contact by now stands for nothing. Raises NotFound when the conversation is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up AS (
                 SELECT id, contact_id, merged_into_id, 0 AS steps
                   FROM inbox_conversation WHERE public_id = %s
                  UNION ALL
                 SELECT above.id, above.contact_id, above.merged_into_id, up.steps + 1
                   FROM up JOIN inbox_conversation above ON above.id = up.merged_into_id
                  WHERE above.contact_id = up.contact_id AND up.steps < 100)
            SELECT id FROM up ORDER BY steps DESC LIMIT 1
            """,
            [conversation.public_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotFound("This conversation is gone.")
    pk: int = found[0]
    return pk


def said_before(conversation: Conversation, whole: Conversation, client_id: Any) -> Message | None:
    """What was stored under this client id: in `conversation`, or in anything with which it was
    ever merged. Asked under the lock of its whole."""
    if not whole.has_been_merged:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE places AS (
                 SELECT id FROM inbox_conversation WHERE public_id = %s
                  UNION
                 SELECT CASE made.kept_id WHEN places.id THEN made.merged_id ELSE made.kept_id END
                   FROM places JOIN inbox_conversationmerge made
                     ON places.id IN (made.kept_id, made.merged_id))
            SELECT message.id FROM places
              JOIN inbox_message message ON message.conversation_id = places.id
             WHERE message.client_id = %s ORDER BY message.id LIMIT 1
            """,
            [conversation.public_id, client_id],
        )
        found = cursor.fetchone()
    rows = Message.objects.select_related("conversation__contact", "contact", "teammate")
    return rows.get(pk=found[0]) if found else None


def parts_of(conversation: Conversation) -> list[int]:
    """The keys of everything that hangs on a conversation, itself first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE down AS (
                 SELECT id, contact_id FROM inbox_conversation WHERE id = %s
                  UNION ALL
                 SELECT part.id, part.contact_id FROM down
                   JOIN inbox_conversation part ON part.merged_into_id = down.id
                  WHERE part.contact_id = down.contact_id)
            SELECT id FROM down
            """,
            [conversation.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def leave(part: Conversation, *, by: Actor = None, cause: Entry | None = None) -> Conversation:
    """Takes a part out of what it was merged into, in the caller's transaction; returns it as it
    is now. Locks it, and then what stands above it. Raises Moved for what is no part any more."""
    locked = Conversation.objects.locked_even_as_part(part.pk)
    made = ConversationMerge.objects.filter(merged=part, undone_at=None).first()
    if made is None or locked is None:
        raise Moved
    above = whole = Conversation.objects.locked_even_as_part(made.kept_id)
    while whole.merged_into_id is not None:
        whole = Conversation.objects.locked_even_as_part(whole.merged_into_id)
    unread = unread_of(locked, whole)
    whole.contact_unread = max(0, whole.contact_unread - unread)
    take_rows_back(made, locked, whole)
    entry = change(
        locked,
        kinds.CONVERSATION_UNMERGED,
        by=by,
        activity={"kind": "unmerged"},
        changes=taken_back(locked, made),
        cause=cause,
        repeated={
            "contact_unread": unread,
            "contact_read_seq": locked.contact_read_seq if unread else locked.public_seq,
        },
    )
    change(
        above,
        kinds.CONVERSATION_PARTED,
        by=by,
        activity={"kind": "parted", "conversation": locked.public_id},
        changes=given_up(above, made),
        cause=entry,
        more_rows={"part": locked},
        repeated={"contact_unread": above.contact_unread},
    )
    whole.save(update_fields=["contact_unread"])
    made.undone_at = entry.created_at
    made.save(update_fields=["undone_at"])
    return locked


def taken_back(part: Conversation, made: ConversationMerge) -> dict[str, Any]:
    """What a part is again; nobody has it who could not see it there."""
    changes = {name: loaded(name, value) for name, value in made.merged_before.items()}
    if part.assignee is not None and not can_see(part.assignee, part):
        changes["assignee"] = None
    return changes | {"merged_into": None}


def given_up(kept: Conversation, made: ConversationMerge) -> dict[str, Any]:
    """What a conversation had taken over from a part, unless it was changed since."""
    return {
        name: loaded(name, was)
        for name, was in made.kept_before.items()
        if getattr(kept, name) == loaded(name, made.kept_after[name])
    }


def unread_of(part: Conversation, whole: Conversation) -> int:
    """How much of a part its contact has not read; nothing, when they have read the whole."""
    if whole.contact_unread == 0:
        return 0
    unseen = part.messages.filter(public_seq__gt=part.contact_read_seq)
    return unseen.exclude(author_type=Message.Author.CONTACT).count()


def take_rows_back(made: ConversationMerge, part: Conversation, whole: Conversation) -> None:
    """What hung on the whole meanwhile returns, as far as it is still there and waits."""
    moved = made.moved
    for pk, seen_seq in moved.get("later", []):
        waiting = LaterMessage.objects.not_over().filter(pk=pk, conversation=whole)
        waiting.update(conversation=part, seen_seq=seen_seq)
    Follower.objects.filter(pk__in=moved.get("followers", [])).delete()
    Tagging.objects.filter(pk__in=moved.get("taggings", [])).delete()
    show_tags_again(whole)
    beside = SideConversation.objects.filter(pk__in=moved.get("sides", []), conversation=whole)
    back = list(beside.values_list("pk", flat=True))
    beside.update(conversation=part)
    Notification.objects.filter(side__in=back).update(conversation=part)
    inside = Mention.objects.filter(message__conversation__in=parts_of(part))
    inside.filter(conversation=whole).update(conversation=part)


def show_tags_again(conversation: Conversation) -> None:
    """What its row will show of tags that were put on or taken off by a merge."""
    tags = conversation.tags.order_by(Lower("name"), "pk")
    conversation.shown_tags = [tag.shown for tag in tags]


# ---- fields as a merge keeps them ----------------------------------------------------------------


def kept_as(conversation: Conversation, name: str) -> Any:
    """A field's value as JSON holds it."""
    field = Conversation._meta.get_field(name)
    value = getattr(conversation, getattr(field, "attname", name))
    return value.isoformat() if isinstance(value, datetime) else value


def loaded(name: str, value: Any) -> Any:
    """The inverse; somebody who is gone is nobody."""
    field = Conversation._meta.get_field(name)
    if field.is_relation:
        return Teammate.objects.filter(pk=value).first() if value else None
    return field.to_python(value) if isinstance(field, models.Field) else value
