"""Assigning, snoozing, closing, reading: who has a conversation and where it stands."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ground.journal import reactions
from ground.journal.models import Entry
from ground.web.problems import Invalid, NotFound, StateConflict
from inbox.actions import assign, close, mark_read, note, rename, reopen, reply, snooze, wake_due
from inbox.models import Conversation, ReadMarker
from people.actions import deactivate, remove_from_team
from tests.inbox.test_posting import new_id


def activities(conversation):
    rows = conversation.messages.filter(kind="activity").order_by("seq")
    return [row.activity["kind"] for row in rows]


def test_assigning_says_so_in_the_thread_and_in_the_journal(conversation, ben, ada, support):
    assign(conversation, by=ada, assignee=ben, team=support)
    conversation.refresh_from_db()
    assert (conversation.assignee, conversation.team) == (ben, support)
    entry = Entry.objects.get(kind="conversation.assigned")
    assert entry.before == {"assignee": None, "team": None}
    assert entry.after["assignee"] == ben.public_id and entry.after["team"] == support.public_id
    message = conversation.messages.get(kind="activity")
    assert message.activity == {"kind": "assigned", "assignee": "Ben Okafor", "team": "Support"}
    assert message.public_seq is None
    assign(conversation, by=ada, assignee=ben)
    assert Entry.objects.filter(kind="conversation.assigned").count() == 1, "a repeat is no news"


def test_nobody_is_given_what_they_could_not_see(conversation, ada, ben, cleo, billing):
    with pytest.raises(Invalid, match="Ben Okafor"):
        assign(conversation, by=ada, assignee=ben, team=billing)
    assign(conversation, by=ada, assignee=ben)
    assign(conversation, by=ada, team=billing)
    conversation.refresh_from_db()
    assert conversation.assignee is None, "moving it behind a private door takes it from ben"
    with pytest.raises(NotFound):
        assign(conversation, by=ben, assignee=ben)
    assign(conversation, by=cleo, assignee=cleo)


def test_nobody_waits_for_who_can_no_longer_look(conversation, begin, emil, ada, cleo, billing):
    private, public = assign(conversation, by=ada, assignee=cleo, team=billing), begin(emil)
    assign(public, by=ada, assignee=cleo)
    remove_from_team(cleo, billing, by=ada)
    reactions.run_owed()
    private.refresh_from_db()
    public.refresh_from_db()
    assert (private.assignee, public.assignee) == (None, cleo)
    last = Entry.objects.filter(kind="conversation.assigned").latest("id")
    assert last.cause.kind == "teammate.left_team" and last.actor_type == "system"
    deactivate(cleo, by=ada)
    reactions.run_owed()
    public.refresh_from_db()
    assert public.assignee is None


def test_what_moves_behind_a_private_door_leaves_every_other_list(
    conversation, ada, billing, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assign(conversation, by=ada, team=billing)
    rows = [(topics, frame) for topics, frame in published if frame["type"] == "conversation"]
    assert rows[0][0] == ["inbox"] and rows[0][1]["removed"] is True and "html" not in rows[0][1]
    assert rows[1][0][0] == f"team.{billing.public_id}" and rows[1][1]["removed"] is False
    told = [topics for topics, frame in published if frame == {"type": "access"}]
    assert told == [[f"conversation.{conversation.public_id}"]]
    assert not any("inbox" in topics and "html" in frame for topics, frame in published)


def test_closing_and_reopening(conversation, ben):
    close(conversation, by=ben)
    conversation.refresh_from_db()
    assert conversation.is_closed and conversation.closed_at and conversation.waiting_since is None
    close(conversation, by=ben)
    reopen(conversation, by=ben)
    reopen(conversation, by=ben)
    conversation.refresh_from_db()
    assert conversation.is_open and conversation.closed_at is None
    assert activities(conversation) == ["closed", "reopened"]


def test_snoozing_until_a_time(conversation, ben, next_week):
    with pytest.raises(Invalid):
        snooze(conversation, by=ben, until=timezone.now() - timedelta(minutes=1))
    snooze(conversation, by=ben, until=next_week)
    snooze(conversation, by=ben, until=next_week)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == ("snoozed", next_week)
    assert wake_due() == 0
    Conversation.objects.update(snoozed_until=timezone.now())
    assert wake_due() == 1
    assert wake_due() == 0
    conversation.refresh_from_db()
    assert conversation.is_open
    assert activities(conversation) == ["snoozed", "woken"]
    assert Entry.objects.get(kind="conversation.reopened").actor_type == "system"
    close(conversation, by=ben)
    with pytest.raises(StateConflict):
        snooze(conversation, by=ben, until=next_week)


def test_a_teammate_has_read_as_far_as_they_have_seen(
    conversation, dora, ben, published, django_capture_on_commit_callbacks
):
    note(conversation, by=ben, body="Hm", client_id=new_id())
    reply(conversation, by=dora, body="Hello?", client_id=new_id())
    conversation.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        mark_read(conversation, by=ben, seq=3)
        mark_read(conversation, by=ben, seq=1)
        mark_read(conversation, by=ben, seq=99)
    assert ReadMarker.objects.get().seq == 3
    conversation.refresh_from_db()
    assert conversation.team_read_seq == 2
    to_contact = [frame for topics, frame in published if topics == [f"contact.{dora.public_id}"]]
    assert [(frame["by"], frame["seq"]) for frame in to_contact] == [("teammate", 2)]


def test_a_contact_has_read_and_the_badge_follows(conversation, dora, ben):
    for body in ("One", "Two", "Three"):
        reply(conversation, by=ben, body=body, client_id=new_id())
    mark_read(conversation, by=dora, seq=3)
    conversation.refresh_from_db()
    assert (conversation.contact_read_seq, conversation.contact_unread) == (3, 1)
    mark_read(conversation, by=dora, seq=2)
    mark_read(conversation, by=dora, seq=10**6)
    conversation.refresh_from_db()
    assert (conversation.contact_read_seq, conversation.contact_unread) == (4, 0)


def test_a_new_name_reaches_the_list(conversation, dora):
    dora.name = "Dora Berg"
    dora.save()
    assert rename(dora) == 1
    assert rename(dora) == 0
    conversation.refresh_from_db()
    assert conversation.contact_name == "Dora Berg"
    assert Entry.objects.get(kind="conversation.renamed").before == {
        "contact_name": "Dora Lindqvist"
    }


def test_everybody_sees_what_they_may_and_nothing_else(
    begin, ada, ben, cleo, dora, emil, otto, billing, support
):
    open_to_all, supports, billings = begin(dora), begin(dora), begin(emil)
    assign(supports, by=ada, team=support)
    assign(billings, by=ada, team=billing)
    seen = {
        name: set(Conversation.objects.visible_to(who).values_list("pk", flat=True))
        for name, who in {
            "ada": ada,
            "ben": ben,
            "cleo": cleo,
            "dora": dora,
            "emil": emil,
            "otto": otto,
            "app": None,
        }.items()
    }
    everything = {open_to_all.pk, supports.pk, billings.pk}
    assert seen["ada"] == seen["cleo"] == everything
    assert seen["ben"] == seen["app"] == {open_to_all.pk, supports.pk}
    assert seen["dora"] == {open_to_all.pk, supports.pk}
    assert seen["emil"] == {billings.pk} and seen["otto"] == set()
    ben.is_active = False
    assert not Conversation.objects.visible_to(ben).exists()


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_both_counters_dense(conversation, ben, dora):
    def write(by, count):
        try:
            for number in range(count):
                reply(conversation, by=by, body=f"{by.pk}/{number}", client_id=new_id())
                note(conversation, by=ben, body="between", client_id=new_id())
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(by, 6)) for by in [ben, dora] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    conversation.refresh_from_db()
    rows = list(conversation.messages.order_by("seq").values_list("seq", "public_seq"))
    assert [seq for seq, _ in rows] == list(range(1, 98))
    assert [seq for _, seq in rows if seq is not None] == list(range(1, 50))
    assert (conversation.last_seq, conversation.public_seq) == (97, 49)
