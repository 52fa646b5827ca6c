"""What follows for a contact when somebody wrote."""

from datetime import timedelta

from django.utils import timezone

from ground.journal.models import Entry
from people.actions import merge_contacts
from people.tasks import note_contacted, note_heard


def entry_about(contact, moment):
    return Entry(
        kind="message.received",
        subject_type="conversation",
        subject_id="cv_x",
        after={"message": "msg_x", "contact": contact.public_id},
        created_at=moment,
    )


def test_hearing_from_a_contact_moves_times_forward_only(dora):
    now = timezone.now()
    note_heard([entry_about(dora, now)])
    note_heard([entry_about(dora, now - timedelta(hours=1))])
    note_heard([entry_about(dora, now)])
    dora.refresh_from_db()
    assert dora.last_heard_at == dora.last_seen_at == now
    assert dora.last_contacted_at is None


def test_contacting_is_noted_with_the_one_that_remains(dora, otto):
    merge_contacts(dora, otto, by=None)
    now = timezone.now()
    note_contacted([entry_about(otto, now)])
    dora.refresh_from_db()
    assert dora.last_contacted_at == now


def test_a_contact_that_is_gone_is_no_error(db):
    gone = Entry(after={"contact": "ct_gone"}, created_at=timezone.now())
    note_heard([gone])
    note_contacted([Entry(after={}, created_at=timezone.now())])


def test_many_messages_move_many_contacts_by_one_statement(
    dora, emil, otto, django_assert_num_queries
):
    now = timezone.now()
    hour = timedelta(hours=1)
    said = [
        entry_about(dora, now - hour),
        entry_about(emil, now),
        entry_about(dora, now - 2 * hour),
    ]
    with django_assert_num_queries(1):
        note_heard(said)
    dora.refresh_from_db()
    emil.refresh_from_db()
    otto.refresh_from_db()
    assert (dora.last_heard_at, emil.last_heard_at, otto.last_heard_at) == (now - hour, now, None)
