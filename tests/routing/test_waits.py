"""Who waits is told when to expect an answer, and the house keeps a record of what it promised."""

import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from ground.hours.models import OfficeHours
from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from inbox.actions import assign, close, reply
from inbox.models import Conversation
from people.models import Contact
from routing.expecting import LEAST
from routing.models import Expectation

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def fresh():
    cache.delete("routing.before_writing")
    yield
    cache.delete("routing.before_writing")


@pytest.fixture
def record(line):
    """record(team): as many waits of one to twenty minutes as say something, all kept."""

    def kept(team=None, count=LEAST):
        contact = Contact.objects.create(name="Earlier")
        since = timezone.now() - timedelta(days=1)
        for number in range(count):
            conversation = Conversation.objects.create(contact=contact, status="closed")
            waited = (number + 1) * MINUTE
            Expectation.objects.create(
                conversation=conversation,
                team=team,
                since=since,
                ahead=0,
                people=1,
                low_at=since,
                high_at=since + 30 * MINUTE,
                answered_at=since + waited,
                waited=waited,
            )

    return kept


def told(conversation):
    return Expectation.objects.get(conversation=conversation)


def answered(conversation, by):
    reply(conversation, by=by, body="It is here.", client_id=uuid.uuid4())
    run_owed()


def test_a_house_that_knows_too_little_promises_nothing_and_learns(begin, dora, ben):
    conversation = begin(dora)
    assert told(conversation).high_at is None
    assert not Entry.objects.filter(kind="conversation.wait_told").exists()
    answered(conversation, ben)
    row = told(conversation)
    assert row.answered_at is not None and row.waited >= timedelta() and row.is_kept is None


def test_who_waits_is_told_a_range_and_the_answer_judges_it(begin, dora, ben, record):
    record()
    conversation = begin(dora)
    row = told(conversation)
    assert conversation.waiting_since <= row.low_at < row.high_at
    (entry,) = Entry.objects.filter(kind="conversation.wait_told")
    assert entry.after["high_at"] == row.high_at.isoformat()
    assert conversation.contact_version > 1
    answered(conversation, ben)
    row.refresh_from_db()
    # Answered within the second: earlier than the range said.
    assert row.is_kept is False


def test_others_who_have_it_promise_anew_from_their_own_record(begin, dora, ada, technical, record):
    record()
    conversation = begin(dora)
    first = told(conversation)
    Expectation.objects.filter(answered_at__isnull=False).update(team=None)
    record(technical, count=LEAST)
    Expectation.objects.filter(team=technical).update(waited=timedelta(hours=3))
    assign(conversation, by=ada, team=technical)
    run_owed()
    second = told(conversation)
    assert second.pk == first.pk and second.team == technical
    assert second.low_at > first.high_at


def test_giving_it_to_somebody_of_the_same_team_promises_nothing_new(begin, dora, ada, ben, record):
    record()
    conversation = begin(dora)
    before = told(conversation)
    assign(conversation, by=ada, assignee=ben)
    run_owed()
    assert told(conversation).told_at == before.told_at
    assert Entry.objects.filter(kind="conversation.wait_told").count() == 1


def test_nobody_is_told_anything_where_nobody_waits(begin, dora, ada, technical, record):
    record()
    conversation = begin(dora)
    close(conversation, by=ada)
    Expectation.objects.filter(conversation=conversation).delete()
    assign(conversation, by=ada, team=technical)
    run_owed()
    assert not Expectation.objects.filter(conversation=conversation).exists()


def test_a_wait_is_counted_in_working_time(begin, dora, ben):
    conversation = begin(dora)
    since = timezone.now() - timedelta(days=30)
    Expectation.objects.filter(conversation=conversation).update(since=since)
    hours = [[["9:00", "10:00"]]] * 7
    OfficeHours.objects.create(name="Short", weekly=hours, is_default=True)
    answered(conversation, ben)
    assert timedelta(hours=29) <= told(conversation).waited <= timedelta(hours=31)


def test_the_same_entry_twice_tells_once(begin, dora, record):
    from routing.tasks import tell_wait

    record()
    conversation = begin(dora)
    version = conversation.contact_version
    tell_wait([Entry.objects.filter(kind="message.received").latest("id")])
    conversation.refresh_from_db()
    assert conversation.contact_version == version
    assert Expectation.objects.filter(conversation=conversation).count() == 1
