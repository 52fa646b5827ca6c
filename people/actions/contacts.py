"""Contacts: met, created, changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from ground.journal import record
from ground.web.problems import Invalid, NotAuthenticated, StateConflict
from ground.web.rows import PREPARED
from ground.web.zones import NO_SUCH_ZONE, zone_named
from people import kinds
from people.actions.blocking import set_blocked
from people.actions.fields import checked_fields, one_line
from people.actions.identities import claim_identity, holder, remove_identities
from people.actions.merge import current
from people.attributes import changed, checked
from people.models import ApiToken, Attribute, Company, Contact, Identity
from people.models.teammate import Capability
from people.permissions import Actor, require

SEEN_EVERY = timedelta(minutes=1)
ADDRESSES = {
    "email": Identity.Kind.EMAIL,
    "phone": Identity.Kind.PHONE,
    "external_id": Identity.Kind.EXTERNAL,
}


def topic(contact: Contact) -> str:
    return f"contact.{contact.public_id}"


def create_contact(
    *,
    by: Actor,
    name: str = "",
    email: str = "",
    phone: str = "",
    external_id: str = "",
    role: str = Contact.Role.LEAD,
    company: Company | None = None,
    locale: str = "",
    timezone: str = "",
    attributes: Mapping[str, Any] | None = None,
) -> Contact:
    """Makes a contact that somebody of ours vouches for.

    Raises Invalid with errors by field, and StateConflict (member `contact`) when another contact
    is surely known by one of the addresses: that one is meant, or the two want merging.
    """
    require(by, Capability.EDIT_CONTACTS)
    fields = checked_fields(
        {
            "name": name,
            "role": role,
            "company": company,
            "locale": locale,
            "timezone": timezone,
            "attributes": attributes or {},
        },
        CHECKS,
    )
    fields["attributes"] = changed({}, fields["attributes"])
    with transaction.atomic():
        contact = Contact.objects.create(**fields)
        record(
            kinds.CONTACT_CREATED,
            by=by,
            subject=contact,
            topics=[topic(contact)],
            after=written(fields),
        )
        for field, value in (("email", email), ("phone", phone), ("external_id", external_id)):
            if value:
                give_address(contact, field, value, by=by)
    return contact


def meet_visitor(*, scope: str, visitor_id: str, locale: str = "", timezone: str = "") -> Contact:
    """The contact behind a messenger visitor, made when this is the visitor's first write.

    `scope` is the installation's public id. Two first writes at once make one contact.
    """
    known = Identity.objects.address(Identity.Kind.WIDGET_VISITOR, visitor_id, scope)
    for _ in range(2):
        identity = known.select_related("contact").first()
        if identity is not None:
            return opened_by(identity)
        try:
            return make_visitor(scope, visitor_id, locale, timezone)
        except IntegrityError:
            continue
    return opened_by(known.select_related("contact").get())


def opened_by(identity: Identity) -> Contact:
    """The contact that an anonymous browser's key opens. Raises NotAuthenticated for one that must
    sign in."""
    contact = identity.contact.resolve()
    if identity.is_retired or contact.role == Contact.Role.USER:
        raise NotAuthenticated("This visitor has signed in since. Boot again.")
    return contact


def make_visitor(scope: str, visitor_id: str, locale: str, timezone: str) -> Contact:
    with transaction.atomic():
        contact = Contact.objects.create(
            role=Contact.Role.VISITOR,
            locale=sound_locale(locale),
            timezone=sound_timezone(timezone),
            last_seen_at=Now(),
        )
        Identity.objects.create(
            contact=contact,
            kind=Identity.Kind.WIDGET_VISITOR,
            scope=scope,
            value=visitor_id,
            trust=Identity.Trust.PROVED,
            source="messenger",
        )
        contact.refresh_from_db(fields=["last_seen_at", "created_at"])
        topics = [topic(contact), f"visitor.{visitor_id}"]
        record(kinds.CONTACT_CREATED, by=contact, subject=contact, topics=topics)
    return contact


def update_contact(contact: Contact, *, by: Actor, **changes: Any) -> Contact:
    """Changes the named fields of a contact, or of the one it was merged into.

    Fields: name, role, company, locale, timezone, is_blocked, attributes (given keys are set, None
    removes one), email, phone, external_id ("" or None takes the address away). What stays the
    same leaves no entry. Raises Invalid, StateConflict as `create_contact` does.
    """
    require(by, Capability.EDIT_CONTACTS)
    addresses = {field: changes.pop(field) for field in ADDRESSES if field in changes}
    fields = checked_fields(changes, CHECKS)
    is_blocked = fields.pop("is_blocked", None)
    with transaction.atomic():
        contact = current(contact)
        if is_blocked is not None:
            contact = set_blocked(contact, is_blocked, by=by)
        apply_fields(contact, fields, by=by)
        for field, value in addresses.items():
            if value:
                give_address(contact, field, value, by=by)
            else:
                remove_identities(contact, ADDRESSES[field], by=by)
    return contact


def apply_fields(contact: Contact, fields: Mapping[str, Any], *, by: Actor) -> bool:
    """Writes checked fields to a locked contact with one entry; returns whether any changed."""
    fields = dict(fields)
    if "attributes" in fields:
        fields["attributes"] = changed(contact.attributes, fields["attributes"])
    before = {name: getattr(contact, name) for name in fields}
    differing = {name: value for name, value in fields.items() if value != before[name]}
    if not differing:
        return False
    for name, value in differing.items():
        setattr(contact, name, value)
    contact.save(update_fields=[*differing, "updated_at"])
    record(
        kinds.CONTACT_UPDATED,
        by=by,
        subject=contact,
        topics=[topic(contact)],
        before=written({name: before[name] for name in differing}),
        after=written(differing),
    )
    return True


def give_address(
    contact: Contact,
    field: str,
    value: str,
    *,
    by: Actor,
    trust: int = Identity.Trust.PROVED,
) -> None:
    """Vouches for an address as far as `trust` goes. Raises StateConflict when another contact is
    known by it as surely."""
    kind = ADDRESSES[field]
    source = "api" if isinstance(by, ApiToken) else "teammate"
    identity = claim_identity(contact, kind, value, trust=trust, source=source, by=by)
    if identity is None:
        other = holder(kind, value)
        raise StateConflict(
            f"Another contact is known by this {Identity.Kind(kind).label.lower()}.",
            errors={field: ["Another contact is known by this. Merge the two instead."]},
            contact=other.public_id if other else None,
        )


def note_seen(contact: Contact) -> None:
    """The contact is here now. Written at most once a minute; leaves no entry."""
    Contact.objects.filter(
        Q(last_seen_at=None) | Q(last_seen_at__lt=Now() - SEEN_EVERY), pk=contact.pk
    ).update(last_seen_at=Now())


def move_times(moments: Mapping[str, datetime], *fields: str) -> None:
    """Moves times of contacts (public id -> moment) forward, never back; leaves no entry. What was
    merged stands for the contact that remains. One statement: every message leads here."""
    left = dict(moments)
    while left:
        # Locked in one order: others may be moving the same contacts.
        changes = ", ".join(f"{field} = greatest({field}, moved.at)" for field in fields)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""{PREPARED}
                WITH moved AS (
                     SELECT contact.id, said.at FROM people_contact contact
                       JOIN unnest(%s::text[], %s::timestamptz[]) AS said (contact, at)
                            ON contact.public_id = said.contact
                      WHERE contact.merged_into_id IS NULL
                      ORDER BY contact.id FOR NO KEY UPDATE OF contact)
                UPDATE people_contact SET {changes} FROM moved
                 WHERE people_contact.id = moved.id RETURNING people_contact.public_id
                """,
                [list(left), list(left.values())],
            )
            done = {public_id for (public_id,) in cursor.fetchall()}
        if len(done) == len(left):
            return
        merged = Contact.objects.filter(public_id__in=left.keys() - done)
        left = latest((contact.resolve().public_id, left[contact.public_id]) for contact in merged)


def latest(moments: Iterable[tuple[str, datetime]]) -> dict[str, datetime]:
    """Of each name the latest moment."""
    found: dict[str, datetime] = {}
    for name, moment in moments:
        found[name] = max(moment, found.get(name, moment))
    return found


def note_language(contact: Contact, *, locale: str, timezone: str) -> None:
    """The language and zone of the browser that the contact is in now, as far as they are news.

    What is no language or zone is as if it was not said.
    """
    said = {"locale": sound_locale(locale), "timezone": sound_timezone(timezone)}
    news = {name: value for name, value in said.items() if value}
    if all(getattr(contact, name) == value for name, value in news.items()):
        return
    with transaction.atomic():
        held = current(contact)
        apply_fields(held, news, by=held)
    contact.locale, contact.timezone = held.locale, held.timezone


# ---- what may be written -------------------------------------------------------------------------


def checked_role(value: object) -> str:
    if value not in Contact.Role.values:
        raise Invalid(errors={"role": [f"This must be one of: {', '.join(Contact.Role.values)}."]})
    return str(value)


def checked_company(value: object) -> Company | None:
    if value is not None and not isinstance(value, Company):
        raise Invalid(errors={"company": ["There is no such company."]})
    return value


def checked_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid(errors={"is_blocked": ["This must be true or false."]})
    return value


def checked_timezone(value: object) -> str:
    zone = one_line(value, "timezone", max_length=64)
    if zone and zone_named(zone) is None:
        raise Invalid(errors={"timezone": [NO_SUCH_ZONE]})
    return zone


def sound_timezone(value: object) -> str:
    """A browser's word for its zone, or nothing."""
    return str(zone_named(value) or "")


def sound_locale(value: object) -> str:
    """A browser's word for its language, or nothing."""
    is_sound = isinstance(value, str) and len(value) <= 35 and value.replace("-", "").isalnum()
    return str(value) if is_sound else ""


def checked_attributes(value: object) -> dict[str, Any]:
    return checked(value, Attribute.objects.filter(subject=Attribute.Subject.CONTACT))


CHECKS = {
    "name": lambda value: one_line(value, "name", max_length=200),
    "role": checked_role,
    "company": checked_company,
    "locale": lambda value: one_line(value, "locale", max_length=35),
    "timezone": checked_timezone,
    "is_blocked": checked_flag,
    "attributes": checked_attributes,
}


def written(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the journal keeps them: a company by its public id."""
    return {
        name: value.public_id if isinstance(value, Company) else value
        for name, value in fields.items()
    }
