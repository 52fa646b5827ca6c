"""Booting: from what a browser brings to a visitor, and to all that its messenger shows first."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ground.web.problems import NotAuthenticated
from inbox.actions import hand_uploads
from inbox.models import Conversation
from messenger.identity import SignedIdentity, read_identity
from messenger.models import Installation
from messenger.present import contact_json, conversation_json
from messenger.visitors import Visitor, new_visitor, token_for, visitor_of
from people.actions.contacts import meet_visitor, note_seen
from people.actions.events import track
from people.actions.identify import identify
from people.models import Contact, Event, Identity, Teammate
from people.names import initials

FACES = 3
RECENT = 20
POLL_SECONDS = 5


def boot(
    installation: Installation,
    *,
    token: str | None,
    identity: str | None,
    page: dict[str, Any],
    locale: str,
    timezone: str,
) -> Visitor:
    """The visitor that a browser is from now on.

    A token that is not good any more makes a new visitor. A signed identity that is not good
    raises NotAuthenticated, as does its absence where the installation requires one.
    """
    visitor = known_visitor(installation, token)
    if identity:
        visitor = sign_in(installation, visitor, read_identity(installation, identity))
    elif installation.is_verification_required and not (visitor and visitor.is_verified):
        raise NotAuthenticated("This messenger asks for a signed identity.")
    visitor = visitor or new_visitor(installation)
    visitor.locale, visitor.timezone = locale, timezone
    if visitor.contact is not None:
        note_seen(visitor.contact)
        if page.get("url"):
            track(visitor.contact, Event.PAGE_VISITED, page_metadata(page))
    return visitor


def known_visitor(installation: Installation, token: str | None) -> Visitor | None:
    if not token:
        return None
    try:
        visitor = visitor_of(token)
    except NotAuthenticated:
        return None
    return visitor if visitor.installation.pk == installation.pk else None


def sign_in(installation: Installation, visitor: Visitor | None, signed: SignedIdentity) -> Visitor:
    """The verified visitor; what the anonymous one wrote comes along by the rules of trust.

    The verified visitor has a new key: the old token must not open what is now a known contact.
    """
    anonymous = visitor if visitor is not None and not visitor.is_verified else None
    contact = identify(
        scope=installation.public_id,
        visitor_id=anonymous.key if anonymous else "",
        visitor_contact=anonymous.contact if anonymous else None,
        sub=signed.sub,
        email=signed.email,
        name=signed.name,
        company=signed.company,
        attributes=signed.attributes,
    )
    signed_in = new_visitor(installation)
    if visitor and visitor.is_verified and visitor.contact and visitor.contact.pk == contact.pk:
        signed_in = visitor
    elif anonymous is not None:
        hand_uploads(anonymous.key, signed_in.key)
    signed_in.contact, signed_in.is_verified = contact, True
    signed_in.signed_at = time.time()
    return signed_in


def meet(visitor: Visitor) -> tuple[Contact, Identity | None]:
    """The visitor's contact, made at the first write, and the identity they write by."""
    if visitor.contact is None:
        visitor.contact = meet_visitor(
            scope=visitor.installation.public_id,
            visitor_id=visitor.key,
            locale=visitor.locale,
            timezone=visitor.timezone,
        )
    return visitor.contact, identity_of(visitor)


def identity_of(visitor: Visitor) -> Identity | None:
    kind = Identity.Kind.EXTERNAL if visitor.is_verified else Identity.Kind.WIDGET_VISITOR
    return visitor.contact.identities.filter(kind=kind).order_by("-trust", "-id").first()


def page_metadata(page: dict[str, Any]) -> dict[str, str]:
    """A page as an event keeps it; empty parts are left out."""
    # Together they must fit what an event may carry.
    sizes = {"url": 2000, "title": 250, "referrer": 1000}
    return {name: page[name][:size] for name, size in sizes.items() if page.get(name)}


def boot_json(visitor: Visitor, request: HttpRequest) -> dict[str, Any]:
    """All that a messenger needs to show itself."""
    conversations = recent_conversations(visitor.contact)
    return {
        "token": token_for(visitor),
        "contact": contact_json(visitor.contact, email_of(visitor.contact)),
        "settings": settings_json(visitor.installation),
        "conversations": [conversation_json(conversation) for conversation in conversations],
        "unread": unread_of(visitor.contact),
        "outbound": [],
    }


def recent_conversations(contact: Contact | None) -> list[Conversation]:
    if contact is None:
        return []
    return list(Conversation.objects.visible_to(contact).newest_first()[:RECENT])


def unread_of(contact: Contact | None) -> int:
    if contact is None:
        return 0
    return Conversation.objects.visible_to(contact).contact_unread_total()


def email_of(contact: Contact | None) -> str | None:
    if contact is None:
        return None
    emails = contact.identities.filter(kind=Identity.Kind.EMAIL).order_by("-trust", "id")
    return emails.values_list("value", flat=True).first()


def settings_json(installation: Installation) -> dict[str, Any]:
    """How the messenger looks and what it may do; the same for every visitor."""
    return {
        "name": installation.name,
        "color": installation.color,
        "on_color": on_color(installation.color),
        "greeting": installation.greeting,
        "position": installation.position,
        "live_url": f"{settings.LIVE_URL}/ws/messenger/",
        "poll_seconds": POLL_SECONDS,
        "limits": {
            "message_bytes": settings.MESSAGE_MAX_KB * 1024,
            "attachment_bytes": settings.ATTACHMENT_MAX_MB * 1024 * 1024,
            "attachments": settings.ATTACHMENTS_PER_MESSAGE,
        },
        "team": faces(),
        "locale": "en",
        "can_upload": True,
    }


def faces() -> list[dict[str, Any]]:
    """A few of those who answer, those who are there first."""
    people = Teammate.objects.active().order_by("is_away", "id")[:FACES]
    return [
        {"name": mate.get_short_name(), "avatar": None, "initials": initials(mate.name)}
        for mate in people
    ]


def on_color(color: str) -> str:
    """Black or white, whichever reads better on a #rrggbb color (WCAG relative luminance)."""
    channels = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"
