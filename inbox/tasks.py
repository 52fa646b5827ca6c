"""The inbox's reactions and periodic work."""

from celery import shared_task
from django.db import connection

from ground.journal.models import Entry
from ground.journal.reactions import together
from inbox import actions
from inbox.actions import batches, digesting, notifying, pushing, side_telling, understanding
from inbox.actions.attaching import forget_unused
from inbox.actions.clearing import forget_cleared
from inbox.actions.later import call_off_overtaken, with_waiting
from inbox.actions.revising import erase_deleted
from inbox.finding.index import forget_named, index_beside, index_named
from inbox.models import Conversation
from people.models import Contact, Teammate

# So long one worker stays with batches; others have their turn in between.
BATCH_SECONDS = 2
# Any number that nobody else locks by.
BATCHING = 0x62617463


@shared_task(name="inbox.wake_due", expires=10)
def wake_due() -> int:
    return actions.wake_due()


@shared_task(name="inbox.work_off_batches", expires=3)
def work_off_batches() -> int:
    """Goes on with them. One at a time: many batches must not hold every worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [BATCHING])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return batches.work_off_batches(BATCH_SECONDS)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [BATCHING])


@shared_task(name="inbox.forget_unused_files", expires=600)
def forget_unused_files() -> int:
    return forget_unused()


@shared_task(name="inbox.erase_deleted_notes", expires=300)
def erase_deleted_notes() -> int:
    return erase_deleted()


@shared_task(name="inbox.forget_empty_drafts", expires=600)
def forget_empty_drafts() -> int:
    return actions.forget_empty_drafts()


@shared_task(name="inbox.mail_digests", expires=60)
def mail_digests() -> int:
    return digesting.mail_digests()


@shared_task(name="inbox.push_due", expires=5)
def push_due() -> int:
    return pushing.push_due()


@shared_task(name="inbox.forget_cleared_notifications", expires=3600)
def forget_cleared_notifications() -> int:
    return forget_cleared()


@together
def notify(entries: list[Entry]) -> None:
    """Things happened in conversations: whom they concern is told, what is done is cleared."""
    notifying.notify(entries)


def tell_of_side(entry: Entry) -> None:
    """Something happened in a side conversation: those who take part are told."""
    side_telling.tell(entry)


@shared_task(name="inbox.send_due", expires=5)
def send_due() -> int:
    return actions.send_due()


@together
def call_off_later(entries: list[Entry]) -> None:
    """Contacts wrote: what was to be sent to them later may not fit any more."""
    causes = {entry.subject_id: entry for entry in entries}
    for name in with_waiting(causes):
        call_off_overtaken(Conversation(public_id=name), cause=causes[name])


def follow_name(entry: Entry) -> None:
    """A contact's name changed: their conversations' list rows follow."""
    contact = Contact.objects.filter(public_id=entry.subject_id).first()
    if contact is not None:
        actions.rename(contact, cause=entry)


def part_strangers(entry: Entry) -> None:
    """A contact became two again: what was merged and is of both becomes two again as well."""
    contacts = Contact.objects.filter(public_id__in=[entry.after["kept"], entry.after["merged"]])
    actions.part_strangers(contacts, cause=entry)


def put_away_blocked(entry: Entry) -> None:
    """A contact was blocked, or became one with a blocked one: what they have open is spam."""
    contact = Contact.objects.filter(public_id=entry.subject_id).first()
    if contact is not None and contact.is_blocked:
        blocker = doer_of(entry) if entry.kind == "contact.blocked" else ""
        actions.put_away(contact, blocked_by=blocker, cause=entry)


def bring_back_unblocked(entry: Entry) -> None:
    """A contact was unblocked: what went to spam for that alone is open again."""
    contact = Contact.objects.filter(public_id=entry.subject_id).first()
    if contact is not None and not contact.is_blocked:
        actions.bring_back(contact, cause=entry)


def doer_of(entry: Entry) -> str:
    """The name of the teammate who caused an entry, "" for anybody else."""
    if entry.actor_type != "teammate":
        return ""
    return str(Teammate.objects.filter(public_id=entry.actor_id).first() or "")


def release_unseen(entry: Entry) -> None:
    """A teammate lost access: nobody waits for them where they cannot look."""
    teammate = Teammate.objects.filter(public_id=entry.subject_id).first()
    if teammate is not None:
        actions.release_unseen(teammate, cause=entry)


@together
def understand(entries: list[Entry]) -> None:
    """Contacts wrote: their language and mood are found out, which the rules then may ask."""
    understanding.understand_messages(entries)


@together
def index_messages(entries: list[Entry]) -> None:
    """What was written is found from now on."""
    index_named({entry.after["message"] for entry in entries if "message" in entry.after})
    if gone := {entry.after["message"] for entry in entries if entry.kind == "note.deleted"}:
        forget_named(gone)


@together
def index_notes(entries: list[Entry]) -> None:
    """What was noted of contacts is found from now on."""
    index_beside("contactnote", {entry.after["note"] for entry in entries})


@together
def index_sides(entries: list[Entry]) -> None:
    """What was said in side conversations is found from now on."""
    index_beside("sidemessage", {entry.after["message"] for entry in entries})
