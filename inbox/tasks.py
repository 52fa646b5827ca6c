"""The inbox's reactions and periodic work."""

from celery import shared_task

from ground.journal.models import Entry
from inbox import actions
from inbox.actions.attaching import forget_unused
from people.models import Contact, Teammate


@shared_task(name="inbox.wake_due", expires=10)
def wake_due() -> int:
    return actions.wake_due()


@shared_task(name="inbox.forget_unused_files", expires=600)
def forget_unused_files() -> int:
    return forget_unused()


def follow_name(entry: Entry) -> None:
    """A contact's name changed: their conversations' list rows follow."""
    contact = Contact.objects.filter(public_id=entry.subject_id).first()
    if contact is not None:
        actions.rename(contact, cause=entry)


def release_unseen(entry: Entry) -> None:
    """A teammate lost access: nobody waits for them where they cannot look."""
    teammate = Teammate.objects.filter(public_id=entry.subject_id).first()
    if teammate is not None:
        actions.release_unseen(teammate, cause=entry)
