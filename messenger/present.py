"""How conversations look from outside: only what their contact may know."""

from typing import Any

from ground.web import files
from inbox.models import Attachment, Conversation, Message
from people.models import Contact
from people.names import initials


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation in a list. All numbers are public ones: notes leave no trace."""
    return {
        "id": conversation.public_id,
        "status": conversation.status,
        "preview": conversation.preview,
        "preview_author": {
            "type": conversation.preview_author_type,
            "name": conversation.preview_author_name,
        },
        "unread": conversation.contact_unread,
        "last_seq": conversation.public_seq,
        "read_seq": conversation.contact_read_seq,
        "seen_seq": conversation.team_read_seq,
        "updated_at": conversation.last_message_at.isoformat(),
        "created_at": conversation.created_at.isoformat(),
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


def author_json(message: Message) -> dict[str, Any]:
    person = message.teammate or message.contact
    return {
        "type": message.author_type,
        "id": person.public_id if person else None,
        "name": message.author_name,
        "avatar": None,
        "initials": initials(message.author_name),
    }


def attachment_json(attachment: Attachment, viewer: str) -> dict[str, Any]:
    return {
        "id": attachment.public_id,
        "name": attachment.name,
        "size": attachment.size,
        "content_type": attachment.content_type,
        "url": files.signed_url(
            attachment.key, attachment.name, attachment.content_type, viewer=viewer
        ),
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
