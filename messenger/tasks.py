"""The messenger's reactions and periodic work."""

from celery import shared_task
from django.db import connection

from ground.journal.models import Entry
from ground.web import files
from messenger import away
from people.models import Contact, Identity

# Any number that nobody else locks by.
TELLING = 0x6E6F7469


@shared_task(name="messenger.tell_the_away", expires=5)
def tell_the_away() -> int:
    """Sends what is due. One at a time: a mail server that hangs must not hold every worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TELLING])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return away.tell_due()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [TELLING])


def plan_notices(entry: Entry) -> None:
    """A teammate or a bot replied: if the contact does not see it, they are told elsewhere."""
    away.plan(entry)


def plan_unseen(entry: Entry) -> None:
    """A contact can be reached by one more address: what they have not seen yet may go there."""
    contact = Contact.objects.filter(public_id=entry.subject_id).first()
    if contact is not None and entry.after.get("kind") == Identity.Kind.EMAIL:
        away.plan_unseen(contact)


def forget_logo(entry: Entry) -> None:
    """An installation has another logo: nobody is shown the one before."""
    key = entry.before.get("logo_key")
    if key:
        files.delete(key)
