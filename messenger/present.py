"""How conversations look from outside: only what their contact may know."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from ground.web import files
from inbox.models import Attachment, Conversation, Message
from messenger.texts import language_of
from messenger.visitors import Visitor
from messenger.waiting import reply_time_in
from people.models import Contact, Teammate
from people.names import first_name, initials
from routing.models import Expectation


def conversation_json(
    conversation: Conversation,
    *,
    is_rating_asked: bool,
    is_by_link: bool = False,
    reply_time: str | None = None,
) -> dict[str, Any]:
    """A conversation in a list. All numbers are public ones: notes leave no trace. Who came by the
    link of one conversation is told of no other. `reply_time`, when an answer may be expected, is
    left out where it has not changed.

    For many conversations fetch `for_contact()` and what belongs to them by `with_ratings`.
    """
    said = {} if reply_time is None else {"reply_time": reply_time}
    return said | {
        "id": conversation.public_id,
        "status": public_status(conversation),
        "assignee": teammate_json(conversation.assignee) if conversation.assignee else None,
        "rating": rating_json(conversation),
        "can_rate": conversation.is_closed and is_rating_asked,
        "is_listed": is_listed(conversation),
        "merged_into": None if is_by_link else goes_on_in(conversation),
        "preview": conversation.preview,
        "preview_author": {
            "type": conversation.preview_author_type,
            "name": public_name(conversation.preview_author_type, conversation.preview_author_name),
        },
        "version": conversation.contact_version,
        "unread": conversation.contact_unread,
        "last_seq": conversation.public_seq,
        "read_seq": conversation.contact_read_seq,
        "seen_seq": conversation.team_read_seq,
        "updated_at": conversation.last_message_at.isoformat(),
        "created_at": conversation.created_at.isoformat(),
    }


def conversations_json(
    conversations: Iterable[Conversation], visitor: Visitor
) -> list[dict[str, Any]]:
    """Conversations `with_ratings`, as this visitor may know them."""
    is_asked = visitor.installation.is_rating_asked
    is_by_link = bool(visitor.only_conversation)
    language = language_of(visitor.installation, visitor.locale)
    return [
        conversation_json(
            each,
            is_rating_asked=is_asked,
            is_by_link=is_by_link,
            reply_time=reply_time_in(each, told_of(each), language),
        )
        for each in conversations
    ]


def told_of(conversation: Conversation) -> Expectation | None:
    """What a contact who waits was told; of conversations `with_ratings`."""
    return next(iter(getattr(conversation, "open_expectations", [])), None)


def public_status(conversation: Conversation) -> str:
    """Whoever is in spam never hears of it; what became a part of another is over by itself."""
    if conversation.is_merged:
        return "closed"
    return "open" if conversation.is_spam else conversation.status


def is_listed(conversation: Conversation) -> bool:
    """What was split off and came back with nothing said in it is no conversation of theirs."""
    return not (conversation.is_merged and conversation.public_seq == 0)


def goes_on_in(conversation: Conversation) -> str | None:
    """The public id of what it has become a part of; another contact's is nothing to them."""
    whole = conversation.merged_into
    if whole is None or whole.contact_id != conversation.contact_id:
        return None
    return whole.public_id


def with_ratings(conversations: Iterable[Conversation]) -> list[Conversation]:
    """The conversations, with what `rating_json`, `goes_on_in` and `told_of` ask for; at most one
    query for each."""
    found = list(conversations)
    waiting = [each for each in found if each.is_waiting_for_us]
    told = Expectation.objects.filter(answered_at=None).order_by("-since")
    prefetch_related_objects(waiting, Prefetch("expectations", told, to_attr="open_expectations"))
    prefetch_related_objects([each for each in found if each.is_merged], "merged_into")
    rated = [each for each in found if each.is_closed and each.rating is not None]
    prefetch_related_objects(rated, "ratings")
    return found


def rating_json(conversation: Conversation) -> dict[str, Any] | None:
    """What the contact said of this closing; what they said of an earlier one is past."""
    if not conversation.is_closed or conversation.rating is None:
        return None
    for rating in conversation.ratings.all():
        if rating.closed_at == conversation.closed_at:
            return {"score": rating.score, "comment": rating.comment}
    return None


def teammate_json(teammate: Teammate) -> dict[str, Any]:
    """Somebody who answers, as strangers may know them: by their first name."""
    return {
        "name": teammate.get_short_name(),
        "avatar": files.public_url(teammate.avatar_key),
        "initials": initials(teammate.name),
    }


def message_json(message: Message, viewer: str) -> dict[str, Any]:
    """A public message; `viewer` is the contact's public id, to which file addresses are bound."""
    return {
        "id": message.public_id,
        "seq": message.public_seq,
        "client_id": str(message.client_id) if message.client_id else None,
        "kind": message.kind,
        "author": author_json(message),
        "body_html": message.body_html,
        "body_text": message.body_text,
        "choices": message.choices or [],
        "attachments": [attachment_json(file, viewer) for file in message.attachments.all()],
        "created_at": message.created_at.isoformat(),
    }


def beginning_json(message: Message, viewer: str) -> dict[str, Any]:
    """A message with which a conversation began and that counts in another: it has no number."""
    return message_json(message, viewer) | {"seq": 0}


def author_json(message: Message) -> dict[str, Any]:
    person = message.teammate or message.contact
    return {
        "type": message.author_type,
        "id": person.public_id if person else None,
        "name": public_name(message.author_type, message.author_name),
        "avatar": files.public_url(message.teammate.avatar_key) if message.teammate else None,
        "initials": initials(message.author_name),
    }


def public_name(author_type: str, name: str) -> str:
    """How visitors read an author's name: teammates go by their first one."""
    return first_name(name) if author_type == Message.Author.TEAMMATE else name


def attachment_json(attachment: Attachment, viewer: str) -> dict[str, Any]:
    return {
        "id": attachment.public_id,
        "name": attachment.name,
        "size": attachment.size,
        "content_type": attachment.content_type,
        "url": files.signed_url(
            attachment.key, attachment.name, attachment.content_type, viewer=viewer
        ),
        "thumb": files.signed_url(
            attachment.thumb_key, attachment.name, "image/webp", viewer=viewer
        )
        if attachment.thumb_key
        else None,
        "width": attachment.width,
        "height": attachment.height,
    }


def contact_json(contact: Contact | None, email: str | None = None) -> dict[str, Any]:
    if contact is None:
        return {"id": None, "role": "visitor", "name": "", "email": None}
    return {
        "id": contact.public_id,
        "role": contact.role,
        "name": contact.name,
        "email": email,
        "is_blocked": contact.is_blocked,
    }
