"""What conditions may ask about contacts and their companies."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import QuerySet, Subquery

from ground.conditions import (
    Cost,
    Fact,
    FactFamily,
    FactType,
    Reach,
    Relation,
    Rows,
    Window,
    json_value,
    register,
    register_family,
    register_relation,
)
from people.models import Attribute, Contact, ContactTagging, Event, Identity, Tag
from people.segments import FACT, SegmentList, segment_choices, segment_names, segments_of

TYPES = {
    Attribute.Type.TEXT: FactType.TEXT,
    Attribute.Type.NUMBER: FactType.NUMBER,
    Attribute.Type.BOOLEAN: FactType.BOOLEAN,
    Attribute.Type.CHOICE: FactType.CHOICE,
    Attribute.Type.DATETIME: FactType.DATETIME,
}


def column(name: str, label: str, type_: FactType, **more: Any) -> None:
    """A fact that is a column of its subject, called the same."""
    subject, _, field = name.partition(".")
    register(Fact(name, label, type_, subject, lambda row: getattr(row, field), field, **more))


def address(name: str, label: str, kind: str) -> None:
    """The contact's best address of a kind, by the order in which `Contact.address` chooses."""

    def path(reach: Reach) -> Subquery:
        known = Identity.objects.filter(contact=reach.outer("pk"), kind=kind)
        return Subquery(known.best_first().values("value")[:1])

    register(
        Fact(
            name,
            label,
            FactType.TEXT,
            "contact",
            lambda contact: contact.address(kind),
            path,
            cost=Cost.QUERY,
        )
    )


def contact_tags(reach: Reach) -> Rows:
    return Rows(ContactTagging.objects.filter(contact=reach.outer("pk")), "tag__public_id")


def events_in(window: Window, events: QuerySet[Event]) -> QuerySet[Event]:
    if window.name is not None:
        events = events.filter(name=window.name)
    return events if window.since is None else events.filter(created_at__gte=window.since)


def tag_choices() -> list[tuple[str, str]]:
    """All of them, archived ones too: what asks for one goes on."""
    return list(Tag.objects.values_list("public_id", "name"))


def tag_names() -> list[tuple[str, str]]:
    return [(name, name) for name in Tag.objects.offered().values_list("name", flat=True)]


column("contact.role", "Role", FactType.CHOICE, choices=Contact.Role.choices)
column("contact.name", "Name", FactType.TEXT)
column("contact.locale", "Language", FactType.TEXT)
column("contact.timezone", "Time zone", FactType.TEXT)
column("contact.is_blocked", "Blocked", FactType.BOOLEAN)
column("contact.created_at", "First seen", FactType.DATETIME)
column("contact.last_seen_at", "Last seen", FactType.DATETIME)
column("contact.last_heard_at", "Last wrote", FactType.DATETIME)
column("contact.last_contacted_at", "Last answered by us", FactType.DATETIME)
address("contact.email", "E-mail", Identity.Kind.EMAIL)
address("contact.phone", "Phone", Identity.Kind.PHONE)
address("contact.external_id", "User id", Identity.Kind.EXTERNAL)
register(
    Fact(
        "contact.events",
        "Events",
        FactType.COUNT,
        "contact",
        lambda contact, window: events_in(window, contact.events.all()).count(),
        lambda reach, window: events_in(window, Event.objects.filter(contact=reach.outer("pk"))),
        cost=Cost.QUERY,
    )
)

register(
    Fact(
        "contact.tags",
        "Customer’s tags",
        FactType.LIST,
        "contact",
        lambda contact: [tag.public_id for tag in contact.tags],
        contact_tags,
        cost=Cost.QUERY,
        choices=tag_choices,
        suggestions=tag_names,
    )
)

register(
    Fact(
        FACT,
        "Segments",
        FactType.LIST,
        "contact",
        lambda contact: [segment.public_id for segment in segments_of(contact)],
        SegmentList,
        cost=Cost.SLOW,
        choices=segment_choices,
        suggestions=segment_names,
    )
)

column("company.name", "Company name", FactType.TEXT)
column("company.plan", "Plan", FactType.TEXT)
column("company.monthly_spend", "Monthly spend", FactType.NUMBER)
column("company.created_at", "Company first seen", FactType.DATETIME)
register_relation(Relation("contact", "company", lambda contact: contact.company, "company"))


# ---- own attributes, as they are defined at the moment -------------------------------------------


def attribute_fact(attribute: Attribute) -> Fact:
    subject, key = attribute.subject, attribute.key
    choices = tuple((choice, choice) for choice in attribute.choices)
    type_ = TYPES[Attribute.Type(attribute.type)]
    if type_ is FactType.CHOICE and not choices:
        type_ = FactType.TEXT
    return Fact(
        f"{subject}.attributes.{key}",
        attribute.label,
        type_,
        subject,
        lambda row: row.attributes.get(key),
        lambda reach: json_value(reach.field("attributes"), key, type_),
        choices=choices if type_ is FactType.CHOICE else (),
    )


def find_attribute(subject: str, key: str) -> Fact | None:
    attribute = Attribute.objects.filter(subject=subject, key=key).first()
    return attribute_fact(attribute) if attribute else None


def attributes_of(subject: str) -> Iterable[Fact]:
    return [attribute_fact(attribute) for attribute in Attribute.objects.filter(subject=subject)]


for subject in Attribute.Subject.values:
    register_family(
        FactFamily(
            f"{subject}.attributes",
            subject,
            partial(find_attribute, subject),
            partial(attributes_of, subject),
        )
    )
