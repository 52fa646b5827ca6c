"""Addresses and whose they are. Proof moves an address, a mere claim never does."""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from ground.journal import record
from people import kinds
from people.actions.merge import current
from people.addresses import normalized
from people.models import Contact, Identity
from people.permissions import Actor


def claim_identity(
    contact: Contact,
    kind: str,
    value: str,
    *,
    scope: str = "",
    trust: int,
    source: str,
    by: Actor,
) -> Identity | None:
    """Makes an address the contact's, as far as the proof (`trust`) goes.

    A free address is taken; one that somebody else holds by a weaker proof is taken over. Otherwise
    the claim is only noted with the contact, nothing is merged, and None is returned; who asks on
    behalf of a visitor must answer the same in all cases, or it would tell who is known to us.
    Raises Invalid for something that is no address of this kind.
    """
    value_raw = str(value).strip()[:255]
    value = normalized(kind, value)
    with transaction.atomic():
        contact = current(contact)
        identity = held_or_made(contact, kind, scope, value, value_raw, trust, source, by)
        if identity.contact_id == contact.pk:
            confirm(identity, trust, source)
            return identity
        if identity.trust < trust:
            take_over(identity, contact, trust, source, by)
            return identity
        note_claim(contact, kind, value, by)
    return None


def held_or_made(
    contact: Contact,
    kind: str,
    scope: str,
    value: str,
    value_raw: str,
    trust: int,
    source: str,
    by: Actor,
) -> Identity:
    """The address's row, locked; made for this contact when there was none."""
    known = Identity.objects.address(kind, value, scope).select_for_update()
    identity = known.first()
    if identity is not None:
        return identity
    try:
        with transaction.atomic():
            identity = Identity.objects.create(
                contact=contact,
                kind=kind,
                scope=scope,
                value=value,
                value_raw=value_raw,
                trust=trust,
                source=source,
            )
    except IntegrityError:
        return known.get()
    record(
        kinds.IDENTITY_ADDED,
        by=by,
        subject=contact,
        topics=[f"contact.{contact.public_id}"],
        after={"kind": kind, "value": value, "trust": int(trust), "source": source},
    )
    return identity


def confirm(identity: Identity, trust: int, source: str) -> None:
    """Known by it again: the newest address of the strongest proof is the one to show."""
    if identity.trust < trust:
        identity.trust, identity.source = trust, source
    identity.confirmed_at = Now()
    identity.save(update_fields=["contact", "trust", "source", "confirmed_at"])
    identity.refresh_from_db(fields=["confirmed_at"])


def take_over(identity: Identity, contact: Contact, trust: int, source: str, by: Actor) -> None:
    """Moves an address to who proved it better; both contacts' histories say so."""
    loser = identity.contact
    before = {"contact": loser.public_id, "trust": identity.trust, "source": identity.source}
    identity.contact = contact
    confirm(identity, trust, source)
    after = {"contact": contact.public_id, "trust": int(trust), "source": source}
    address = {"kind": identity.kind, "value": identity.value}
    for subject in (contact, loser):
        record(
            kinds.IDENTITY_MOVED,
            by=by,
            subject=subject,
            topics=[f"contact.{subject.public_id}"],
            before={**address, **before},
            after={**address, **after},
        )


def note_claim(contact: Contact, kind: str, value: str, by: Actor) -> None:
    if contact.claims.get(kind) == value:
        return
    before = {kind: contact.claims.get(kind)}
    contact.claims = {**contact.claims, kind: value}
    contact.save(update_fields=["claims", "updated_at"])
    record(
        kinds.IDENTITY_CLAIMED,
        by=by,
        subject=contact,
        topics=[f"contact.{contact.public_id}"],
        before=before,
        after={kind: value},
    )


def remove_identities(contact: Contact, kind: str, *, by: Actor) -> None:
    """Takes all addresses of a kind from a contact that the caller holds locked."""
    identities = list(contact.identities.filter(kind=kind, scope="").select_for_update())
    for identity in identities:
        remove_identity(identity, by=by)


def remove_identity(identity: Identity, *, by: Actor) -> None:
    """Takes one address, which the caller holds locked, from its contact."""
    contact = identity.contact
    record(
        kinds.IDENTITY_REMOVED,
        by=by,
        subject=contact,
        topics=[f"contact.{contact.public_id}"],
        before={
            "kind": identity.kind,
            "value": identity.value,
            "trust": identity.trust,
            "source": identity.source,
        },
    )
    identity.delete()


def holder(kind: str, value: str, scope: str = "") -> Contact | None:
    """Whose address this is, if anybody's."""
    known = Identity.objects.address(kind, normalized(kind, value), scope)
    identity = known.select_related("contact").first()
    return identity.contact.resolve() if identity else None
