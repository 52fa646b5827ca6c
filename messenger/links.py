"""Signed links that bring somebody back into one conversation, and those that end its mails.

A link is bound to an installation, a conversation and the identity (an address, a browser) to which
it was given. It opens that conversation only, and only while the identity is the contact's.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from ground.web.problems import NotAuthenticated
from inbox.models import Conversation
from messenger.models import Installation
from messenger.visitors import Visitor, opened_by_link
from people.models import Contact, Identity

DAYS = 30
OPENING, STOPPING = "messenger.link", "messenger.stop"
LENGTH_MAX = 500
OVER = "This link does not open anything any more. Write to us again from our pages."


def link_for(installation: Installation, conversation: Conversation, identity: Identity) -> str:
    """The address that opens a conversation for whoever an identity reaches.

    What is signed stands behind the #: browsers send it to nobody, so no log has it.
    """
    return f"{page_of(installation)}#link={signed_link(installation, conversation, identity)}"


def signed_link(installation: Installation, conversation: Conversation, identity: Identity) -> str:
    content = {"a": installation.public_id, "o": conversation.public_id, "i": identity.pk}
    return signing.dumps(content, salt=OPENING)


def page_of(installation: Installation) -> str:
    return f"{settings.SITE_URL}/m/page/{installation.public_id}/"


def open_link(installation: Installation, link: Any) -> Visitor:
    """Who comes back by a link. Raises NotAuthenticated, always with the same words: whoever holds
    a link that is over learns nothing about why."""
    content = read(link, OPENING)
    if content.get("a") != installation.public_id:
        raise NotAuthenticated(OVER)
    conversation = conversation_of(content)
    identity = Identity.objects.filter(pk=content["i"]).select_related("contact").first()
    if identity is None or identity.is_retired:
        raise NotAuthenticated(OVER)
    contact = identity.contact.resolve()
    if contact.pk != conversation.contact_id or contact.is_blocked:
        raise NotAuthenticated(OVER)
    if installation.is_verification_required and not is_proved(contact, identity):
        raise NotAuthenticated(OVER)
    return opened_by_link(installation, contact, conversation)


def is_proved(contact: Contact, identity: Identity) -> bool:
    """Whether the company itself has signed who this is, and that this address is theirs."""
    return contact.role == Contact.Role.USER and identity.is_verified


def stop_link_for(conversation: Conversation) -> str:
    """The address that ends the mails about a conversation. It opens nothing."""
    signed = signing.dumps({"o": conversation.public_id}, salt=STOPPING)
    return f"{settings.SITE_URL}{reverse('messenger:stop', args=[signed])}"


def conversation_to_stop(signed: str) -> Conversation:
    """Raises NotAuthenticated."""
    return conversation_of(read(signed, STOPPING))


def read(link: Any, salt: str) -> dict[str, Any]:
    if not isinstance(link, str) or not 0 < len(link) <= LENGTH_MAX:
        raise NotAuthenticated(OVER)
    try:
        content: dict[str, Any] = signing.loads(link, salt=salt, max_age=DAYS * 24 * 60 * 60)
    except (signing.BadSignature, ValueError):
        raise NotAuthenticated(OVER) from None
    return content


def conversation_of(content: dict[str, Any]) -> Conversation:
    found = Conversation.objects.select_related("contact").filter(public_id=content["o"]).first()
    if found is None:
        raise NotAuthenticated(OVER)
    return found
