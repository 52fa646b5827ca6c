"""Spam is out of everybody's way; who is blocked writes no more. Neither hears of it."""

import threading

import pytest
from django.db import connection

from ground.journal import reactions
from ground.journal.models import Entry
from ground.web.problems import NotAllowed, NotFound, StateConflict
from inbox import default_views
from inbox.actions import (
    assign,
    close,
    mark_spam,
    reopen,
    reply,
    snooze,
    start,
    unmark_spam,
)
from inbox.models import Conversation
from people.actions import (
    block_contact,
    create_token,
    merge_contacts,
    unblock_contact,
    update_contact,
)
from people.models import Contact, Role
from tests.inbox.test_posting import new_id


def listed(viewer):
    """Which default views show something."""
    visible = Conversation.objects.visible_to(viewer)
    return {
        view.slug for view in default_views.DEFAULT_VIEWS if view.narrow(visible, viewer).exists()
    }


@pytest.mark.django_db
def test_spam_leaves_every_list_but_its_own(conversation, ben, ada):
    assign(conversation, by=ada, assignee=ben)
    assert listed(ben) == {"you", "all", "waiting"}
    marked = mark_spam(conversation, by=ben)
    assert marked.status == "spam" and not marked.is_waiting_for_us
    assert listed(ben) == {"spam"}
    defaults, _ = default_views.with_counts(ben, Conversation.objects.visible_to(ben))
    assert sum(count for _, count in defaults) == 0
    entry = Entry.objects.get(kind="conversation.marked_spam")
    assert entry.before["status"] == "open" and entry.after["status"] == "spam"
    mark_spam(conversation, by=ben)
    assert Entry.objects.filter(kind="conversation.marked_spam").count() == 1
    assert unmark_spam(conversation, by=ben).status == "open"
    unmark_spam(conversation, by=ben)
    entry = Entry.objects.get(kind="conversation.unmarked_spam")
    assert (entry.before, entry.after["status"]) == ({"status": "spam"}, "open")
    assert listed(ben) == {"you", "all", "waiting"}
    assert [m.activity["kind"] for m in conversation.messages.filter(kind="activity")] == [
        "assigned",
        "marked_spam",
        "unmarked_spam",
    ]


@pytest.mark.django_db
def test_what_a_spammer_writes_stays_in_spam(conversation, dora, ben):
    mark_spam(conversation, by=ben)
    said = reply(conversation, by=dora, body="Cheap watches!", client_id=new_id())
    assert said.conversation.status == "spam"
    assert said.message.public_seq == 2
    reply(conversation, by=ben, body="Stop it", client_id=new_id())
    conversation.refresh_from_db()
    assert conversation.status == "spam"
    assert not Entry.objects.filter(kind="conversation.reopened").exists()


@pytest.mark.django_db
def test_spam_is_taken_out_before_anything_else(conversation, ben, next_week):
    mark_spam(conversation, by=ben)
    for attempt in (
        lambda: close(conversation, by=ben),
        lambda: reopen(conversation, by=ben),
        lambda: snooze(conversation, by=ben, until=next_week),
    ):
        with pytest.raises(StateConflict, match="spam"):
            attempt()
    conversation.refresh_from_db()
    assert conversation.status == "spam"


@pytest.mark.django_db
def test_snoozed_and_closed_ones_become_spam_too(conversation, ben, next_week):
    snooze(conversation, by=ben, until=next_week)
    marked = mark_spam(conversation, by=ben)
    assert (marked.status, marked.snoozed_until) == ("spam", None)
    close(unmark_spam(conversation, by=ben), by=ben)
    marked = mark_spam(conversation, by=ben)
    assert (marked.status, marked.closed_at) == ("spam", None)


@pytest.mark.django_db
def test_who_may_not_manage_marks_nothing(conversation, ben, cleo, ada, dora, billing):
    for action in (mark_spam, unmark_spam):
        with pytest.raises(NotFound):
            action(conversation, by=Contact.objects.create(name="Other"))
    reader = Role.objects.create(name="Reader", capabilities=["conversations.note"])
    ben.role = reader
    with pytest.raises(NotAllowed):
        mark_spam(conversation, by=ben)
    assign(conversation, by=ada, team=billing)
    with pytest.raises(NotFound):
        mark_spam(conversation, by=ben)
    mark_spam(conversation, by=cleo)
    assert listed(ben) == set() and listed(cleo) == listed(ada) == {"spam"}


@pytest.mark.django_db
def test_the_contact_sees_nothing_of_it(browser, ada):
    visitor = browser()
    name = visitor.start().json()["conversation"]["id"]
    mark_spam(Conversation.objects.get(public_id=name), by=ada)
    assert visitor.call("get", "conversations").json()["conversations"][0]["status"] == "open"
    assert visitor.boot().json()["conversations"][0]["status"] == "open"
    assert visitor.read(name).json()["status"] == "open"
    said = visitor.say(name, "More")
    assert said.status_code == 201
    assert "spam" not in visitor.read(name).content.decode()


# ---- blocking ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_blocking_is_journaled_once_and_puts_away_what_is_open(
    conversation, begin, dora, emil, ada, ben, next_week
):
    snoozed, closed, other = begin(dora), begin(dora), begin(emil)
    snooze(snoozed, by=ben, until=next_week)
    close(closed, by=ben)
    block_contact(dora, by=ada)
    block_contact(dora, by=ada)
    entry = Entry.objects.get(kind="contact.blocked")
    assert (entry.before, entry.after) == ({"is_blocked": False}, {"is_blocked": True})
    reactions.run_owed()
    states = [Conversation.objects.get(pk=c.pk).status for c in (conversation, snoozed, closed)]
    assert states == ["spam", "spam", "closed"]
    assert Conversation.objects.get(pk=other.pk).status == "open"
    marked = Entry.objects.filter(kind="conversation.marked_spam")
    assert {(m.actor_type, m.cause.kind) for m in marked} == {("system", "contact.blocked")}
    line = conversation.messages.last()
    assert line.activity == {"kind": "marked_spam", "blocked_by": str(ada)}


@pytest.mark.django_db
def test_unblocking_brings_back_what_the_block_alone_put_away(conversation, begin, dora, ada):
    by_hand, twice = begin(dora), begin(dora)
    mark_spam(by_hand, by=ada)
    block_contact(dora, by=ada)
    reactions.run_owed()
    mark_spam(unmark_spam(twice, by=ada), by=ada)
    unblock_contact(dora, by=ada)
    entry = Entry.objects.get(kind="contact.unblocked")
    assert (entry.before, entry.after) == ({"is_blocked": True}, {"is_blocked": False})
    reactions.run_owed()
    states = [Conversation.objects.get(pk=c.pk).status for c in (conversation, by_hand, twice)]
    assert states == ["open", "spam", "spam"]


@pytest.mark.django_db
def test_a_changed_mind_before_the_effect_leaves_everything_as_it_was(conversation, dora, ada):
    block_contact(dora, by=ada)
    unblock_contact(dora, by=ada)
    reactions.run_owed()
    conversation.refresh_from_db()
    assert conversation.status == "open"


@pytest.mark.django_db
def test_every_way_to_block_is_the_same_one(dora, ada):
    update_contact(dora, by=ada, is_blocked=True, name="Dora L.")
    update_contact(dora, by=ada, is_blocked=True)
    kinds = Entry.objects.filter(subject_id=dora.public_id).values_list("kind", flat=True)
    assert list(kinds).count("contact.blocked") == 1
    assert list(kinds).count("contact.updated") == 1
    dora.refresh_from_db()
    assert dora.is_blocked and dora.name == "Dora L."


@pytest.mark.django_db
def test_a_block_is_not_shed_by_becoming_somebody_else(conversation, otto, dora, ada):
    block_contact(otto, by=ada)
    merge_contacts(dora, otto, by=ada)
    reactions.run_owed()
    conversation.refresh_from_db()
    assert conversation.status == "spam"


@pytest.mark.django_db
def test_only_who_may_edit_contacts_blocks(dora, ben, emil):
    ben.role = Role.objects.create(name="Replier", capabilities=["conversations.reply"])
    token, _ = create_token(teammate=None, name="reads", scopes=["contacts:read"])
    for doer in (ben, emil, dora, token):
        for action in (block_contact, unblock_contact):
            with pytest.raises(NotAllowed):
                action(dora, by=doer)
    dora.refresh_from_db()
    assert not dora.is_blocked


@pytest.mark.django_db
def test_the_blocked_are_refused_whatever_the_caller_still_believes(
    conversation, begin, dora, ada, line
):
    """The contact in the caller's hand is older than the block."""
    block_contact(dora, by=ada)
    assert not dora.is_blocked
    with pytest.raises(NotAllowed):
        reply(conversation, by=dora, body="Me again", client_id=new_id())
    with pytest.raises(NotAllowed):
        begin(dora)
    assert Conversation.objects.count() == conversation.messages.count() == 1


# ---- at the same moment --------------------------------------------------------------------------


def at_once(*actions):
    """Does all of it from threads of their own, started together."""
    failures, gate = [], threading.Barrier(len(actions))

    def run(action):
        gate.wait(5)
        try:
            action()
        except NotAllowed:
            pass
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_a_word_at_the_moment_of_marking_stays_in_spam(conversation, dora, ben):
    for round_ in range(6):
        unmark_spam(conversation, by=ben)
        at_once(
            lambda: mark_spam(conversation, by=ben),
            lambda n=round_: reply(conversation, by=dora, body=f"Buy {n}", client_id=new_id()),
        )
        conversation.refresh_from_db()
        assert conversation.status == "spam"
    seqs = list(conversation.messages.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.django_db(transaction=True)
def test_nothing_written_at_the_moment_of_a_block_stays_open(conversation, line, dora, ada):
    for _ in range(6):
        unblock_contact(dora, by=ada)
        reactions.run_owed()
        at_once(
            lambda: block_contact(dora, by=ada),
            lambda: reply(conversation, by=dora, body="Quick", client_id=new_id()),
            lambda: start(dora, line=line, identity=None, body="New", client_id=new_id()),
        )
        reactions.run_owed()
        assert set(Conversation.objects.values_list("status", flat=True)) == {"spam"}
