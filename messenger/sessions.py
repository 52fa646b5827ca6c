"""Booting: from what a browser brings to a visitor, and to all that its messenger shows first."""

import time
from typing import Any

from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone as clock

from ground.journal.live import publish_after_commit
from ground.web.problems import NotAuthenticated
from inbox.actions import hand_uploads
from messenger import browsers, waiting
from messenger.appearance import settings_json
from messenger.identity import SignedIdentity
from messenger.links import open_link
from messenger.models import Installation
from messenger.present import contact_json, conversations_json, with_ratings
from messenger.texts import language_of
from messenger.visitors import Visitor, new_visitor, token_for, visitor_of
from people.actions.claims import note_claims
from people.actions.contacts import meet_visitor, note_language, note_seen
from people.actions.events import track
from people.actions.identify import identify
from people.actions.leaving import sign_out
from people.models import Contact, Event, Identity

RECENT = 20
ACCESS_CHANGED = {"type": "access"}


def boot(
    installation: Installation,
    visitor: Visitor | None,
    *,
    signed: SignedIdentity | None,
    link: str | None = None,
    claims: dict[str, Any],
    page: dict[str, Any],
    locale: str,
    timezone: str,
) -> Visitor:
    """The visitor that a browser is from now on.

    `visitor` is who it was before (`known_visitor`), None for somebody new. Without a signed
    identity where the installation requires one, NotAuthenticated is raised, as it is for a link
    that is over; a signed identity counts more than a link. `claims` (of `checked_claims`) are
    what the page says beside that.
    """
    if signed is not None:
        visitor = sign_in(installation, visitor, signed)
    elif link:
        visitor = come_back(visitor, open_link(installation, link))
    elif installation.is_verification_required and not may_stay(visitor):
        raise NotAuthenticated("This messenger asks for a signed identity.")
    visitor = visitor or new_visitor(installation)
    visitor.locale, visitor.timezone = locale, timezone
    visitor.claims = {**visitor.claims, **claims}
    if visitor.contact is not None and not visitor.only_conversation:
        note_seen(visitor.contact)
        note_language(visitor.contact, locale=locale, timezone=timezone)
        visitor.contact = note_claims(visitor.contact, claims)
        if page.get("url"):
            track(visitor.contact, Event.PAGE_VISITED, page_metadata(page))
    return visitor


def come_back(visitor: Visitor | None, linked: Visitor) -> Visitor:
    """By a link, unless this browser opens the same contact's conversations without it."""
    if visitor is None or visitor.contact is None or visitor.only_conversation:
        return linked
    return visitor if visitor.contact.pk == linked.contact.pk else linked


def may_stay(visitor: Visitor | None) -> bool:
    """Where a signed identity is required: who has one, or a link that still opens something."""
    return visitor is not None and (visitor.is_verified or bool(visitor.only_conversation))


def note_embedded(installation: Installation) -> None:
    """A site shows it; only the first time is kept."""
    if installation.embedded_at is None:
        first = Installation.objects.filter(pk=installation.pk, embedded_at=None)
        first.update(embedded_at=Now())


def known_visitor(installation: Installation, token: str | None) -> Visitor | None:
    """Who this token still opens something for; a token that is not good any more is none."""
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
    anonymous = visitor if visitor is not None and is_anonymous(visitor) else None
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
        browsers.hand_over(anonymous.key, signed_in.key)
        contact = note_claims(contact, anonymous.claims)
        publish_after_commit([f"visitor.{anonymous.key}"], ACCESS_CHANGED)
    elif visitor is not None:
        end(visitor)
    signed_in.contact, signed_in.is_verified = contact, True
    signed_in.signed_at = time.time()
    return signed_in


def end(visitor: Visitor) -> None:
    """Signs a browser out: its token opens nothing any more, its sockets are closed, and it
    is notified of nothing."""
    browsers.unsubscribe(visitor)
    if visitor.contact is not None:
        sign_out(visitor.contact, scope=visitor.installation.public_id, visitor_id=visitor.key)


def is_anonymous(visitor: Visitor) -> bool:
    """Whether it is a browser's own making: what a link opens is not the browser's to bring."""
    return not visitor.is_verified and not visitor.only_conversation


def meet(visitor: Visitor) -> tuple[Contact, Identity | None]:
    """The visitor's contact, made at the first write, and the identity they write by."""
    if visitor.contact is None:
        visitor.contact = meet_visitor(
            scope=visitor.installation.public_id,
            visitor_id=visitor.key,
            locale=visitor.locale,
            timezone=visitor.timezone,
        )
        visitor.contact = note_claims(visitor.contact, visitor.claims)
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
    conversations = with_ratings(visitor.conversations().for_contact().newest_first()[:RECENT])
    return {
        "token": token_for(visitor),
        "contact": who(visitor),
        "settings": settings_for(visitor),
        "conversations": conversations_json(conversations, visitor),
        "unread": visitor.conversations().contact_unread_total(),
        "is_notified": browsers.prolong(visitor),
        "outbound": [],
    }


def settings_for(visitor: Visitor) -> dict[str, Any]:
    shown = settings_json(visitor.installation, language_of(visitor.installation, visitor.locale))
    shown["reply_time"] = waiting.reply_time(visitor, shown["reply_time"], clock.now())
    return shown | {"can_start": False} if visitor.only_conversation else shown


def who(visitor: Visitor) -> dict[str, Any]:
    """The contact as their own messenger knows them; a link knows them by their first name.

    What they claim is theirs here as well, whoever else is known by it: nobody finds out.
    """
    contact = visitor.contact
    if contact is not None and visitor.only_conversation:
        first_name = contact.name.partition(" ")[0]
        return contact_json(None) | {"id": contact.public_id, "name": first_name}
    said = visitor.claims if contact is None else contact.claims
    known = contact_json(contact, email_of(contact) or said.get("email"))
    return known | {"name": known["name"] or said.get("name", "")}


def email_of(contact: Contact | None) -> str | None:
    if contact is None:
        return None
    emails = contact.identities.filter(kind=Identity.Kind.EMAIL).order_by("-trust", "id")
    return emails.values_list("value", flat=True).first()
