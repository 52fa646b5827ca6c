"""Who may not write to us any more."""

from django.db import transaction

from ground.journal import record
from people import kinds
from people.actions.merge import current
from people.models import Contact
from people.models.teammate import Capability
from people.permissions import Actor, require


def block_contact(contact: Contact, *, by: Actor) -> Contact:
    """Refuses whatever the contact writes from now on; returns who was blocked."""
    return set_blocked(contact, True, by=by)


def unblock_contact(contact: Contact, *, by: Actor) -> Contact:
    """Lets the contact write again; returns who was unblocked."""
    return set_blocked(contact, False, by=by)


def set_blocked(contact: Contact, is_blocked: bool, *, by: Actor) -> Contact:
    """Blocks or unblocks the contact or the one it was merged into; one entry when that is news."""
    require(by, Capability.EDIT_CONTACTS)
    with transaction.atomic():
        held = current(contact)
        if held.is_blocked == is_blocked:
            return held
        held.is_blocked = is_blocked
        held.save(update_fields=["is_blocked", "updated_at"])
        record(
            kinds.CONTACT_BLOCKED if is_blocked else kinds.CONTACT_UNBLOCKED,
            by=by,
            subject=held,
            topics=[f"contact.{held.public_id}"],
            before={"is_blocked": not is_blocked},
            after={"is_blocked": is_blocked},
        )
    return held
