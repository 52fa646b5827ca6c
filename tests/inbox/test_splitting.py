"""A conversation of its own goes off from another, and comes back."""

import threading
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from ground.journal.models import Entry
from ground.web.problems import ClientIdReused, Invalid, NotAllowed, NotFound, StateConflict
from inbox import actions
from inbox.actions.notifying import notify
from inbox.beginnings import beginning_of
from inbox.facts import first_words_of
from inbox.models import Conversation, Message, Notification, Split
from inbox.transcript import transcript_of
from people.actions import create_contact, merge_contacts, unmerge
from people.models import ContactMerge
from people.models.teammate import Capability


def say(conversation, by, body="Hello", client_id=None, **more):
    return actions.reply(
        conversation, by=by, body=body, client_id=client_id or uuid.uuid4(), **more
    )


def note(conversation, by, body="Look"):
    return actions.note(conversation, by=by, body=body, client_id=uuid.uuid4())


def fresh(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def split(source, by, *said, **more):
    """Splits off what was said, first to last."""
    more.setdefault("client_id", uuid.uuid4())
    return actions.split(
        source, by=by, first_seq=said[0].seq, last_seq=said[-1].seq, **more
    ).conversation


def words(messages):
    return [message.body_text for message in messages if message.kind != "activity"]


def are_dense(conversation):
    """Whether both counters of a thread have neither gap nor double."""
    now = fresh(conversation)
    seqs = list(now.messages.order_by("seq").values_list("seq", flat=True))
    public = list(now.messages.public().order_by("seq").values_list("public_seq", flat=True))
    return seqs == list(range(1, now.last_seq + 1)) and public == list(range(1, now.public_seq + 1))


def last_line(conversation):
    return conversation.messages.filter(kind="activity").order_by("-seq").first()


@pytest.fixture
def source(begin, dora):
    return begin(dora, "Where is my coat?")


@pytest.fixture
def hat(source, dora):
    """The second matter, in the same conversation."""
    return say(source, dora, "And my hat?").message


def test_a_second_matter_goes_on_in_a_conversation_of_its_own(source, hat, ben):
    before = words(source.messages.order_by("seq"))
    made = split(source, ben, hat)
    now, made = fresh(source), fresh(made)
    assert words(source.messages.order_by("seq")) == before
    assert words(beginning_of(made)) == ["And my hat?"]
    assert words(made.messages.all()) == []
    assert are_dense(source)
    assert are_dense(made)
    assert (made.contact, made.status, made.is_split_off) == (now.contact, "open", True)
    assert (made.preview, made.preview_author_type) == ("And my hat?", "contact")
    assert (made.public_seq, made.contact_unread, made.contact_wrote_seq) == (0, 0, 1)
    assert last_line(source).activity == {
        "kind": "split",
        "conversation": made.public_id,
        "words": "And my hat?",
        "count": 1,
    }
    assert last_line(made).activity == {"kind": "split_off", "conversation": source.public_id}
    entry = Entry.objects.get(kind="conversation.split")
    assert (entry.subject_id, entry.after["made"]) == (source.public_id, made.public_id)
    assert (entry.after["first_seq"], entry.after["last_seq"]) == (hat.seq, hat.seq)
    begun = Entry.objects.get(kind="conversation.split_off")
    assert (begun.subject_id, begun.cause_id) == (made.public_id, entry.pk)
    assert begun.after["source"] == source.public_id


def test_who_waits_for_an_answer_waits_where_the_question_is(source, hat, ben):
    first = source.messages.get(seq=1)
    assert fresh(source).waiting_since == first.created_at
    made = split(source, ben, hat)
    assert fresh(source).waiting_since == first.created_at
    assert fresh(made).waiting_since == hat.created_at


def test_what_waits_in_the_new_one_alone_waits_no_more_in_the_other(source, ben, dora):
    say(source, ben, "It is on its way")
    hat = say(source, dora, "And my hat?").message
    made = split(source, ben, hat)
    assert fresh(source).waiting_since is None
    assert fresh(made).waiting_since == hat.created_at
    entry = Entry.objects.get(kind="conversation.split")
    assert entry.before["waiting_since"] == hat.created_at.isoformat()
    assert entry.after["waiting_since"] is None


def test_closing_and_opening_again_keeps_who_waits_where(source, hat, ben, dora):
    made = split(source, ben, hat)
    for conversation in (source, made):
        actions.close(conversation, by=ben)
        actions.reopen(conversation, by=ben)
    assert fresh(made).waiting_since == hat.created_at
    assert fresh(source).waiting_since == source.messages.get(seq=1).created_at
    say(source, ben, "On its way")
    glove = say(source, dora, "And a glove?").message
    split(source, ben, glove)
    actions.close(source, by=ben)
    actions.reopen(source, by=ben)
    assert fresh(source).waiting_since is None


def test_each_row_shows_what_is_newest_of_its_own(source, ben, dora):
    say(source, ben, "It is on its way")
    hat = say(source, dora, "And my hat?").message
    glove = say(source, dora, "And a glove?").message
    before = fresh(source).contact_version
    one = split(source, ben, hat)
    assert fresh(source).preview == "And a glove?"
    two = split(source, ben, glove)
    now = fresh(source)
    assert (now.preview, now.preview_author_type) == ("It is on its way", "teammate")
    assert now.preview_author_name == "Ben Okafor"
    assert now.contact_version > before
    assert [fresh(each).preview for each in (one, two)] == ["And my hat?", "And a glove?"]
    actions.unsplit(one, by=ben)
    assert fresh(source).preview == "And my hat?"
    actions.unsplit(two, by=ben)
    assert fresh(source).preview == "And a glove?"
    actions.unmerge(two, by=ben)
    assert fresh(source).preview == "And my hat?"
    say(source, ben, "All on its way")
    actions.unsplit(two, by=ben)
    assert fresh(source).preview == "All on its way"


def test_several_go_with_what_we_said_between_and_without_notes(source, hat, ben, dora):
    say(source, ben, "Which hat?")
    note(source, ben, "She has three")
    answer = say(source, dora, "The red one").message
    made = split(source, ben, hat, answer)
    assert words(beginning_of(made)) == ["And my hat?", "Which hat?", "The red one"]
    assert fresh(made).waiting_since == answer.created_at
    assert last_line(source).activity["count"] == 3


def test_it_is_answered_where_its_words_came_from(source, hat, ben):
    made = split(source, ben, hat)
    there, here = source.bindings.get(), made.bindings.get()
    assert (here.line, here.identity, here.is_preferred) == (there.line, there.identity, True)
    assert say(made, ben, "Here it is").message.binding == here


def test_the_same_name_makes_one(source, hat, ben):
    name = uuid.uuid4()
    wanted = {"by": ben, "first_seq": hat.seq, "last_seq": hat.seq, "client_id": name}
    first, again = actions.split(source, **wanted), actions.split(source, **wanted)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.conversation == again.conversation
    assert Entry.objects.filter(kind="conversation.split").count() == 1
    with pytest.raises(ClientIdReused):
        actions.split(source, by=ben, first_seq=1, last_seq=hat.seq, client_id=name)


def test_what_went_off_does_not_go_off_again(source, hat, dora, ben):
    glove = say(source, dora, "And a glove?").message
    split(source, ben, hat)
    with pytest.raises(StateConflict, match="already"):
        split(source, ben, hat, glove)
    assert Conversation.objects.count() == 2


def test_something_must_be_left(source, hat, ben):
    first = source.messages.get(seq=1)
    with pytest.raises(StateConflict, match="nothing else"):
        split(source, ben, first, hat)
    split(source, ben, hat)
    with pytest.raises(StateConflict, match="nothing else"):
        split(source, ben, first)


def test_only_words_of_the_contact_begin_and_end_it(source, hat, ben):
    reply = say(source, ben, "Which?").message
    remark = note(source, ben).message
    line = actions.close(source, by=ben).messages.get(kind="activity")
    for said in ((reply,), (remark,), (line,), (hat, reply), (hat, remark), (reply, hat)):
        with pytest.raises(Invalid):
            split(source, ben, *said)
    with pytest.raises(Invalid):
        actions.split(source, by=ben, first_seq=99, last_seq=99, client_id=uuid.uuid4())
    assert not Split.objects.exists()


def test_at_most_fifty_messages_go_off(source, hat, dora, ben):
    last = [say(source, dora, f"{number}").message for number in range(50)][-1]
    with pytest.raises(Invalid, match="50"):
        split(source, ben, hat, last)


def test_spam_and_parts_are_not_split(source, hat, begin, dora, ben):
    actions.mark_spam(source, by=ben)
    with pytest.raises(StateConflict, match="spam"):
        split(source, ben, hat)
    actions.unmark_spam(source, by=ben)
    actions.merge(source, into=begin(dora, "Other"), by=ben)
    with pytest.raises(StateConflict, match="merged into another"):
        split(source, ben, hat)


def test_only_who_sees_it_and_may_change_it_splits_it(source, hat, ada, ben, billing):
    actions.assign(source, by=ada, team=billing)
    with pytest.raises(NotFound):
        split(source, ben, hat)
    actions.assign(source, by=ada, team=None)
    ben.role.capabilities = [Capability.REPLY]
    ben.role.save()
    with pytest.raises(NotAllowed):
        split(source, type(ben).objects.get(pk=ben.pk), hat)
    assert not Split.objects.exists()


def test_the_new_one_has_the_team_and_is_nobodys_unless_told(source, ada, ben, dora, support):
    actions.assign(source, by=ada, team=support, assignee=ben)
    hat = say(source, dora, "And my hat?").message
    glove = say(source, dora, "And a glove?").message
    made = fresh(split(source, ada, hat))
    assert (made.team, made.assignee) == (support, None)
    assert fresh(source).assignee == ben
    other = fresh(split(source, ada, glove, team=None, assignee=ben))
    assert (other.team, other.assignee) == (None, ben)
    assert Entry.objects.filter(kind="conversation.assigned", subject_id=other.public_id).exists()


def test_nobody_gets_what_they_could_not_see(source, hat, ada, ben, billing):
    actions.assign(source, by=ada, team=billing)
    with pytest.raises(Invalid, match="private team"):
        split(source, ada, hat, assignee=ben)
    assert Conversation.objects.count() == 1


def test_who_is_given_it_is_told(source, hat, ada, ben):
    made = split(source, ada, hat, assignee=ben)
    notify([Entry.objects.get(kind="conversation.assigned", subject_id=made.public_id)])
    assert Notification.objects.open().get(teammate=ben).conversation == made


def test_people_go_on_speaking_and_a_bot_begins_anew(source, hat, dora, ben):
    assert fresh(split(source, ben, hat)).holder == "nobody"
    say(source, ben, "Hello")
    glove = say(source, dora, "And a glove?").message
    assert fresh(split(source, ben, glove)).holder == "people"


# ---- back again ----------------------------------------------------------------------------------


def state(conversation):
    names = ["status", "waiting_since", "assignee", "team", "contact_unread", "contact_wrote_seq"]
    names += ["preview", "preview_author_type", "preview_author_name", "last_message_at"]
    return Conversation.objects.filter(pk=conversation.pk).values(*names).get()


def test_what_was_split_in_vain_comes_back_as_if_nothing_was(source, ben, dora):
    say(source, ben, "It is on its way")
    hat = say(source, dora, "And my hat?").message
    before = state(source)
    made = split(source, ben, hat)
    actions.unsplit(made, by=ben)
    assert state(source) == before
    assert (fresh(made).status, fresh(made).merged_into) == ("merged", source)
    assert last_line(source).activity["is_back"] is True
    actions.unsplit(made, by=ben)
    assert Entry.objects.filter(kind="conversation.joined").count() == 1
    actions.unmerge(made, by=ben)
    assert (fresh(made).status, fresh(made).waiting_since) == ("open", hat.created_at)
    assert fresh(source).waiting_since is None


def test_a_closed_one_stays_closed_when_a_split_is_taken_back(source, hat, ben):
    actions.close(source, by=ben)
    made = split(source, ben, hat)
    assert (fresh(made).status, fresh(source).status) == ("open", "closed")
    actions.unsplit(made, by=ben)
    assert (fresh(source).status, fresh(source).waiting_since) == ("closed", None)


def test_two_splits_are_taken_back_in_any_order(source, hat, dora, ben):
    glove = say(source, dora, "And a glove?").message
    one, two = split(source, ben, hat), split(source, ben, glove)
    before = fresh(source).waiting_since
    actions.unsplit(one, by=ben)
    actions.unsplit(two, by=ben)
    assert fresh(source).waiting_since == before


def test_the_earliest_question_that_comes_back_is_what_waits(source, ben, dora):
    say(source, ben, "It is on its way")
    hat = say(source, dora, "And my hat?").message
    glove = say(source, dora, "And a glove?").message
    one, two = split(source, ben, hat), split(source, ben, glove)
    assert fresh(source).waiting_since is None
    actions.unsplit(one, by=ben)
    actions.unsplit(two, by=ben)
    assert fresh(source).waiting_since == hat.created_at


def test_what_was_said_meanwhile_is_kept_when_it_comes_back(source, hat, dora, ben):
    made = split(source, ben, hat)
    say(made, ben, "Which hat?")
    say(made, dora, "The red one")
    actions.unsplit(made, by=ben)
    assert words(made.messages.order_by("seq")) == ["Which hat?", "The red one"]
    assert "is_back" not in last_line(source).activity
    assert say(made, dora, "Hello?").conversation == source


def test_what_came_back_can_go_off_again_and_then_only_once(source, hat, ben):
    made = split(source, ben, hat)
    actions.unsplit(made, by=ben)
    again = split(source, ben, hat)
    assert words(beginning_of(again)) == ["And my hat?"]
    with pytest.raises(StateConflict, match="gone on"):
        actions.unmerge(made, by=ben)


def test_it_comes_back_to_what_its_source_has_become_a_part_of(source, hat, begin, dora, ben):
    made, whole = split(source, ben, hat), begin(dora, "The whole")
    actions.merge(source, into=whole, by=ben)
    actions.unsplit(made, by=ben)
    assert fresh(made).merged_into == whole


def test_what_was_never_split_off_stays_as_it_is(source, ben):
    assert actions.unsplit(source, by=ben) is None
    assert fresh(source).status == "open"


def test_only_who_sees_both_takes_it_back(source, hat, ada, ben, billing):
    made = split(source, ben, hat)
    actions.assign(source, by=ada, team=billing)
    with pytest.raises(NotFound):
        actions.unsplit(made, by=ben)
    assert fresh(made).status == "open"


# ---- what each may read --------------------------------------------------------------------------


def test_a_transcript_begins_with_what_it_was_begun_with(source, hat, dora, ben):
    note(source, ben, "A secret remark")
    answer = say(source, dora, "The red one").message
    made = fresh(split(source, ben, hat, answer))
    say(made, ben, "Here it is")
    for has_notes in (False, True):
        shown = transcript_of(made, viewer=ben, has_notes=has_notes)
        assert words(shown.messages) == ["And my hat?", "The red one", "Here it is"]
        assert "secret" not in shown.render("text")
        assert shown.render("text").index("my hat") < shown.render("text").index("Here it is")
        assert "And my hat?" in shown.render("html")


def test_its_first_words_are_those_it_was_begun_with(source, hat, ben):
    made = fresh(split(source, ben, hat))
    say(made, ben, "Which?")
    assert first_words_of(made) == "And my hat?"


def test_a_file_is_opened_by_who_sees_either(
    source, dora, ada, ben, billing, browser_of, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    file = actions.attach(SimpleUploadedFile("hat.txt", b"A hat"), by=ada)
    with_file = say(source, dora, "This hat")
    file.message = with_file.message
    file.save()
    address = f"/inbox/files/{file.public_id}/"
    made = split(source, ada, with_file.message, team=None)
    actions.assign(source, by=ada, team=billing)
    assert browser_of(ben).get(address).status_code == 302
    actions.assign(made, by=ada, team=billing)
    assert browser_of(ben).get(address).status_code == 404


def test_parting_contacts_takes_along_what_was_split_off(begin, dora, otto, ada):
    own, others = begin(dora, "Dora's"), begin(otto, "Otto's coat")
    merged = merge_contacts(dora, otto, by=ada)
    hat = say(others, dora, "A hat").message
    made = split(others, ada, hat)
    kept = split(own, ada, say(own, dora, "Dora's glove").message)
    assert fresh(made).contact == dora
    unmerge(merged, by=ada)
    assert (fresh(others).contact, fresh(made).contact) == (otto, otto)
    assert (fresh(own).contact, fresh(kept).contact) == (dora, dora)
    assert words(beginning_of(fresh(made))) == ["A hat"]


def test_what_belongs_to_another_contact_by_now_begins_nothing(source, hat, otto, ben):
    made = split(source, ben, hat)
    Conversation.objects.filter(pk=source.pk).update(contact=otto)
    assert beginning_of(fresh(made)) == []


# ---- at once -------------------------------------------------------------------------------------


def at_once(*jobs):
    """Runs jobs at the same moment; returns what they raised."""
    start = threading.Barrier(len(jobs))
    errors = []

    def run(job):
        try:
            start.wait()
            job()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    return errors


ROUNDS = 8


@pytest.fixture
def matters(begin):
    """matters(): (its contact, a conversation with three matters in it, the second, the third)."""

    def made():
        contact = create_contact(by=None, name="Contact")
        conversation = begin(contact, "One")
        return (contact, conversation, *(say(conversation, contact, n).message for n in "23"))

    return made


@pytest.mark.django_db(transaction=True)
def test_splitting_the_same_at_once_makes_one(matters, ben, ada):
    for _ in range(ROUNDS):
        _, source, second, third = matters()
        errors = at_once(
            lambda source=source, second=second: split(source, ben, second),
            lambda source=source, second=second, third=third: split(source, ada, second, third),
        )
        assert [type(error) for error in errors] == [StateConflict]
        assert Split.objects.filter(source=source).count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_at_once_makes_one(matters, ben):
    for _ in range(ROUNDS):
        contact, source, second, _ = matters()
        name = uuid.uuid4()
        job = lambda source=source, second=second, name=name: split(  # noqa: E731
            source, ben, second, client_id=name
        )
        assert at_once(job, job, job) == []
        assert contact.conversations.count() == 2


@pytest.mark.django_db(transaction=True)
def test_splitting_while_it_is_merged_closed_or_written_to_loses_nothing(matters, begin, ben, ada):
    for _ in range(ROUNDS):
        contact, source, second, _ = matters()
        whole, name = begin(contact, "Whole"), uuid.uuid4()
        errors = at_once(
            lambda source=source, second=second: split(source, ben, second),
            lambda source=source, whole=whole: actions.merge(source, into=whole, by=ada),
            lambda source=source: actions.close(source, by=ada),
            lambda source=source, contact=contact, name=name: say(source, contact, "4", name),
        )
        assert all(isinstance(error, StateConflict) for error in errors), errors
        assert Message.objects.filter(client_id=name).count() == 1
        assert fresh(source).merged_into == whole
        for conversation in contact.conversations.all():
            assert are_dense(conversation)


@pytest.mark.django_db(transaction=True)
def test_splitting_and_taking_back_at_once_ends_whole(matters, ben, ada):
    for _ in range(ROUNDS):
        contact, source, second, _ = matters()
        made = split(source, ben, second)
        name = uuid.uuid4()
        errors = at_once(
            lambda made=made: actions.unsplit(made, by=ada),
            lambda made=made: actions.unsplit(made, by=ben),
            lambda source=source, second=second: split(source, ben, second),
            lambda made=made, contact=contact, name=name: say(made, contact, "4", name),
        )
        assert all(isinstance(error, StateConflict) for error in errors), errors
        assert Message.objects.filter(client_id=name).count() == 1
        gone = [each for each in Split.objects.filter(source=source) if not each.made.is_merged]
        assert len(gone) <= 1
        for conversation in contact.conversations.all():
            assert are_dense(conversation)


@pytest.mark.django_db(transaction=True)
def test_splitting_while_contacts_are_merged_and_parted_makes_no_deadlock(matters, ada):
    for number in range(ROUNDS):
        other = create_contact(by=None, name=f"Other {number}")
        contact, source, second, third = matters()
        errors = at_once(
            lambda other=other, contact=contact: merge_contacts(other, contact, by=None),
            lambda source=source, second=second: split(source, ada, second),
            lambda source=source: say(source, ada, "Hello"),
        )
        assert errors == []
        assert set(other.conversations.values_list("contact", flat=True)) == {other.pk}
        assert other.conversations.count() == 2
        merge = ContactMerge.objects.get(kept=other)
        errors = at_once(
            lambda merge=merge: unmerge(merge, by=None),
            lambda source=source, third=third: split(fresh(source), ada, third),
        )
        assert all(isinstance(error, StateConflict) for error in errors), errors
        owners = set(
            Conversation.objects.filter(contact__in=[other, contact]).values_list(
                "contact", flat=True
            )
        )
        assert owners == {contact.pk}
