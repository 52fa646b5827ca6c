"""Signing out: what a device holds of a contact opens them no more."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from ground.journal import record
from people import kinds
from people.models import Contact, Identity

# A session that had no row of its own leaves one, for as long as its token could be shown again.
ENDED_FOR = timedelta(days=8)


def sign_out(contact: Contact, *, scope: str, visitor_id: str) -> None:
    """Ends the session of one browser for good, whatever opened it; its sockets are closed.

    `scope` is the installation's public id, `visitor_id` the browser's key there.
    """
    with transaction.atomic():
        forget_old_ends(contact)
        Identity.objects.update_or_create(
            kind=Identity.Kind.WIDGET_VISITOR,
            scope=scope,
            value=visitor_id,
            defaults={"is_retired": True, "source": Identity.SIGNED_OUT},
            create_defaults={
                "contact": contact,
                "trust": Identity.Trust.PROVED,
                "is_retired": True,
                "source": Identity.SESSION_ENDED,
            },
        )
        record(
            kinds.CONTACT_SIGNED_OUT,
            by=contact,
            subject=contact,
            topics=[f"visitor.{visitor_id}"],
            after={"installation": scope},
        )


def forget_old_ends(contact: Contact) -> None:
    ended = contact.identities.filter(source=Identity.SESSION_ENDED)
    ended.filter(created_at__lt=Now() - ENDED_FOR).delete()
