"""What is known of a customer or a company that a search names by its id: also of somebody who has
no conversation that the viewer may see, beside which their record would stand."""

from __future__ import annotations

from dataclasses import dataclass

from inbox.details import Field, attribute_fields, contact_fields
from inbox.finding.query import Query
from people.models import (
    Attribute,
    Company,
    Contact,
    ContactNote,
    Identity,
    Segment,
    Tag,
    Teammate,
)
from people.segments import segments_of

NOTES_SHOWN = 20


@dataclass(frozen=True)
class Person:
    """A contact, read only: fields that are known, tags, segments, and the newest notes."""

    contact: Contact
    fields: list[Field]
    tags: list[Tag]
    notes: list[ContactNote]
    segments: list[Segment]


def person_in(query: Query, viewer: Teammate) -> Person | None:
    """The contact that a search names by its id, or whom it was merged into."""
    name = named(query, "contact")
    found = Contact.objects.visible_to(viewer).filter(public_id=name).first() if name else None
    if found is None:
        return None
    current = Contact.objects.select_related("company").with_tags().get(pk=found.resolve().pk)
    known = current.identities.exclude(kind=Identity.Kind.WIDGET_VISITOR)
    definitions = Attribute.objects.filter(subject=Attribute.Subject.CONTACT)
    fields = contact_fields(current, known.order_by("-trust", "kind", "pk"))
    attributes, _ = attribute_fields(current.attributes, definitions)
    shown = [each for each in fields + attributes if each.shown]
    notes = current.notes.kept().order_by("-pk")[:NOTES_SHOWN]
    return Person(current, shown, current.tags, list(notes), segments_of(current))


def company_in(query: Query) -> Company | None:
    """The company that a search names by its id."""
    name = named(query, "company")
    return Company.objects.filter(public_id=name).first() if name else None


def named(query: Query, operator: str) -> str:
    """The one value of an operator, if the search has it once and asks for it."""
    values = [each.value for each in query.filters if each.name == operator and not each.is_not]
    return values[0] if len(values) == 1 else ""
