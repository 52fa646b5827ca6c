"""Nobody waits for each other in a circle, and nothing fails because another was a moment faster.
With real commits."""

import uuid

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from ground.journal.reactions import run_owed
from ground.web.problems import StateConflict
from inbox import actions
from inbox.actions import later, pushing
from inbox.actions.batches import begin_batch, do_next
from inbox.actions.drafting import save_draft
from inbox.changes import attempt
from inbox.models import Batch, Conversation, Draft, Notification, Push
from people.actions import add_device, drop_device, find_or_create_tag
from people.models import Device, Tag
from tests.inbox.waiting import let_wait
from tests.races import Job

pytestmark = pytest.mark.django_db(transaction=True)

# How long one is left to wait who should not have to.
A_MOMENT = 2


def is_free(conversation):
    """Whether nobody holds a conversation's lock."""
    rows = Conversation.objects.select_for_update(nowait=True).filter(pk=conversation.pk)
    try:
        with transaction.atomic():
            return bool(rows.values_list("pk"))
    except OperationalError:
        return False


def tagging_while(conversation, name, by, meanwhile):
    """A page that tags a conversation by a name, while something else goes on in the middle of it;
    returns what that raised."""
    with transaction.atomic():
        tag, _ = find_or_create_tag(name, by=by)
        other = Job(meanwhile)
        other.has_ended(A_MOMENT)
        actions.tag(conversation, by=by, add=[tag])
    assert other.has_ended()
    return other.error


def test_a_tag_by_its_name_and_the_same_tag_by_its_id(conversation, ada, ben):
    coat, _ = find_or_create_tag("coat", by=ben)
    error = tagging_while(
        conversation, "Coat", ben, lambda: actions.tag(conversation, by=ada, add=[coat])
    )
    assert error is None and list(conversation.tags.all()) == [coat]


def test_a_new_tag_on_a_page_and_in_a_batch(conversation, ada, ben):
    batch = begin_batch(by=ada, view="all", part="tags", values={"name": "coat"})
    assert Batch.objects.get().values == {"tag": Tag.objects.get().public_id, "is_on": "true"}
    error = tagging_while(conversation, "Coat", ben, do_next)
    assert error is None and conversation.tags.get().name == "coat"
    do_next()
    batch.refresh_from_db()
    assert (batch.state, batch.failed) == ("done", 0)


def test_a_batch_that_may_not_begin_makes_no_tag(conversation, ben):
    begin_batch(by=ben, view="all", part="status", values={"status": "closed"})
    with pytest.raises(StateConflict):
        begin_batch(by=ben, view="all", part="tags", values={"name": "coat"})
    assert not Tag.objects.exists()


def test_a_row_of_a_page_still_makes_its_tag(conversation, ben):
    attempt("tags", conversation, ben, {"name": "coat"})
    assert conversation.tags.get().name == "coat"


def test_a_device_that_goes_while_news_for_it_are_queued(
    conversation, ben, browser_of, push_service
):
    browser = browser_of(ben)
    to = push_service.browser().recipient
    keys = {"endpoint": to.endpoint, "p256dh": to.p256dh, "auth": to.auth}
    device = add_device(ben, session_key=browser.session.session_key, by=ben, **keys)
    actions.assign(conversation, by=None, assignee=ben)
    run_owed()
    Push.objects.all().delete()
    news = Notification.objects.get(teammate=ben)
    with transaction.atomic():
        drop_device(device, "gone")
        queueing = Job(lambda: pushing.queue([(news.pk, ben.pk, timezone.now())]))
        queueing.has_ended(A_MOMENT / 4)
    assert queueing.has_ended()
    assert queueing.error is None
    assert not Push.objects.exists() and not Device.objects.exists()


def test_a_reply_that_was_moved_is_waited_for_where_it_is_alone(begin, dora, ben):
    there, gone_from = begin(dora, "One"), begin(dora, "Two")
    waiting = let_wait(there, ben)
    waiting.conversation = gone_from
    with transaction.atomic():
        Conversation.objects.locked(pk=there.pk)

        def hold():
            with transaction.atomic():
                return later.held(waiting)[1].pk

        holding = Job(hold)
        assert not holding.has_ended(A_MOMENT / 4), "it is waited for"
        assert is_free(gone_from), "and nobody who has the one is kept from the other"
    assert holding.has_ended()
    assert (holding.error, holding.found) == (None, there.pk)


def test_an_empty_draft_that_is_forgotten_just_now_is_begun_anew(conversation, ben):
    written = {"by": ben, "kind": "reply", "client_id": uuid.uuid4()}
    draft = save_draft(conversation, version=0, body="Hello", **written)
    save_draft(conversation, version=draft.version, body="", **written)
    with transaction.atomic():
        list(Draft.objects.select_for_update())
        saving = Job(lambda: save_draft(conversation, version=2, body="Hello again", **written))
        assert not saving.has_ended(A_MOMENT / 4), "it has found the row, and waits for it"
        Draft.objects.all().delete()
    assert saving.has_ended()
    assert saving.error is None and Draft.objects.get().body == "Hello again"


def test_words_that_were_sent_to_a_part_come_back_as_no_draft_of_the_whole(begin, dora, ben):
    part, whole = begin(dora, "One"), begin(dora, "Two")
    name = uuid.uuid4()
    actions.reply(part, by=ben, body="Sent", client_id=name)
    actions.merge(part, into=whole, by=ben)
    saved = save_draft(part, by=ben, kind="reply", version=0, client_id=name, body="Sent")
    assert saved.is_empty and saved.body == ""


def test_who_waited_for_a_conversation_finds_it_as_the_other_left_it(conversation, ada, ben, cleo):
    coat, _ = find_or_create_tag("coat", by=ben)
    billing = cleo.teams.get()
    found = []

    def take():
        with transaction.atomic():
            found.append(Conversation.objects.locked(pk=conversation.pk))

    with transaction.atomic():
        Conversation.objects.locked(pk=conversation.pk)
        waiting = Job(take)
        assert not waiting.has_ended(A_MOMENT / 4), "it waits"
        actions.assign(conversation, by=ada, assignee=cleo, team=billing)
        actions.tag(conversation, by=ada, add=[coat])
    assert waiting.has_ended() and waiting.error is None
    [locked] = found
    assert (locked.assignee, locked.team) == (cleo, billing)
    assert [tag["name"] for tag in locked.shown_tags] == ["coat"]
