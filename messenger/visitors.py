"""Who speaks through the messenger: visitor tokens and what they open."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.core.cache import cache

from ground.web.problems import NotAuthenticated
from inbox.models import Conversation
from inbox.querysets import ConversationQuerySet
from messenger.models import Installation
from people.actions.contacts import opened_by
from people.models import Contact, Identity

SALT = "messenger.visitor"
ANONYMOUS_DAYS = 365
VERIFIED_DAYS = 7
DAY = 24 * 60 * 60
REMEMBERED_SECONDS = 2
ORIGINS = "installation-origins"
TOKEN_LENGTH = 4000


@dataclass
class Visitor:
    """A browser with a messenger in it.

    An anonymous visitor is known by `key`, a random id of their own making; their contact exists
    from their first written word, and until then `claims` is what they say of themselves. A
    verified one carries the contact their company signed for, and when (`signed_at`, Unix
    seconds): booting again does not make that younger. Who came by the signed link of a mail
    opens `only_conversation` (a public id) and nothing else of its contact: mails are forwarded.
    """

    installation: Installation
    key: str
    contact: Contact | None = None
    is_verified: bool = False
    only_conversation: str = ""
    signed_at: float = 0.0
    locale: str = ""
    timezone: str = ""
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def topics(self) -> set[str]:
        """What this visitor's screens hear."""
        heard = {f"visitor.{self.key}", f"installation.{self.installation.public_id}"}
        if self.contact is not None:
            heard.add(f"contact.{self.contact.public_id}")
        return heard

    def conversations(self) -> ConversationQuerySet:
        """What this visitor may open."""
        if self.contact is None:
            return Conversation.objects.none()
        own = Conversation.objects.visible_to(self.contact)
        return own.filter(public_id=self.only_conversation) if self.only_conversation else own

    def may_open(self, public_id: str) -> bool:
        """As much of `conversations` as is known before a conversation is read; whose it is, an
        action sees under its lock."""
        return self.contact is not None and self.only_conversation in {"", public_id}

    def may_hear(self, frame: dict[str, Any]) -> bool:
        """Whether a frame for the contact's screens is for this one too."""
        if not self.only_conversation or frame["type"] == "stale":
            return True
        about = frame.get("conversation")
        if not isinstance(about, dict):
            return about == self.only_conversation
        # In what it was merged into nothing is theirs; how it stands, they ask for.
        return about["id"] == self.only_conversation and not about.get("merged_into")


def new_visitor(installation: Installation) -> Visitor:
    return Visitor(installation, key=secrets.token_urlsafe(24))


def opened_by_link(
    installation: Installation, contact: Contact, conversation: Conversation
) -> Visitor:
    """Who comes back by the signed link of a mail. The link itself is the caller's to check."""
    visitor = new_visitor(installation)
    visitor.contact, visitor.only_conversation = contact, conversation.public_id
    visitor.signed_at = time.time()
    return visitor


def token_for(visitor: Visitor) -> str:
    """The bearer token: signed, and saying no more than which visitor this is."""
    content: dict[str, Any] = {
        "a": visitor.installation.public_id,
        "v": visitor.key,
        "l": visitor.locale,
        "z": visitor.timezone,
    }
    if visitor.contact is not None and (visitor.is_verified or visitor.only_conversation):
        content["c"] = visitor.contact.public_id
        content["t"] = int(visitor.signed_at)
    if visitor.only_conversation:
        content["o"] = visitor.only_conversation
    if visitor.contact is None and visitor.claims:
        content["s"] = visitor.claims
    return signing.dumps(content, salt=SALT, compress=False)


def session_end(visitor: Visitor) -> datetime:
    """When the token that the visitor holds now opens nothing any more."""
    if visitor.is_verified:
        return datetime.fromtimestamp(visitor.signed_at + VERIFIED_DAYS * DAY, UTC)
    return datetime.now(UTC) + timedelta(days=ANONYMOUS_DAYS)


def visitor_of(token: Any, *, is_fresh: bool = False) -> Visitor:
    """The visitor a token speaks for; with `is_fresh` by the installation's rules as they are this
    very moment.

    Raises NotAuthenticated for anything but a token that we made, that is in date, and that still
    opens something: an anonymous token never opens a contact whose identity has been proved.
    """
    content = read(token)
    installation = active_installation(content["a"], is_fresh=is_fresh)
    if installation is None:
        raise NotAuthenticated("This messenger is switched off.")
    if "c" in content and "o" not in content:
        visitor = verified(installation, content)
    elif "o" in content:
        visitor = linked(installation, content)
    elif installation.is_verification_required:
        raise NotAuthenticated("This messenger asks for a signed identity.")
    else:
        visitor = anonymous(installation, content["v"])
        visitor.claims = content.get("s", {})
    visitor.locale, visitor.timezone = content["l"], content["z"]
    return visitor


def active_installation(app_id: str, *, is_fresh: bool = False) -> Installation | None:
    """The installation of an app id, remembered for a moment: every request asks for it, and it
    hardly ever changes. None when it is unknown or switched off."""
    key = f"installation:{app_id}"
    found: Installation | None = None if is_fresh else cache.get(key)
    if found is None:
        known = Installation.objects.select_related("line").filter(public_id=app_id)
        found = known.filter(is_active=True).first()
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def active_origins() -> frozenset[str]:
    """Every site that may embed a messenger of ours, remembered as installations are."""
    found: frozenset[str] | None = cache.get(ORIGINS)
    if found is None:
        lists = Installation.objects.filter(is_active=True).values_list("allowed_origins")
        found = frozenset(origin for (origins,) in lists for origin in origins)
        cache.set(ORIGINS, found, REMEMBERED_SECONDS)
    return found


def read(token: Any) -> dict[str, Any]:
    if not isinstance(token, str) or not 20 <= len(token) <= TOKEN_LENGTH:
        raise NotAuthenticated("The visitor token is missing or malformed.")
    try:
        content: dict[str, Any] = signing.loads(token, salt=SALT, max_age=ANONYMOUS_DAYS * DAY)
        if "c" in content and content["t"] < time.time() - VERIFIED_DAYS * DAY:
            raise signing.SignatureExpired
        return content
    except (signing.BadSignature, ValueError):
        raise NotAuthenticated("The visitor token is not valid any more.") from None


def verified(installation: Installation, content: dict[str, Any]) -> Visitor:
    contact = named_contact(installation, content)
    visitor = Visitor(installation, content["v"], contact, is_verified=True)
    visitor.signed_at = content["t"]
    return visitor


def linked(installation: Installation, content: dict[str, Any]) -> Visitor:
    visitor = Visitor(installation, content["v"], named_contact(installation, content))
    if installation.is_verification_required and visitor.contact.role != Contact.Role.USER:
        raise NotAuthenticated("This messenger asks for a signed identity.")
    visitor.signed_at, visitor.only_conversation = content["t"], content["o"]
    return visitor


def named_contact(installation: Installation, content: dict[str, Any]) -> Contact:
    """The contact in a token. Raises NotAuthenticated when it is gone or has signed out there."""
    contact = Contact.objects.in_session(content["c"], installation.public_id, content["v"])
    if contact is None:
        raise NotAuthenticated("This contact does not exist any more.")
    if contact.is_signed_out:
        raise NotAuthenticated("You have signed out here.")
    return contact.resolve()


def anonymous(installation: Installation, key: str) -> Visitor:
    identity = Identity.objects.opening(Identity.Kind.WIDGET_VISITOR, key, installation.public_id)
    if identity is None:
        return Visitor(installation, key)
    return Visitor(installation, key, opened_by(identity))


def is_origin_allowed(installation: Installation, origin: str, own: str) -> bool:
    """Whether pages of this origin may talk to the installation; `own` is where we are served."""
    return origin == own or origin in installation.allowed_origins
