"""The customer's record beside a thread: everything known, in a fixed number of queries.

It is made of panels, which `RECORD_PANELS` of `config/composition.py` lists in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.module_loading import import_string

from ground.web.paging import Page, keyset
from inbox.details import attribute_fields, company_fields, contact_fields, label_of
from inbox.models import Conversation, Rating
from inbox.naming import unnamed
from inbox.querysets import ConversationQuerySet
from people.duplicates import twins_of
from people.models import (
    Attribute,
    Company,
    Contact,
    ContactTagging,
    Event,
    Identity,
    Tag,
    Team,
    Teammate,
)
from people.models.teammate import Capability
from people.segments import segments_of

EVENTS_SHOWN = 10
EARLIER_SHOWN = 8
COMPANY_PEOPLE = 1_000
COMPANY_OPEN_COUNTED = 9
KNOWN_LENGTH = 120
TWINS_SHOWN = 2
MERGES_SHOWN = 5
SIDES_SHOWN = 50
NOTES_SHOWN = 200

Pairs = list[tuple[str, Any]]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Glance:
    """Who looks at whose record, and from which conversation; `visible` is what they may see."""

    conversation: Conversation
    viewer: Teammate
    visible: ConversationQuerySet

    @property
    def contact(self) -> Contact:
        return self.conversation.contact

    @cached_property
    def can_edit(self) -> bool:
        return self.viewer.can(Capability.EDIT_CONTACTS)

    @cached_property
    def identities(self) -> list[Identity]:
        """What tells people something; the messenger's own visitor ids do not."""
        known = self.contact.identities.order_by("-trust", "kind", "pk")
        return [each for each in known if each.kind != Identity.Kind.WIDGET_VISITOR]

    @cached_property
    def definitions(self) -> list[Attribute]:
        return list(Attribute.objects.all())

    def definitions_of(self, subject: str) -> list[Attribute]:
        return [each for each in self.definitions if each.subject == subject]

    @property
    def proof(self) -> Identity | None:
        """The strongest address that is surely theirs."""
        verified = [identity for identity in self.identities if identity.is_verified]
        return max(verified, key=lambda identity: identity.trust, default=None)

    @property
    def known(self) -> list[list[str]]:
        """What need not be asked any more: label and value, as short texts."""
        contact, company = self.contact, self.contact.company
        emails = [each.value for each in self.identities if each.kind == Identity.Kind.EMAIL]
        own: Pairs = [("Email", "".join(emails[:1])), ("Time zone", contact.timezone)]
        if company:
            own += [("Company", company.name), ("Plan", company.plan)]
        pairs = [*own, *self.labeled(contact.attributes, "contact")]
        pairs += self.labeled(company.attributes if company else {}, "company")
        return [[str(label), str(value)[:KNOWN_LENGTH]] for label, value in pairs if value]

    def labeled(self, values: Values, subject: str) -> Pairs:
        """Own fields under the names that people gave them; empty ones are left out."""
        by_key = {each.key: each for each in self.definitions_of(subject)}
        return [
            (label_of(key, by_key.get(key)), value)
            for key, value in values.items()
            if value not in (None, "")
        ]


@dataclass(frozen=True)
class Panel:
    """A part of the record: `read` gives its template what it shows as `panel`, or None when there
    is nothing to show. The template is also given the conversation and the contact."""

    template: str
    read: Callable[[Glance], Values | None]


@dataclass(frozen=True)
class Record:
    """Who wrote, as one teammate sees it: templates of panels with their values."""

    proof: Identity | None
    known: list[list[str]]
    panels: list[tuple[str, Values]]


@cache
def known_panels() -> tuple[Panel, ...]:
    return tuple(import_string(path) for path in import_string(settings.RECORD_PANELS))


def record_of(conversation: Conversation, visible: ConversationQuerySet, by: Teammate) -> Record:
    """The record of a conversation's contact, with their other visible conversations."""
    glance = Glance(conversation, by, visible)
    read = [(panel.template, panel.read(glance)) for panel in known_panels()]
    return Record(
        glance.proof, glance.known, [(name, values) for name, values in read if values is not None]
    )


# ---- panels --------------------------------------------------------------------------------------


def rating(glance: Glance) -> Values | None:
    """What the contact said last of this conversation; asked for only when they said something."""
    if glance.conversation.rating is None:
        return None
    found: Rating | None = glance.conversation.ratings.order_by("-closed_at").first()
    return {"rating": found} if found else None


def sides(glance: Glance) -> Values | None:
    """What colleagues are asked beside this conversation; for who may ask, also when nothing."""
    found = list(glance.conversation.sides.with_marks(glance.viewer).newest_first()[:SIDES_SHOWN])
    if found:
        hidden = list(Team.objects.hidden_from(glance.viewer).values_list("name", flat=True))
        for each in found:
            each.asked = unnamed(each.asked, hidden)
    can_ask = glance.viewer.can(Capability.NOTE)
    return {"sides": found, "can_ask": can_ask} if found or can_ask else None


def twins(glance: Glance) -> Values | None:
    """Who may be the same person, for whoever may merge them."""
    if not glance.viewer.can(Capability.MERGE_CONTACTS):
        return None
    found = twins_of(glance.contact, glance.identities, most=TWINS_SHOWN)
    return {"twins": found} if found else None


def merges(glance: Glance) -> Values | None:
    """What became part of this contact, newest first, for whoever may merge it with others."""
    if not glance.viewer.can(Capability.MERGE_CONTACTS):
        return None
    made = glance.contact.merges_kept.filter(undone_at=None).select_related("merged", "by")
    by_hand = list(made.exclude(by=None).order_by("-pk")[:MERGES_SHOWN])
    return {"merges": by_hand}


def details(glance: Glance) -> Values:
    return {
        "fields": contact_fields(glance.contact, glance.identities),
        "can_edit": glance.can_edit,
    }


def tags(glance: Glance) -> Values | None:
    """The contact's tags and, for whoever may put them there, all others; one query."""
    on = ContactTagging.objects.filter(contact=glance.contact, tag=OuterRef("pk"))
    found = Tag.objects.annotate(is_on=Exists(on)).filter(Q(is_on=True) | Q(is_archived=False))
    offered = list(found.order_by(Lower("name"), "id"))
    has = [tag for tag in offered if tag.is_on]
    if not glance.can_edit and not has:
        return None
    return {"tags": has, "offered": offered, "can_edit": glance.can_edit}


def notes(glance: Glance) -> Values | None:
    """What teammates noted of the contact, newest first; for who may, also where there is none."""
    found = list(glance.contact.notes.kept().order_by("-pk")[:NOTES_SHOWN])
    return {"notes": found, "can_edit": glance.can_edit} if found or glance.can_edit else None


def segments(glance: Glance) -> Values | None:
    """Which groups the contact belongs to at the moment."""
    found = segments_of(glance.contact)
    return {"segments": found} if found else None


def attributes(glance: Glance) -> Values | None:
    definitions = glance.definitions_of(Attribute.Subject.CONTACT)
    known, missing = attribute_fields(glance.contact.attributes, definitions)
    offered = missing if glance.can_edit else []
    if not known and not offered:
        return None
    return {"fields": known, "missing": offered, "can_edit": glance.can_edit}


def wrote_from(glance: Glance) -> Values | None:
    page = glance.conversation.page
    return {"page": page} if page and page.get("url") else None


def company(glance: Glance) -> Values | None:
    """What is known of the contact's company besides its name, for who may edit also nothing; and
    what else is open of it."""
    found = glance.contact.company
    if found is None:
        return None
    definitions = glance.definitions_of(Attribute.Subject.COMPANY)
    known, missing = attribute_fields(found.attributes, definitions)
    fields = [*company_fields(found), *known]
    elsewhere = open_of_others(glance, found)
    if not (glance.can_edit or elsewhere or any(field.shown for field in fields)):
        return None
    return {
        "company": found,
        "fields": fields,
        "missing": missing if glance.can_edit else [],
        "can_edit": glance.can_edit,
        "open": elsewhere,
    }


def open_of_others(glance: Glance, company: Company) -> list[Conversation]:
    """The visible open conversations of a company's other people, newest first; where there are
    more than COMPANY_OPEN_COUNTED, one more than that. Of very many people the latest known."""
    people = company.contacts.exclude(pk=glance.contact.pk).order_by("-pk")[:COMPANY_PEOPLE]
    # As an array, so that their conversations are looked up and not all that are open walked.
    is_theirs = Func(
        F("contact_id"),
        ArraySubquery(people.values("pk")),
        arg_joiner=" = ANY (",
        template="%(expressions)s)",
        output_field=BooleanField(),
    )
    found = glance.visible.open().filter(is_theirs).select_related("contact")
    return list(found.newest_first()[: COMPANY_OPEN_COUNTED + 1])


def claims(glance: Glance) -> Values | None:
    """What a visitor said of themselves without proof."""
    pairs = glance.labeled(glance.contact.claims, "contact")
    return {"pairs": pairs} if pairs else None


def events(glance: Glance) -> Values | None:
    page = events_of(glance.contact)
    return {"page": page} if page.items else None


def events_of(contact: Contact, cursor: str | None = None) -> Page[Event]:
    """What a contact did, latest first. Raises Invalid for a cursor of another list."""
    return keyset(contact.events.all(), order=["-id"], cursor=cursor, limit=EVENTS_SHOWN)


def conversations(glance: Glance) -> Values:
    return {"page": others_of(glance.conversation, glance.visible)}


def others_of(
    conversation: Conversation, visible: ConversationQuerySet, cursor: str | None = None
) -> Page[Conversation]:
    """The other visible conversations of its contact, newest first. Raises Invalid for a cursor of
    another list."""
    others = visible.whole().filter(contact=conversation.contact).exclude(pk=conversation.pk)
    others = others.with_line()
    return keyset(others, cursor=cursor, limit=EARLIER_SHOWN)


def followers(glance: Glance) -> Values | None:
    found = list(glance.conversation.listeners())
    return {"followers": found} if found else None


def known_since(glance: Glance) -> Values:
    return {}


SIDES = Panel("inbox/record/sides.html", sides)
RATING = Panel("inbox/record/rating.html", rating)
DETAILS = Panel("inbox/record/details.html", details)
TAGS = Panel("inbox/record/tags.html", tags)
NOTES = Panel("inbox/record/notes.html", notes)
SEGMENTS = Panel("inbox/record/segments.html", segments)
ATTRIBUTES = Panel("inbox/record/attributes.html", attributes)
TWINS = Panel("inbox/record/twins.html", twins)
MERGES = Panel("inbox/record/merges.html", merges)
WROTE_FROM = Panel("inbox/record/wrote_from.html", wrote_from)
COMPANY = Panel("inbox/record/company.html", company)
CLAIMS = Panel("inbox/record/claims.html", claims)
EVENTS = Panel("inbox/record/events.html", events)
CONVERSATIONS = Panel("inbox/record/conversations.html", conversations)
FOLLOWERS = Panel("inbox/record/followers.html", followers)
KNOWN_SINCE = Panel("inbox/record/known_since.html", known_since)
