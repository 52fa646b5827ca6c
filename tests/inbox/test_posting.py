import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ground.journal.models import Entry
from ground.journal.recording import Automation
from ground.web.problems import (
    ClientIdReused,
    Invalid,
    NewerMessages,
    NotAllowed,
    NotFound,
    StateConflict,
)
from inbox.actions import assign, attach, close, hold, note, reply, snooze, start
from inbox.models import Conversation, Message
from people.models import Role


def new_id():
    return uuid.uuid4()


def public(conversation):
    rows = conversation.messages.public().order_by("seq")
    return [(row.public_seq, row.body_text) for row in rows]


def test_starting_makes_conversation_message_binding_and_entries(line, dora):
    posted = start(
        dora,
        line=line,
        identity=dora.identities.first(),
        body="Hello **there**",
        client_id=new_id(),
        page={"url": "https://shop.test/coats"},
    )
    conversation = posted.conversation
    conversation.refresh_from_db()
    assert posted.is_new and conversation.is_open
    assert (conversation.last_seq, conversation.public_seq) == (1, 1)
    assert conversation.page == {"url": "https://shop.test/coats"}
    assert conversation.contact_name == "Dora Lindqvist"
    assert conversation.waiting_since == posted.message.created_at
    assert "<strong>there</strong>" in posted.message.body_html
    assert posted.message.binding.line == line
    assert posted.message.binding.identity == dora.identities.first()
    kinds = Entry.objects.filter(subject_id=conversation.public_id).values_list("kind", flat=True)
    assert list(kinds.order_by("id")) == ["conversation.started", "message.received"]
    received = Entry.objects.get(kind="message.received")
    assert received.cause.kind == "conversation.started" and received.depth == 1
    assert f"contact.{dora.public_id}" in received.topics


def test_a_retried_start_returns_the_stored_rows(line, dora):
    client_id = new_id()
    options = {"line": line, "identity": None, "body": "Hello", "client_id": client_id}
    first, again = start(dora, **options), start(dora, **options)
    assert not again.is_new
    assert again.conversation.pk == first.conversation.pk
    assert again.message.pk == first.message.pk
    assert Conversation.objects.count() == 1
    with pytest.raises(ClientIdReused):
        start(dora, **options | {"body": "Something else"})


def test_the_same_client_id_of_two_contacts_is_no_conflict(line, dora, emil):
    client_id = new_id()
    options = {"line": line, "identity": None, "body": "Hello", "client_id": client_id}
    assert start(dora, **options).conversation.pk != start(emil, **options).conversation.pk


def test_replies_move_both_counters_and_notes_leave_no_gap_for_the_contact(conversation, dora, ben):
    reply(conversation, by=ben, body="On its way", client_id=new_id())
    note(conversation, by=ben, body="Checked with the driver", client_id=new_id())
    reply(conversation, by=dora, body="Thank you", client_id=new_id())
    assert public(conversation) == [(1, "Where is my coat?"), (2, "On its way"), (3, "Thank you")]
    seqs = list(conversation.messages.order_by("seq").values_list("seq", flat=True))
    assert seqs == [1, 2, 3, 4]
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.public_seq) == (4, 3)
    assert Entry.objects.filter(kind="note.added").count() == 1


def test_the_list_columns_follow_the_newest_public_message(conversation, dora, ben):
    reply(conversation, by=ben, body="On *its* way", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.preview == "On its way"
    assert (conversation.preview_author_type, conversation.preview_author_name) == (
        "teammate",
        "Ben Okafor",
    )
    assert conversation.waiting_since is None and conversation.contact_unread == 1
    note(conversation, by=ben, body="Secret", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.preview == "On its way"
    reply(conversation, by=dora, body="Thanks", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.contact_unread == 0 and conversation.waiting_since is not None


def test_waiting_counts_from_the_first_unanswered_message(conversation, dora):
    conversation.refresh_from_db()
    since = conversation.waiting_since
    reply(conversation, by=dora, body="Hello?", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.waiting_since == since


def test_a_retried_reply_is_stored_once_and_another_body_is_a_conflict(conversation, ben, dora):
    client_id = new_id()
    first = reply(conversation, by=ben, body="Hi", client_id=client_id)
    again = reply(conversation, by=ben, body="Hi", client_id=client_id)
    assert first.is_new and not again.is_new and again.message.pk == first.message.pk
    for by, body in ((ben, "Other"), (dora, "Hi")):
        with pytest.raises(ClientIdReused):
            reply(conversation, by=by, body=body, client_id=client_id)
    with pytest.raises(ClientIdReused):
        note(conversation, by=ben, body="Hi", client_id=client_id)
    assert Message.objects.filter(client_id=client_id).count() == 1
    assert Entry.objects.filter(kind="message.sent").count() == 1


def test_a_reply_to_what_is_no_longer_the_latest_comes_back_with_what_is_new(
    conversation, ben, ada, dora
):
    answer = reply(conversation, by=ada, body="I have it", client_id=new_id())
    with pytest.raises(NewerMessages) as caught:
        reply(conversation, by=ben, body="Me too", client_id=new_id(), last_seen_seq=1)
    assert [row.pk for row in caught.value.members["messages"]] == [answer.message.pk]
    assert public(conversation)[-1] == (2, "I have it")
    posted = reply(
        conversation, by=ben, body="Me too", client_id=new_id(), last_seen_seq=1, override=True
    )
    assert posted.is_new
    entry = Entry.objects.filter(kind="message.sent").latest("id")
    assert entry.after["overrode"] == [answer.message.public_id], "it is known what it overrode"
    reply(conversation, by=ada, body="Well", client_id=new_id(), last_seen_seq=99, override=True)
    assert "overrode" not in Entry.objects.filter(kind="message.sent").latest("id").after


def test_notes_activities_and_own_words_make_no_reply_stale(conversation, ben, ada):
    note(conversation, by=ada, body="Looking", client_id=new_id())
    assign(conversation, by=ada, assignee=ben)
    reply(conversation, by=ben, body="First", client_id=new_id(), last_seen_seq=1)
    reply(conversation, by=ben, body="Second", client_id=new_id(), last_seen_seq=1)
    assert [text for _, text in public(conversation)][-2:] == ["First", "Second"]


def test_a_retry_of_a_stored_reply_is_never_stale(conversation, ben, dora):
    client_id = new_id()
    first = reply(conversation, by=ben, body="Hi", client_id=client_id, last_seen_seq=1)
    reply(conversation, by=dora, body="Thanks", client_id=new_id())
    again = reply(conversation, by=ben, body="Hi", client_id=client_id, last_seen_seq=1)
    assert again.message.pk == first.message.pk and not again.is_new


def test_a_contacts_word_reopens_what_is_closed_and_wakes_what_is_snoozed(
    conversation, ben, dora, next_week
):
    for put_away in (close, lambda row, by: snooze(row, by=by, until=next_week)):
        put_away(conversation, by=ben)
        reply(conversation, by=dora, body="One more thing", client_id=new_id())
        conversation.refresh_from_db()
        assert conversation.is_open and conversation.snoozed_until is None
    reopened = Entry.objects.filter(kind="conversation.reopened").order_by("id")
    assert [entry.cause.kind for entry in reopened] == ["message.received"] * 2


def test_a_teammates_reply_keeps_a_snooze_and_reopens_what_is_closed(conversation, ben, next_week):
    snooze(conversation, by=ben, until=next_week)
    reply(conversation, by=ben, body="Later then", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.status == "snoozed"
    close(conversation, by=ben)
    reply(conversation, by=ben, body="I forgot", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.is_open


def test_a_bot_speaks_only_while_it_holds_the_conversation(conversation, ben):
    bot = Automation("Answers")
    with pytest.raises(StateConflict):
        reply(conversation, by=bot, body="Beep", client_id=new_id())
    hold(conversation, by=None, holder="bot", expected="nobody")
    posted = reply(conversation, by=bot, body="Beep", client_id=new_id())
    assert posted.message.author_type == "bot"
    reply(conversation, by=ben, body="I take over", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.holder == "people"
    taken = Entry.objects.get(kind="message.sent", actor_type="teammate")
    assert (taken.before, taken.after["holder"]) == ({"holder": "bot"}, "people")
    with pytest.raises(StateConflict):
        reply(conversation, by=bot, body="Beep", client_id=new_id())
    with pytest.raises(StateConflict):
        hold(conversation, by=None, holder="bot", expected="nobody")


def test_who_may_not_see_a_conversation_finds_none(conversation, cleo, ben, emil, billing, ada):
    with pytest.raises(NotFound):
        reply(conversation, by=emil, body="Let me in", client_id=new_id())
    assign(conversation, by=ada, team=billing)
    with pytest.raises(NotFound):
        reply(conversation, by=ben, body="Let me in", client_id=new_id())
    assert reply(conversation, by=cleo, body="Mine", client_id=new_id()).is_new


def test_a_role_that_may_only_look_may_not_write(conversation, ben):
    ben.role = Role.objects.create(name="Reader")
    ben.save()
    for act in (reply, note):
        with pytest.raises(NotAllowed):
            act(conversation, by=ben, body="Hi", client_id=new_id())
    with pytest.raises(NotAllowed):
        close(conversation, by=ben)
    assert conversation.messages.count() == 1


@pytest.mark.parametrize("body", ["", "   \n", "a\x00b", "\ud800", "x" * (32 * 1024 + 1), None, 7])
def test_what_cannot_be_said_is_refused_with_a_sentence(conversation, dora, body):
    with pytest.raises(Invalid):
        reply(conversation, by=dora, body=body, client_id=new_id())
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.messages.count()) == (1, 1)


def test_a_file_is_said_once_by_who_uploaded_it(conversation, dora, emil, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = attach(SimpleUploadedFile("note.txt", b"hello"), by=dora)
    foreign = attach(SimpleUploadedFile("note.txt", b"hello"), by=emil)
    with pytest.raises(Invalid):
        reply(conversation, by=dora, body="", client_id=new_id(), attachments=[foreign.public_id])
    posted = reply(conversation, by=dora, body="", client_id=new_id(), attachments=[file.public_id])
    assert [row.name for row in posted.message.attachments.all()] == ["note.txt"]
    with pytest.raises(Invalid):
        reply(conversation, by=dora, body="", client_id=new_id(), attachments=[file.public_id])
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.preview) == (2, "Sent a file")


def test_a_reply_costs_three_statements(conversation, ben, django_assert_num_queries):
    """The lock, the message with its conversation, the entry with its reactions; and a savepoint
    that is a transaction outside of tests."""
    with django_assert_num_queries(5):
        reply(conversation, by=ben, body="Hi", client_id=new_id())
