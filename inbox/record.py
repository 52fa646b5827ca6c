"""The customer's record beside a thread: everything known, in a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from inbox.models import Conversation, Rating
from inbox.querysets import ConversationQuerySet
from people.models import Attribute, Contact, Event, Identity, Teammate

EVENTS_SHOWN = 10
EARLIER_SHOWN = 8
KNOWN_LENGTH = 120

Pairs = list[tuple[str, Any]]


@dataclass(frozen=True)
class Record:
    """Who wrote. Claims are what a visitor said of themselves without proof."""

    contact: Contact
    identities: list[Identity]
    attributes: Pairs
    company_attributes: Pairs
    claims: Pairs
    events: list[Event]
    earlier: list[Conversation]
    has_more_earlier: bool
    rating: Rating | None
    followers: list[Teammate]

    @property
    def proof(self) -> Identity | None:
        """The strongest address that is surely theirs."""
        verified = [identity for identity in self.shown_identities if identity.is_verified]
        return max(verified, key=lambda identity: identity.trust, default=None)

    @property
    def known(self) -> list[list[str]]:
        """What need not be asked any more: label and value, as short texts."""
        contact, company = self.contact, self.contact.company
        emails = [each.value for each in self.identities if each.kind == Identity.Kind.EMAIL]
        own: Pairs = [("Email", "".join(emails[:1])), ("Time zone", contact.timezone)]
        if company:
            own += [("Company", company.name), ("Plan", company.plan)]
        pairs = [*own, *self.attributes, *self.company_attributes]
        return [[str(label), str(value)[:KNOWN_LENGTH]] for label, value in pairs if value]

    @property
    def shown_identities(self) -> list[Identity]:
        """What tells people something; the messenger's own visitor ids do not."""
        return [i for i in self.identities if i.kind != Identity.Kind.WIDGET_VISITOR]


def record_of(conversation: Conversation, visible: ConversationQuerySet) -> Record:
    """The record of a conversation's contact, with their other visible conversations."""
    contact = conversation.contact
    labels: dict[tuple[str, str], str] = {
        (subject, key): label
        for subject, key, label in Attribute.objects.values_list("subject", "key", "label")
    }
    earlier = list(
        visible.filter(contact=contact)
        .exclude(pk=conversation.pk)
        .newest_first()[: EARLIER_SHOWN + 1]
    )
    company = contact.company
    return Record(
        contact=contact,
        identities=list(contact.identities.order_by("-trust", "kind", "pk")),
        attributes=labeled(contact.attributes, "contact", labels),
        company_attributes=labeled(company.attributes if company else {}, "company", labels),
        claims=labeled(contact.claims, "contact", labels),
        events=list(contact.events.order_by("-pk")[:EVENTS_SHOWN]),
        earlier=earlier[:EARLIER_SHOWN],
        has_more_earlier=len(earlier) > EARLIER_SHOWN,
        rating=latest_rating(conversation),
        followers=list(conversation.listeners()),
    )


def latest_rating(conversation: Conversation) -> Rating | None:
    """What the contact said last of this conversation; asked for only when they said something."""
    if conversation.rating is None:
        return None
    return conversation.ratings.order_by("-closed_at").first()


def labeled(values: dict[str, Any], subject: str, labels: dict[tuple[str, str], str]) -> Pairs:
    """Own fields under the names that people gave them; empty ones are left out."""
    return [
        (labels.get((subject, key)) or key.replace("_", " ").capitalize(), value)
        for key, value in values.items()
        if value not in (None, "")
    ]
