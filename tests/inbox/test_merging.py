"""Two conversations of one contact become one, and two again."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from ground.journal.models import Entry
from ground.web.problems import ClientIdReused, NotAllowed, NotFound, StateConflict
from inbox import actions
from inbox.actions.asking import answer, ask
from inbox.actions.notifying import notify
from inbox.actions.side_people import Whom
from inbox.models import (
    Conversation,
    ConversationMerge,
    LaterMessage,
    Mention,
    Message,
    Notification,
)
from people.actions import create_contact, create_teammate, merge_contacts, unmerge
from people.models.teammate import Capability
from tests.inbox.waiting import let_wait
from tests.races import at_once

FIELDS = ["status", "snoozed_until", "closed_at", "waiting_since", "merged_into"]


def say(conversation, by, body="Hello", client_id=None, **more):
    return actions.reply(
        conversation, by=by, body=body, client_id=client_id or uuid.uuid4(), **more
    )


def remark(conversation, by, body="Look"):
    return actions.note(conversation, by=by, body=body, client_id=uuid.uuid4())


def fresh(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def bodies(conversation):
    return list(
        conversation.messages.exclude(kind="activity")
        .order_by("seq")
        .values_list("body_text", flat=True)
    )


def are_dense(conversation):
    """Whether both counters of a thread have neither gap nor double."""
    now = fresh(conversation)
    seqs = list(now.messages.order_by("seq").values_list("seq", flat=True))
    public = list(now.messages.public().order_by("seq").values_list("public_seq", flat=True))
    return seqs == list(range(1, now.last_seq + 1)) and public == list(range(1, now.public_seq + 1))


@pytest.fixture
def two(begin, dora):
    return begin(dora, "Where is my coat?"), begin(dora, "And my hat?")


def test_a_merged_conversation_is_a_part_and_no_message_moves(two, ben):
    part, whole = two
    before = bodies(part)
    actions.merge(part, into=whole, by=ben)
    part, whole = fresh(part), fresh(whole)
    assert part.status == "merged"
    assert part.merged_into == whole
    assert bodies(part) == before
    assert are_dense(part)
    assert are_dense(whole)
    line = whole.messages.order_by("-seq").first()
    assert line.activity == {"kind": "joined", "conversation": part.public_id}
    assert not Conversation.objects.open().filter(pk=part.pk).exists()
    entry = Entry.objects.get(kind="conversation.merged")
    assert (entry.subject_id, entry.after["merged_into"]) == (part.public_id, whole.public_id)
    assert entry.before["status"] == "open"
    joined = Entry.objects.get(kind="conversation.joined")
    assert (joined.subject_id, joined.cause_id) == (whole.public_id, entry.pk)


def test_merging_twice_leaves_no_trace(two, ben):
    part, whole = two
    first = actions.merge(part, into=whole, by=ben)
    again = actions.merge(part, into=whole, by=ben)
    assert first.pk == again.pk
    assert Entry.objects.filter(kind="conversation.merged").count() == 1


def test_what_the_contact_writes_to_a_part_is_said_in_the_whole_once(two, dora, ben):
    part, whole = two
    actions.merge(part, into=whole, by=ben)
    name = uuid.uuid4()
    posted = say(part, dora, "Still waiting", name)
    again = say(part, dora, "Still waiting", name)
    there = say(whole, dora, "Still waiting", name)
    assert (posted.is_new, again.is_new, there.is_new) == (True, False, False)
    assert posted.conversation.pk == whole.pk
    assert {each.message.pk for each in (posted, again, there)} == {posted.message.pk}
    assert are_dense(whole)


def test_a_retry_of_what_a_part_has_stored_finds_it_there(two, dora, ben):
    part, whole = two
    name = uuid.uuid4()
    stored = say(part, dora, "Was it sent?", name)
    actions.merge(part, into=whole, by=ben)
    again = say(part, dora, "Was it sent?", name)
    assert (again.is_new, again.message.pk) == (False, stored.message.pk)
    assert Message.objects.filter(client_id=name).count() == 1


def test_a_retry_after_an_unmerge_finds_what_the_whole_has_stored(two, dora, ben):
    part, whole = two
    actions.merge(part, into=whole, by=ben)
    name = uuid.uuid4()
    say(part, dora, "Hello?", name)
    actions.unmerge(part, by=ben)
    again = say(part, dora, "Hello?", name)
    assert not again.is_new
    assert again.conversation.pk == whole.pk
    assert Message.objects.filter(client_id=name).count() == 1
    assert say(part, dora, "New words").conversation.pk == part.pk


def test_another_text_under_the_same_name_is_a_conflict_across_the_merge(two, dora, ben):
    part, whole = two
    name = uuid.uuid4()
    say(part, dora, "One", name)
    actions.merge(part, into=whole, by=ben)
    with pytest.raises(ClientIdReused):
        say(part, dora, "Two", name)


def test_a_colleague_who_still_has_the_part_on_screen_answers_in_the_whole(two, ben, ada):
    part, whole = two
    seen = fresh(part).last_seq
    actions.merge(part, into=whole, by=ben)
    posted = say(part, ada, "It is on its way", last_seen_seq=seen)
    noted = remark(part, ada)
    assert posted.conversation.pk == noted.conversation.pk == whole.pk


def test_unmerging_puts_everything_back(two, ben, ada, next_week):
    part, whole = two
    actions.close(whole, by=ben)
    actions.snooze(part, by=ben, until=next_week)
    was = [list(Conversation.objects.filter(pk=each.pk).values_list(*FIELDS)) for each in two]
    actions.merge(part, into=whole, by=ben)
    assert fresh(whole).status == "snoozed"
    actions.unmerge(part, by=ben)
    now = [list(Conversation.objects.filter(pk=each.pk).values_list(*FIELDS)) for each in two]
    assert now == was
    assert are_dense(part)
    assert are_dense(whole)
    assert ConversationMerge.objects.get().undone_at is not None
    kinds = ["conversation.unmerged", "conversation.parted"]
    assert list(Entry.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True))
    actions.unmerge(part, by=ben)
    assert Entry.objects.filter(kind="conversation.unmerged").count() == 1


def test_a_question_that_waits_waits_in_the_whole(begin, dora, ben):
    part = begin(dora, "First")
    whole = begin(dora, "Second")
    say(whole, ben, "Answered")
    actions.close(whole, by=ben)
    actions.merge(part, into=whole, by=ben)
    now = fresh(whole)
    assert now.status == "open"
    assert now.waiting_since == part.waiting_since
    actions.unmerge(part, by=ben)
    assert (fresh(whole).status, fresh(whole).waiting_since) == ("closed", None)
    assert fresh(part).waiting_since == part.waiting_since


def test_what_was_answered_in_the_whole_waits_no_more_after_an_unmerge(two, ben):
    part, whole = two
    actions.merge(part, into=whole, by=ben)
    say(whole, ben, "Both are on their way")
    actions.unmerge(part, by=ben)
    assert fresh(whole).waiting_since is None


def test_spam_and_parts_are_not_merged(two, begin, dora, ben):
    part, whole = two
    with pytest.raises(StateConflict, match="itself"):
        actions.merge(part, into=part, by=ben)
    actions.mark_spam(whole, by=ben)
    with pytest.raises(StateConflict, match="spam"):
        actions.merge(part, into=whole, by=ben)
    actions.unmark_spam(whole, by=ben)
    actions.merge(part, into=whole, by=ben)
    third = begin(dora, "Third")
    with pytest.raises(StateConflict, match="merged already"):
        actions.merge(part, into=third, by=ben)
    with pytest.raises(StateConflict, match="been merged itself"):
        actions.merge(third, into=part, by=ben)
    with pytest.raises(StateConflict, match="itself"):
        actions.merge(whole, into=part, by=ben)


def test_conversations_of_two_contacts_are_not_merged(begin, dora, emil, ben):
    with pytest.raises(StateConflict, match="two customers"):
        actions.merge(begin(dora), into=begin(emil), by=ben)


def test_only_who_sees_and_may_change_both_merges(begin, dora, ada, ben, cleo, billing):
    secret, open_one = begin(dora, "About the bill"), begin(dora, "About the coat")
    actions.assign(secret, by=ada, team=billing)
    with pytest.raises(NotFound):
        actions.merge(secret, into=open_one, by=ben)
    with pytest.raises(NotFound):
        actions.merge(open_one, into=secret, by=ben)
    actions.merge(open_one, into=secret, by=cleo)
    with pytest.raises(NotFound):
        actions.unmerge(open_one, by=ben)
    ben.role.capabilities = [Capability.REPLY]
    ben.role.save()
    one, other = begin(dora, "One"), begin(dora, "Other")
    with pytest.raises(NotAllowed):
        actions.merge(one, into=other, by=type(ben).objects.get(pk=ben.pk))


def test_what_a_private_team_knows_stays_with_it(begin, dora, ada, cleo, billing):
    whole = begin(dora, "About the coat")
    secret = begin(dora, "My card number")
    actions.assign(secret, by=ada, team=billing)
    actions.merge(secret, into=whole, by=cleo)
    now = fresh(whole)
    assert now.preview == "About the coat"
    line = now.messages.order_by("-seq").first()
    assert set(line.activity) == {"kind", "conversation"}


def test_changes_of_a_part_are_refused_with_what_to_do(two, ben, next_week):
    part, whole = two
    actions.merge(part, into=whole, by=ben)
    for change in (
        lambda: actions.close(part, by=ben),
        lambda: actions.reopen(part, by=ben),
        lambda: actions.snooze(part, by=ben, until=next_week),
        lambda: actions.assign(part, by=ben, assignee=ben),
        lambda: actions.mark_spam(part, by=ben),
        lambda: actions.tag(part, by=ben),
        lambda: actions.prioritize(part, by=ben, priority=Conversation.Priority.HIGH),
        lambda: actions.follow(part, by=ben),
        lambda: actions.mark_unread(part, by=ben),
    ):
        with pytest.raises(StateConflict, match="merged into another"):
            change()
    assert fresh(part).status == "merged"


def test_a_part_of_a_part_goes_on_in_the_whole(begin, dora, ben):
    first, second, third = begin(dora, "1"), begin(dora, "2"), begin(dora, "3")
    actions.merge(first, into=second, by=ben)
    actions.merge(second, into=third, by=ben)
    assert say(first, dora, "To the first").conversation.pk == third.pk
    actions.unmerge(second, by=ben)
    assert fresh(first).merged_into == second
    assert say(first, dora, "Again").conversation.pk == second.pk
    actions.unmerge(first, by=ben)
    assert say(first, dora, "Alone").conversation.pk == first.pk
    assert all(are_dense(each) for each in (first, second, third))


def test_what_waits_to_be_sent_goes_out_of_the_whole_once(two, ben, dora):
    part, whole = two
    later = let_wait(part, ben)
    actions.merge(part, into=whole, by=ben)
    later.refresh_from_db()
    assert later.conversation == whole
    LaterMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert actions.send_due() == 1
    assert bodies(whole)[-1] == "Later"
    assert "Later" not in bodies(part)


def test_what_the_contact_has_overtaken_does_not_go_out_after_a_merge(two, ben, dora):
    part, whole = two
    later = let_wait(part, ben)
    say(part, dora, "I have it already")
    actions.merge(part, into=whole, by=ben)
    later.refresh_from_db()
    assert later.state == "called_off"


def test_a_reply_that_waits_returns_with_its_part(two, ben):
    part, whole = two
    later = let_wait(part, ben)
    actions.merge(part, into=whole, by=ben)
    actions.unmerge(part, by=ben)
    seen = later.seen_seq
    later.refresh_from_db()
    assert (later.conversation, later.seen_seq, later.state) == (part, seen, "waiting")


def draft(conversation, by, body, client_id=None):
    return actions.save_draft(
        conversation, by=by, kind="reply", version=0, client_id=client_id or uuid.uuid4(), body=body
    )


def test_begun_words_go_on_in_the_whole(two, ben, ada):
    part, whole = two
    name = uuid.uuid4()
    draft(part, ben, "Dear Dora", name)
    draft(part, ada, "Mine")
    draft(whole, ada, "Theirs")
    actions.merge(part, into=whole, by=ben)
    words = {row.teammate: row for row in whole.drafts.all()}
    assert (words[ben].body, words[ben].client_id) == ("Dear Dora", name)
    assert words[ada].body == "Mine\n\nTheirs"
    assert not part.drafts.filter(is_empty=False).exists()
    kept = draft(part, colleague_of(ben), "From a screen that still shows the part")
    assert kept.conversation == whole


def test_words_stay_where_their_author_can_read_them(two, ben, ada, billing):
    part, whole = two
    draft(part, ben, "Dear Dora")
    actions.assign(whole, by=ada, team=billing)
    actions.merge(part, into=whole, by=ada)
    assert part.drafts.get(teammate=ben).body == "Dear Dora"
    assert not whole.drafts.exists()


def test_what_went_out_before_a_merge_is_not_taken_back(two, ben):
    part, whole = two
    later = let_wait(part, ben, "Out")
    actions.send_now(later, by=ben)
    actions.merge(part, into=whole, by=ben)
    with pytest.raises(StateConflict, match="gone out"):
        actions.take_back(later, by=ben)


def colleague_of(ben):
    """A colleague of ben's, who sees what he sees."""
    return create_teammate(
        by=None, email="cai@lumen.test", name="Cai", password="x" * 20, role=ben.role
    )


def test_followers_mentions_and_tags_are_of_the_whole_until_it_is_undone(two, ada, ben):
    part, whole = two
    actions.follow(part, by=ada)
    remark(part, ada, "@Ben Okafor please look")
    actions.merge(part, into=whole, by=ben)
    assert set(whole.followers.values_list("teammate", flat=True)) == {ada.pk, ben.pk}
    assert Conversation.objects.unfinished().mentioning(ben).get() == whole
    actions.unmerge(part, by=ben)
    assert not whole.followers.exists()
    assert Mention.objects.get().conversation == part


def test_what_the_contact_has_not_read_is_counted_once(two, ben, dora):
    part, whole = two
    say(part, ben, "One")
    actions.merge(part, into=whole, by=ben)
    assert (fresh(part).contact_unread, fresh(whole).contact_unread) == (0, 1)
    actions.unmerge(part, by=ben)
    assert (fresh(part).contact_unread, fresh(whole).contact_unread) == (1, 0)
    actions.merge(part, into=whole, by=ben)
    actions.mark_read(whole, by=dora, seq=fresh(whole).public_seq)
    assert fresh(whole).contact_unread == 0
    actions.unmerge(part, by=ben)
    assert (fresh(part).contact_unread, fresh(part).contact_read_seq) == (0, 2)


def test_a_merge_stays_when_its_contact_is_merged_and_is_undone_when_they_part(
    begin, dora, otto, ada
):
    """Each of them has what is theirs, also before anybody has looked."""
    own, others = begin(dora, "Dora's"), begin(otto, "Otto's")
    made = merge_contacts(dora, otto, by=ada)
    actions.merge(others, into=own, by=ada)
    assert say(others, dora, "As one").conversation.pk == own.pk
    unmerge(made, by=ada)
    posted = say(others, otto, "By myself again")
    assert posted.conversation.pk == others.pk
    assert fresh(others).status == "open"
    assert fresh(others).merged_into is None


def test_parting_contacts_parts_their_conversations(begin, dora, otto, ada):
    own, others = begin(dora, "Dora's"), begin(otto, "Otto's")
    made = merge_contacts(dora, otto, by=ada)
    actions.merge(others, into=own, by=ada)
    unmerge(made, by=ada)
    entry = Entry.objects.get(kind="contact.unmerged")
    assert actions.part_strangers([dora, otto], cause=entry) == 1
    assert fresh(others).merged_into is None
    assert Entry.objects.get(kind="conversation.unmerged").cause == entry
    assert actions.part_strangers([dora, otto], cause=entry) == 0


def test_a_question_that_is_merged_is_unread_in_the_whole(two, ben, ada):
    part, whole = two
    actions.mark_read(whole, by=ada, seq=fresh(whole).last_seq)
    actions.merge(part, into=whole, by=ben)
    row = Conversation.objects.with_read_marks(ada).get(pk=whole.pk)
    assert row.contact_wrote_seq == row.last_seq > row.my_read_seq


def test_nobody_is_notified_of_what_is_a_part_by_now(two, ben, ada):
    part, whole = two
    actions.assign(part, by=ben, assignee=ada)
    entry = Entry.objects.get(kind="conversation.assigned")
    notify([entry])
    assert Notification.objects.open().get().conversation == part
    actions.merge(part, into=whole, by=ben)
    assert Notification.objects.open().get().conversation == whole
    notify([entry])
    assert Notification.objects.open().get().conversation == whole


def test_what_waited_for_somebody_goes_away_with_what_they_cannot_see(
    begin, dora, ada, ben, cleo, billing
):
    part, whole = begin(dora, "Where is my coat?"), begin(dora, "My card number")
    actions.assign(whole, by=ada, team=billing)
    actions.assign(part, by=ada, assignee=ben)
    notify([Entry.objects.filter(kind="conversation.assigned").latest("pk")])
    assert Notification.objects.open().filter(teammate=ben).exists()
    actions.merge(part, into=whole, by=ada)
    assert not Notification.objects.open().filter(teammate=ben).exists()


def test_a_reply_that_waits_in_a_private_part_is_shown_to_nobody_else(
    begin, dora, ada, cleo, billing
):
    whole, secret = begin(dora, "About the coat"), begin(dora, "My card number")
    actions.assign(secret, by=ada, team=billing)
    later = let_wait(secret, cleo, "It ends in 42")
    actions.merge(secret, into=whole, by=cleo)
    later.refresh_from_db()
    assert (later.conversation, later.state) == (secret, "called_off")
    assert not whole.later_messages.exists()


def ask_beside(conversation, by, *mates):
    return ask(
        conversation, by=by, whom=Whom(mates), body="In the back room?", client_id=uuid.uuid4()
    ).side


def test_colleagues_who_were_asked_beside_a_part_answer_beside_the_whole(two, ada, ben):
    part, whole = two
    side = ask_beside(part, ada, ben)
    actions.merge(part, into=whole, by=ben)
    side.refresh_from_db()
    assert side.conversation == whole
    answer(side, by=ben, body="It is", client_id=uuid.uuid4())
    actions.unmerge(part, by=ben)
    side.refresh_from_db()
    assert (side.conversation, side.last_seq) == (part, 2)


def test_what_was_asked_beside_a_private_part_stays_with_it(begin, dora, ada, cleo, billing):
    whole, secret = begin(dora, "About the coat"), begin(dora, "My card number")
    actions.assign(secret, by=ada, team=billing)
    side = ask_beside(secret, ada, cleo)
    actions.merge(secret, into=whole, by=cleo)
    assert not whole.sides.exists()
    side.refresh_from_db()
    assert side.conversation == secret


# ---- races, with real commits --------------------------------------------------------------------


ROUNDS = 12


@pytest.mark.django_db(transaction=True)
def test_merging_both_ways_at_once_has_one_winner(begin, ben, ada):
    for number in range(ROUNDS):
        contact = create_contact(by=None, name=f"Contact {number}")
        one, other = begin(contact, "One"), begin(contact, "Other")
        errors = at_once(
            lambda one=one, other=other: actions.merge(one, into=other, by=ben),
            lambda one=one, other=other: actions.merge(other, into=one, by=ada),
        )
        assert [type(error) for error in errors] == [StateConflict]
        links = {fresh(one).merged_into_id, fresh(other).merged_into_id}
        assert links in ({None, one.pk}, {None, other.pk})


@pytest.mark.django_db(transaction=True)
def test_merging_in_a_ring_at_once_makes_no_ring(begin, ben):
    for number in range(ROUNDS):
        contact = create_contact(by=None, name=f"Contact {number}")
        three = [begin(contact, f"{index}") for index in range(3)]
        at_once(
            *(
                lambda one=three[index], other=three[(index + 1) % 3]: actions.merge(
                    one, into=other, by=ben
                )
                for index in range(3)
            )
        )
        assert sum(fresh(each).merged_into_id is None for each in three) >= 1
        posted = {say(each, contact, "Hello").conversation.pk for each in three}
        assert posted == {each.pk for each in three if fresh(each).merged_into_id is None}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_while_it_is_merged_and_unmerged(begin, ben, ada):
    """Writers to both, each sending everything twice, while it is merged and unmerged."""
    for number in range(3):
        contact = create_contact(by=None, name=f"Contact {number}")
        part, whole = begin(contact, "One"), begin(contact, "Other")
        names = [uuid.uuid4() for _ in range(40)]

        def write(names, target, contact=contact):
            for name in names:
                for _ in range(2):
                    say(target, contact, f"Message {name}", name)

        def join_and_part(part=part, whole=whole):
            for _ in range(6):
                actions.merge(part, into=whole, by=ben)
                actions.unmerge(part, by=ada)

        errors = at_once(
            lambda names=names, part=part: write(names[:20], part),
            lambda names=names, part=part: write(names[:20], part),
            lambda names=names, whole=whole: write(names[20:], whole),
            join_and_part,
        )
        assert errors == []
        stored = Message.objects.filter(conversation__contact=contact, client_id__in=names)
        assert sorted(stored.values_list("client_id", flat=True)) == sorted(names)
        for client_id in names:
            assert stored.get(client_id=client_id).body_text == f"Message {client_id}"
        assert are_dense(part)
        assert are_dense(whole)


@pytest.mark.django_db(transaction=True)
def test_merging_while_contacts_are_merged_makes_no_deadlock(begin, ada):
    for number in range(ROUNDS):
        one = create_contact(by=None, name=f"One {number}")
        two = create_contact(by=None, name=f"Two {number}")
        part, whole = begin(one, "Part"), begin(one, "Whole")
        errors = at_once(
            lambda one=one, two=two: merge_contacts(two, one, by=None),
            lambda part=part, whole=whole: actions.merge(part, into=whole, by=ada),
            lambda part=part, one=one: say(part, ada, "Hello"),
        )
        assert all(isinstance(error, StateConflict) for error in errors), errors
        assert fresh(part).contact == fresh(whole).contact == two
        assert are_dense(part)
        assert are_dense(whole)
