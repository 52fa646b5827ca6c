"""Changing one field of a contact or a company at a time, as text: what a row of the record is
edited by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ground.journal.models import Entry
from ground.web.problems import Invalid, StateConflict
from ground.web.text import clean, unify_lines
from people import kinds
from people.actions.companies import find_or_create_company, update_company
from people.actions.contacts import ADDRESSES, give_address, update_contact
from people.actions.identities import remove_identity
from people.actions.merge import current
from people.addresses import normalized
from people.attributes import MAX_BYTES, from_text, in_text
from people.models import Attribute, Company, Contact, Identity, Teammate
from people.models.teammate import Capability
from people.permissions import Actor, require

PREFIX = "attributes."
SLIP = timedelta(minutes=15)
CHANGED = "Somebody has changed this in the meantime. Look at it again."


@dataclass(frozen=True)
class Edit:
    """What a field was and is, as texts: given the other way round they take the edit back."""

    subject: Contact | Company
    before: str
    after: str


def edit_contact(contact: Contact, field: str, text: str, *, was: str, by: Actor) -> Edit:
    """Puts `text` in the place of `was` in one field; "" is nothing.

    Fields: name, email and phone (`was` says which of several; "" adds one), company (a public id,
    or a name; one that is new becomes a company), attributes.<key> (typed as its definition says).
    An address that is written so is unverified, because nobody proved it to whoever wrote it; one
    that the same teammate took away by a slip just now is again what it was. Raises Invalid, and
    StateConflict when the field is no longer what it was, or when another contact is known by the
    address.
    """
    require(by, Capability.EDIT_CONTACTS)
    was, text = sound(field, was, text)
    with transaction.atomic():
        held = current(contact)
        if field in ("email", "phone"):
            return change_address(held, field, text, was=was, by=by)
        value = value_for(held, field, text, was=was, by=by)
        changed = update_contact(held, by=by, **value)
        return Edit(changed, was, text_of(changed, field))


def edit_company(company: Company, field: str, text: str, *, was: str, by: Actor) -> Edit:
    """As `edit_contact`, of a company: plan, monthly_spend, attributes.<key>. Raises Invalid, and
    StateConflict when the field is no longer what it was."""
    require(by, Capability.EDIT_CONTACTS)
    was, text = sound(field, was, text)
    with transaction.atomic():
        held = Company.objects.select_for_update().get(pk=company.pk)
        value = value_for(held, field, text, was=was, by=by)
        changed = update_company(held, by=by, **value)
        return Edit(changed, was, text_of(changed, field))


def sound(field: str, was: str, text: str) -> tuple[str, str]:
    """What a field was and gets, as texts that can be kept. Raises Invalid."""
    cleaned = clean(text, field[:60], max_bytes=MAX_BYTES, required=False)
    return unify_lines(was), cleaned.strip()


def subject_of(edited: Contact | Company) -> Attribute.Subject:
    is_company = isinstance(edited, Company)
    return Attribute.Subject.COMPANY if is_company else Attribute.Subject.CONTACT


def text_of(edited: Contact | Company, field: str) -> str:
    """What a field holds, as the text that would put it there."""
    if field.startswith(PREFIX):
        return in_text(edited.attributes.get(field.removeprefix(PREFIX)))
    value = getattr(edited, field)
    return value.public_id if isinstance(value, Company) else in_text(value)


def value_for(
    edited: Contact | Company, field: str, text: str, *, was: str, by: Actor
) -> dict[str, Any]:
    """The text as `update_contact` or `update_company` takes it, when the field still holds what it
    `was`. Raises Invalid for what is no field, StateConflict."""
    writers = WRITERS[subject_of(edited)]
    if field not in writers and not field.startswith(PREFIX):
        raise Invalid(errors={field[:60]: ["There is no such field."]})
    if text_of(edited, field) != was:
        raise StateConflict(CHANGED)
    if field in writers:
        return {field: writers[field](text, by)}
    key = field.removeprefix(PREFIX)
    definition = Attribute.objects.filter(subject=subject_of(edited), key=key).first()
    return {"attributes": {key: from_text(text, definition, edited.attributes.get(key))}}


def company_for(text: str, by: Actor) -> Company | None:
    if not text:
        return None
    known = Company.objects.filter(public_id=text).first()
    return known or find_or_create_company(text, by=by)


WRITERS: dict[str, dict[str, Callable[[str, Actor], Any]]] = {
    Attribute.Subject.CONTACT: {"name": lambda text, by: text, "company": company_for},
    Attribute.Subject.COMPANY: {
        "plan": lambda text, by: text,
        "monthly_spend": lambda text, by: text or None,
    },
}


# ---- addresses -----------------------------------------------------------------------------------


def change_address(contact: Contact, field: str, text: str, *, was: str, by: Actor) -> Edit:
    """One address of a locked contact in the place of another of its kind."""
    kind = ADDRESSES[field]
    wanted = normalized(kind, text) if text else ""
    old = contact.identities.filter(kind=kind, scope="", value=was).select_for_update().first()
    if was and old is None:
        raise StateConflict(CHANGED)
    if wanted == was:
        return Edit(contact, was, was)
    trust = proof_before(contact, kind, wanted, by) if wanted else None
    if wanted:
        give_address(contact, field, text, by=by, trust=Identity.Trust.CLAIMED)
    if trust is not None:
        contact.identities.filter(kind=kind, scope="", value=wanted).update(**trust)
    if old is not None:
        remove_identity(old, by=by)
    return Edit(contact, was, wanted)


def proof_before(contact: Contact, kind: str, value: str, by: Actor) -> dict[str, Any] | None:
    """How sure this address of the contact was when the same teammate took it away just now."""
    if not isinstance(by, Teammate):
        return None
    taken = Entry.objects.filter(
        kind=kinds.IDENTITY_REMOVED,
        subject_type="contact",
        subject_id=contact.public_id,
        actor_type="teammate",
        actor_id=by.public_id,
        created_at__gt=timezone.now() - SLIP,
        before__kind=kind,
        before__value=value,
    )
    entry = taken.order_by("-id").first()
    if entry is None or Identity.objects.address(kind, value).exists():
        return None
    return {name: entry.before[name] for name in ("trust", "source") if name in entry.before}
