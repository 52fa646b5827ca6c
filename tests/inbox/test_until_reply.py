"""What is put off until the customer writes: no clock wakes it, only their word or ours."""

import json
import uuid

import pytest

from ground.journal.models import Entry
from inbox.actions import close, merge, reply, snooze, unmerge, wake_due
from inbox.frames import state_of
from inbox.models import Conversation
from inbox.steps import carry_out, in_words, sound
from inbox.transcript import deed
from inbox.zones import zone_of

SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def asleep(conversation, ben):
    return snooze(conversation, by=ben, until=None)


def page(conversation, *rest):
    return "/".join(["/inbox/all", conversation.public_id, *rest, ""])


def test_no_clock_wakes_it_and_the_customers_word_does(asleep, ben, dora):
    assert (asleep.status, asleep.snoozed_until) == ("snoozed", None)
    entry = Entry.objects.get(kind="conversation.snoozed")
    assert (entry.after["status"], entry.after.get("snoozed_until")) == ("snoozed", None)
    assert wake_due() == 0
    asleep.refresh_from_db()
    assert asleep.status == "snoozed"
    reply(asleep, by=ben, body="We wait for you", client_id=uuid.uuid4())
    asleep.refresh_from_db()
    assert asleep.status == "snoozed"
    reply(asleep, by=dora, body="Here I am", client_id=uuid.uuid4())
    asleep.refresh_from_db()
    assert asleep.is_open
    assert Entry.objects.get(kind="conversation.reopened").cause.kind == "message.received"


def test_the_same_again_leaves_no_trace_and_a_time_may_follow(asleep, ben, next_week):
    snooze(asleep, by=ben, until=None)
    assert Entry.objects.filter(kind="conversation.snoozed").count() == 1
    snooze(asleep, by=ben, until=next_week)
    asleep.refresh_from_db()
    assert asleep.snoozed_until == next_week
    snooze(asleep, by=ben, until=None)
    asleep.refresh_from_db()
    assert (asleep.status, asleep.snoozed_until) == ("snoozed", None)


def test_head_list_and_thread_say_until_whom(asleep, ben, browser_of):
    browser = browser_of(ben)
    shown = browser.get(page(asleep)).content.decode()
    assert "<span>Until they write</span></span>" in shown
    assert "snoozed this until the customer writes" in shown
    row = browser.get("/inbox/snoozed/").content.decode().split('id="row-')[1]
    assert "Until they write</span>" in row and "Snoozed</span>" not in row
    line = asleep.messages.get(kind="activity")
    assert deed(line, zone_of(ben)) == "Ben Okafor snoozed this until the customer writes"
    assert state_of(Conversation.objects.for_list().get(pk=asleep.pk))["snoozed_until"] is None


def test_the_menu_puts_off_and_undo_brings_back_what_was(conversation, ben, browser_of, next_week):
    browser = browser_of(ben)
    assert 'value="reply"' in browser.get(page(conversation)).content.decode()
    form = {"status": "snoozed", "snooze": "reply"}
    answer = browser.post(page(conversation, "status"), form, **SCRIPT)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == ("snoozed", None)
    undo = json.loads(answer.headers["HX-Trigger"])["inbox:done"]["undo"]
    assert undo["values"] == {"status": "open"}
    closed = browser.post(page(conversation, "status"), {"status": "closed"}, **SCRIPT)
    undo = json.loads(closed.headers["HX-Trigger"])["inbox:done"]["undo"]
    assert undo["values"] == form
    browser.post(undo["url"], undo["values"], **SCRIPT)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == ("snoozed", None)


def test_many_at_once_and_back(begin, dora, emil, ben, browser_of):
    rows = [begin(dora), begin(emil)]
    browser = browser_of(ben)
    assert 'value="reply"' in browser.get("/inbox/all/many/", **SCRIPT).content.decode()
    values = {"status": "snoozed", "snooze": "reply"}
    given = [{"id": each.public_id, "values": values} for each in rows]
    sent = {"part": "status", "rows": json.dumps(given)}
    answer = browser.post("/inbox/all/many/", sent, **SCRIPT).json()
    found = Conversation.objects.in_bulk([each.pk for each in rows]).values()
    assert {(each.status, each.snoozed_until) for each in found} == {("snoozed", None)}
    sent["rows"] = json.dumps(answer["undo"])
    browser.post("/inbox/all/many/", sent, **SCRIPT)
    found = Conversation.objects.in_bulk([each.pk for each in rows]).values()
    assert {each.status for each in found} == {"open"}


def test_a_macro_does_it_along(conversation, ben):
    [step] = sound([{"do": "snooze", "to": "reply"}])
    assert in_words(step, {}) == "Snooze until they write"
    carry_out([step], conversation, ben)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == ("snoozed", None)


def test_what_it_is_merged_into_sleeps_on_and_gives_it_back(begin, asleep, dora, ben):
    whole = begin(dora, "And my hat?")
    close(whole, by=ben)
    merge(asleep, into=whole, by=ben)
    whole.refresh_from_db()
    assert (whole.status, whole.snoozed_until) == ("snoozed", None)
    unmerge(asleep, by=ben)
    for each in (asleep, whole):
        each.refresh_from_db()
    assert (asleep.status, asleep.snoozed_until) == ("snoozed", None)
    assert whole.is_closed
