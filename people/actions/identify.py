"""A signed sign-in of the messenger: who this visitor is, and what happens to who they were.

Rules of trust: a signed user id is proof. The anonymous contact of the same browser becomes that
user or is merged into them, reversibly; a contact that has been proved to be somebody is never
merged into somebody else, whoever sits at the computer now. An e-mail address opens nothing: many
sites sign addresses that nobody has confirmed. Every one of these steps leaves a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from ground.journal import decide, record
from ground.journal.models import Entry
from ground.journal.recording import Automation
from ground.web.problems import Invalid, StateConflict
from people import kinds
from people.actions.companies import upsert_company
from people.actions.contacts import CHECKS, apply_fields, topic
from people.actions.fields import checked_fields
from people.actions.identities import claim_identity, holder
from people.actions.merge import both_held, current, merge_contacts
from people.addresses import normalized
from people.models import Company, Contact, Identity

DECIDER = "people.identify"
VERSION = "1"
SIGN_IN = Automation(DECIDER)
ATTEMPTS = 3


class Overtaken(Exception):
    """Another boot of the same person came first; what it made is found by trying again."""


@dataclass(frozen=True)
class SignIn:
    """Who signed in, as their company's server says, and in which browser."""

    sub: str
    email: str
    fields: Mapping[str, Any]
    company: Mapping[str, Any] | None
    scope: str
    visitor_id: str
    source: str


def identify(
    *,
    scope: str,
    visitor_id: str,
    visitor_contact: Contact | None,
    sub: str,
    email: str = "",
    name: str = "",
    company: object = None,
    attributes: Mapping[str, Any] | None = None,
    source: str = "messenger",
) -> Contact:
    """The contact of a verified sign-in; any number of sign-ins at once make one contact.

    `scope` is the installation's public id, `visitor_id` the browser's anonymous id there and
    `visitor_contact` the contact behind it, if any. `sub`, `email`, `name`, `company` ({"id",
    "name", "plan", "monthly_spend", "attributes"} or a mere name) and `attributes` come out of a
    checked signature. Raises Invalid with errors by field.
    """
    said = {"attributes": attributes or {}, **({"name": name} if name else {})}
    sign_in = SignIn(
        sub=normalized(Identity.Kind.EXTERNAL, sub),
        email=normalized(Identity.Kind.EMAIL, email) if email else "",
        fields=checked_fields(said, CHECKS),
        company=checked_company(company),
        scope=scope,
        visitor_id=visitor_id,
        source=source,
    )
    for _ in range(ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return signed_in(sign_in, visitor_contact)
        except (IntegrityError, Overtaken, StateConflict):
            continue
    with transaction.atomic():
        return signed_in(sign_in, visitor_contact)


def checked_company(company: object) -> Mapping[str, Any] | None:
    """The company claim as arguments of `upsert_company`. Raises Invalid."""
    if not company:
        return None
    if isinstance(company, str):
        return {"external_id": company, "name": company}
    if not isinstance(company, Mapping) or "id" not in company:
        raise Invalid(errors={"company": ["This must be an object with an id."]})
    known = {"name", "plan", "monthly_spend", "attributes"}
    return {
        "external_id": str(company["id"]),
        **{key: value for key, value in company.items() if key in known},
    }


def signed_in(sign_in: SignIn, visitor_contact: Contact | None) -> Contact:
    visitor = visitor_behind(sign_in, visitor_contact)
    proof = proof_of(sign_in.sub)
    if proof is not None:
        contact = welcome_back(sign_in, proof.contact.resolve(), visitor)
    else:
        contact = become_known(sign_in, visitor)
    if visitor is None and sign_in.visitor_id:
        retire_unused_key(sign_in, contact)
    bring_up_to_date(contact, sign_in)
    return contact


def retire_unused_key(sign_in: SignIn, contact: Contact) -> None:
    """A browser that had written nothing signs in: its anonymous key must not begin to now.

    Raises Overtaken or IntegrityError when its first message is written at this very moment; the
    next attempt finds that and brings it along.
    """
    known = key_of(sign_in)
    if known is not None:
        if known.is_retired:
            return
        raise Overtaken
    Identity.objects.create(
        contact=contact,
        kind=Identity.Kind.WIDGET_VISITOR,
        scope=sign_in.scope,
        value=sign_in.visitor_id,
        trust=Identity.Trust.PROVED,
        source=sign_in.source,
        is_retired=True,
    )


def visitor_behind(sign_in: SignIn, visitor_contact: Contact | None) -> Contact | None:
    """The browser's contact, also when its first message was written a moment ago."""
    if visitor_contact is not None:
        return Contact.objects.get(pk=visitor_contact.pk).resolve()
    key = key_of(sign_in)
    return key.contact.resolve() if key and not key.is_retired else None


def key_of(sign_in: SignIn) -> Identity | None:
    """What is known of the browser's anonymous key."""
    known = Identity.objects.address(
        Identity.Kind.WIDGET_VISITOR, sign_in.visitor_id, sign_in.scope
    )
    return known.select_related("contact").first()


def proof_of(sub: str) -> Identity | None:
    """The row that ties a user id to a contact; a mere claim of the id does not count."""
    known = Identity.objects.address(Identity.Kind.EXTERNAL, sub).select_related("contact")
    identity = known.first()
    return identity if identity and identity.is_verified else None


def welcome_back(sign_in: SignIn, contact: Contact, visitor: Contact | None) -> Contact:
    """A known user; what they wrote in this browser before signing in becomes theirs."""
    if visitor is None or visitor == contact:
        return current(contact)
    contact, visitor = both_held(contact, visitor)
    if contact.is_merged or visitor.is_merged:
        raise Overtaken
    if visitor.is_verified:
        explain(sign_in, contact, visitor, result="kept apart")
        return contact
    merge_contacts(contact, visitor, by=SIGN_IN, reason="The visitor signed in.")
    contact.refresh_from_db()
    explain(sign_in, contact, visitor, result="merged")
    return contact


def become_known(sign_in: SignIn, visitor: Contact | None) -> Contact:
    """A user id that is new to us: the browser's contact becomes that user, if it is nobody yet."""
    held = current(visitor) if visitor is not None else None
    if held is not None and not held.is_verified:
        contact, result = held, "attached"
    else:
        contact, result = create_user(), "created"
    identity = claim_identity(
        contact,
        Identity.Kind.EXTERNAL,
        sign_in.sub,
        trust=Identity.Trust.PROVED,
        source=sign_in.source,
        by=SIGN_IN,
    )
    if identity is None:
        raise Overtaken
    entry = record(
        kinds.CONTACT_IDENTIFIED,
        by=SIGN_IN,
        subject=contact,
        topics=[topic(contact)],
        after={"external_id": sign_in.sub, "result": result},
    )
    explain(sign_in, contact, held, result=result, entry=entry)
    return contact


def create_user() -> Contact:
    contact = Contact.objects.create(role=Contact.Role.USER)
    record(
        kinds.CONTACT_CREATED,
        by=SIGN_IN,
        subject=contact,
        topics=[topic(contact)],
        after={"role": Contact.Role.USER},
    )
    return contact


def bring_up_to_date(contact: Contact, sign_in: SignIn) -> None:
    """Writes what the sign-in says of a locked contact, as far as it is news."""
    fields = {**sign_in.fields, "role": Contact.Role.USER}
    if sign_in.company is not None:
        fields["company"] = known_company(sign_in.company)
    apply_fields(contact, fields, by=SIGN_IN)
    if sign_in.email and contact.email != sign_in.email:
        claim_email(contact, sign_in)


def known_company(company: Mapping[str, Any]) -> Company:
    return upsert_company(by=SIGN_IN, **company)


def claim_email(contact: Contact, sign_in: SignIn) -> None:
    is_news = contact.claims.get("email") != sign_in.email
    identity = claim_identity(
        contact,
        Identity.Kind.EMAIL,
        sign_in.email,
        trust=Identity.Trust.PROVED,
        source=sign_in.source,
        by=SIGN_IN,
    )
    contact.refresh_from_db()
    if identity is None and is_news:
        other = holder(Identity.Kind.EMAIL, sign_in.email)
        decide(
            DECIDER,
            version=VERSION,
            subject=contact,
            facts={"email": sign_in.email, "holder": other.public_id if other else None},
            explanation=clauses(("the address is free or held by a weaker proof", False)),
            result={"did": "claim noted", "possible_twin": other.public_id if other else None},
        )


# ---- why -----------------------------------------------------------------------------------------


def explain(
    sign_in: SignIn,
    contact: Contact,
    visitor: Contact | None,
    *,
    result: str,
    entry: Entry | None = None,
) -> None:
    """Stores what was decided about the visitor who signed in, and why."""
    was_verified = result == "kept apart" or (result == "created" and visitor is not None)
    decide(
        DECIDER,
        version=VERSION,
        subject=contact,
        facts={
            "sub": sign_in.sub,
            "source": sign_in.source,
            "visitor": visitor.public_id if visitor else None,
            "visitor_is_verified": was_verified,
        },
        explanation=clauses(
            ("the user id was known", result in {"merged", "kept apart"}),
            ("this browser had a contact", visitor is not None),
            ("that contact had been proved to be somebody", was_verified),
        ),
        result={"did": result, "contact": contact.public_id},
        entry=entry,
    )


def clauses(*said: tuple[str, bool]) -> dict[str, Any]:
    """An explanation that people read: each clause and whether it held."""
    return {"clauses": [{"says": says, "holds": holds} for says, holds in said]}
