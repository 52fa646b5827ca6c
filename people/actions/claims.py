"""What visitors say of themselves without proof. It is kept beside the record, never in it."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid
from people import kinds
from people.actions.fields import checked_fields, one_line
from people.actions.identities import claim_identity
from people.actions.merge import current
from people.addresses import normalized
from people.attributes import checked
from people.models import Attribute, Contact, Identity

SOURCE = "messenger"
CLAIMS_KEYS = 20
CLAIMS_BYTES = 2048
# Words that a claim has of its own, so no attribute may be called so.
OWN = {"name", *Identity.Kind.values}


def checked_claims(given: Mapping[str, Any]) -> dict[str, Any]:
    """Name, e-mail and attributes as they are kept, empty ones left out. Raises Invalid."""
    claims = {name: value for name, value in checked_fields(given, CHECKS).items() if value}
    if len(json.dumps(claims)) > CLAIMS_BYTES:
        raise Invalid(errors={"attributes": [f"Together at most {CLAIMS_BYTES} bytes are kept."]})
    return claims


def checked_attributes(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    attributes = checked(value, Attribute.objects.filter(subject=Attribute.Subject.CONTACT))
    if len(attributes) > CLAIMS_KEYS:
        raise Invalid(errors={"attributes": [f"At most {CLAIMS_KEYS} attributes are kept."]})
    taken = OWN & set(attributes)
    if taken:
        raise Invalid(errors={f"attributes.{key}": ["This name is taken."] for key in taken})
    return {key: held for key, held in attributes.items() if held is not None}


CHECKS = {
    "name": lambda value: one_line(value, "name", max_length=200),
    "email": lambda value: normalized(Identity.Kind.EMAIL, value) if value else "",
    "attributes": checked_attributes,
}


def note_claims(contact: Contact, claims: Mapping[str, Any], *, source: str = SOURCE) -> Contact:
    """Keeps what a contact says of themselves; `claims` are of `checked_claims`.

    A claimed address is theirs only while it is free, and then the one claimed address that they
    have; nothing is opened or merged by it. Attributes take the place of those claimed before.
    Returns the contact as it is then.
    """
    if not claims:
        return contact
    with transaction.atomic():
        contact = current(contact)
        if "email" in claims:
            claim_email(contact, claims["email"], source=source)
            contact.refresh_from_db(fields=["claims"])
        wanted = claimed(contact, claims)
        if wanted == contact.claims:
            return contact
        before, contact.claims = contact.claims, wanted
        contact.save(update_fields=["claims", "updated_at"])
        record(
            kinds.CONTACT_CLAIMED,
            by=contact,
            subject=contact,
            topics=[f"contact.{contact.public_id}"],
            before=differing(before, wanted),
            after=differing(wanted, before),
        )
    return contact


def claim_email(contact: Contact, value: str, *, source: str = SOURCE) -> None:
    """The address that a contact, whom the caller holds, says is theirs, in place of the last."""
    known = contact.identities.filter(kind=Identity.Kind.EMAIL)
    if known.filter(value=value).exists():
        return
    known.filter(trust=Identity.Trust.CLAIMED, source=source).delete()
    claim_identity(
        contact,
        Identity.Kind.EMAIL,
        value,
        trust=Identity.Trust.CLAIMED,
        source=source,
        by=contact,
    )


def claimed(contact: Contact, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The contact's claims with these among them; what the record knows already is none."""
    kept = {key: value for key, value in contact.claims.items() if key in OWN}
    others = {key: value for key, value in contact.claims.items() if key not in OWN}
    if claims.get("name") and claims["name"] != contact.name:
        kept["name"] = claims["name"]
    if "email" in claims and kept.get("email") != claims["email"]:
        kept.pop("email", None)
    said = claims.get("attributes", others)
    news = {key: value for key, value in said.items() if contact.attributes.get(key) != value}
    return {**kept, **news}


def differing(these: Mapping[str, Any], those: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in these.items() if those.get(key) != value}
