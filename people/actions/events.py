"""What contacts do on a site or in a product."""

from typing import Any

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid
from people import kinds
from people.actions.fields import one_line
from people.actions.merge import current
from people.attributes import checked_metadata
from people.models import ApiToken, Contact, Event, Teammate
from people.models.teammate import Capability
from people.permissions import Actor, require

NAME_LENGTH = 100


def track(
    contact: Contact, name: str, metadata: dict[str, Any] | None = None, *, by: Actor = None
) -> Event:
    """Notes that a contact did something; `metadata` is flat and at most 4 kB as JSON.

    `by` is who reports it: the contact's own browser (the contact, or None) or an API token.
    Raises Invalid with errors by field.
    """
    if isinstance(by, Teammate | ApiToken):
        require(by, Capability.EDIT_CONTACTS)
    name = one_line(name, "name", max_length=NAME_LENGTH)
    if not name:
        raise Invalid(errors={"name": ["Give the event a name."]})
    metadata = checked_metadata(metadata or {})
    with transaction.atomic():
        contact = current(contact)
        event = Event.objects.create(contact=contact, name=name, metadata=metadata)
        record(
            kinds.CONTACT_DID,
            by=by or contact,
            subject=contact,
            topics=[f"contact.{contact.public_id}"],
            after={"event": name, "metadata": metadata},
        )
    return event
