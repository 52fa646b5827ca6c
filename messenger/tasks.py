"""The messenger's reactions and periodic work."""

from celery import shared_task
from django.db import connection

from ground.journal.models import Entry
from messenger import away

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
