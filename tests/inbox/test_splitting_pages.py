"""Splitting by page, and what whoever looks sees of it."""

import json
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from inbox import actions
from inbox.models import Conversation, Split

SCRIPT = {"HTTP_HX_REQUEST": "true"}
THREAD = SCRIPT | {"HTTP_HX_TARGET": "conversation"}


def page(conversation, *rest, view="all"):
    return "/".join(["/inbox", view, conversation.public_id, *rest, ""])


def say(conversation, by, body):
    return actions.reply(conversation, by=by, body=body, client_id=uuid.uuid4()).message


@pytest.fixture
def source(begin, dora):
    conversation = begin(dora, "Where is my coat?")
    conversation.hat = say(conversation, dora, "And my hat?")
    return conversation


def form(*said, **more):
    fields = {"is_split": "true", "client_id": str(uuid.uuid4()), "team": "", "assignee": ""}
    return fields | {"seq": [message.seq for message in said]} | more


def split(source, by, *said, **more):
    ends = {"first_seq": said[0].seq, "last_seq": said[-1].seq}
    return actions.split(source, by=by, client_id=uuid.uuid4(), **ends, **more).conversation


def test_the_page_offers_what_the_customer_wrote(browser_of, source, ben, dora):
    actions.note(source, by=ben, body="A secret remark", client_id=uuid.uuid4())
    say(source, ben, "On its way")
    glove = say(source, dora, "And a glove?")
    split(source, ben, source.hat)
    for shown in (
        browser_of(ben).get(page(source, "split")).content.decode(),
        browser_of(ben).get(page(source, "split"), **SCRIPT).content.decode(),
    ):
        boxes = re.findall(r'<input type="checkbox" name="seq" value="(\d+)"( \w+)?', shown)
        assert boxes == [
            ("1", ""),
            (str(source.hat.seq), " disabled"),
            (str(glove.seq), " checked"),
        ]
        assert "On its way" in shown
        assert "secret" not in shown


def test_where_there_is_nothing_to_split_off_the_page_says_so(browser_of, begin, dora, ben):
    shown = browser_of(ben).get(page(begin(dora, "One"), "split")).content.decode()
    assert "nothing to split off" in shown
    assert "<button" not in shown.partition('id="split"')[2]


def test_splitting_by_form_leads_to_the_new_one_and_can_be_undone(browser_of, source, ben):
    browser = browser_of(ben)
    fields = form(source.hat, assignee="me")
    answer = browser.post(page(source, "split"), fields)
    made = Split.objects.get().made
    assert answer.headers["Location"] == page(made)
    assert made.assignee == ben
    again = browser.post(page(source, "split"), fields, **SCRIPT)
    told = json.loads(again.headers["HX-Trigger"])
    assert told["inbox:merged"] == {"conversation": source.public_id, "into": made.public_id}
    undo = told["inbox:done"]["undo"]
    assert undo == {"url": page(made, "split"), "values": {"is_split": ""}}
    back = browser.post(undo["url"], undo["values"], **SCRIPT)
    told = json.loads(back.headers["HX-Trigger"])
    assert told["inbox:merged"] == {"conversation": made.public_id, "into": source.public_id}
    made.refresh_from_db()
    assert made.merged_into == source
    redo = told["inbox:done"]["undo"]
    assert browser.post(redo["url"], redo["values"], **SCRIPT).status_code == 200
    made.refresh_from_db()
    assert made.status == "open"
    kinds = Entry.objects.filter(subject_id=made.public_id).values_list("kind", flat=True)
    assert {"conversation.split_off", "conversation.merged", "conversation.unmerged"} <= set(kinds)


def test_two_that_are_chosen_take_along_what_is_between(browser_of, source, ben, dora):
    say(source, dora, "The red one")
    glove = say(source, dora, "And a glove?")
    browser_of(ben).post(page(source, "split"), form(glove, source.hat))
    made = Split.objects.get()
    assert (made.first_seq, made.last_seq) == (source.hat.seq, glove.seq)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": []},
        {"seq": ["x"]},
        {"seq": ["-1"]},
        {"seq": ["9" * 30]},
        {"seq": ["1"] * 200},
        {"client_id": ""},
        {"client_id": "no"},
        {"team": "tm_nothing"},
        {"assignee": "\x00"},
    ],
)
def test_nonsense_splits_nothing(browser_of, source, ben, change):
    answer = browser_of(ben).post(page(source, "split"), form(source.hat) | change, **SCRIPT)
    assert answer.status_code in {400, 404}
    assert Conversation.objects.count() == 1


def test_a_thread_begins_with_what_it_was_begun_with(browser_of, source, ben):
    actions.note(source, by=ben, body="A secret remark", client_id=uuid.uuid4())
    made = split(source, ben, source.hat)
    shown = browser_of(ben).get(page(made), **THREAD).content.decode()
    assert shown.index("And my hat?") < shown.index("split this off from another")
    assert f'href="{page(source)}"' in shown
    assert "secret" not in shown
    there = browser_of(ben).get(page(source), **THREAD).content.decode()
    assert "began a new conversation with “And my hat?”" in there
    assert f'href="{page(made)}"' in there


def test_who_may_not_see_the_other_is_not_led_there(browser_of, source, ada, ben, billing):
    made = split(source, ada, source.hat)
    actions.assign(source, by=ada, team=billing)
    shown = browser_of(ben).get(page(made), **THREAD).content.decode()
    assert "And my hat?" in shown
    assert page(source) not in shown
    actions.assign(source, by=ada, team=None)
    actions.assign(made, by=ada, team=billing)
    shown = browser_of(ben).get(page(source), **THREAD).content.decode()
    assert page(made) not in shown
    assert browser_of(ben).get(page(made)).status_code == 404
    assert browser_of(ben).post(page(made, "split"), {"is_split": ""}).status_code == 404


def test_what_came_back_is_not_shown_twice(browser_of, source, ben):
    made = split(source, ben, source.hat)
    actions.unsplit(made, by=ben)
    shown = browser_of(ben).get(page(source, "parts", made.public_id)).content.decode()
    assert "And my hat?" not in shown
    whole = browser_of(ben).get(page(source), **THREAD).content.decode()
    assert "took the split back" in whole


def test_live_lines_tell_nothing_that_not_all_may_read(
    source, ada, billing, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = split(source, ada, source.hat, team=billing)
    rows = [(topics, frame) for topics, frame in published if frame["type"] == "conversation"]
    told = {frame["conversation"]: topics for topics, frame in rows if "html" in frame}
    assert f"team.{billing.public_id}" in told[made.public_id]
    assert "inbox" not in told[made.public_id]
    assert "inbox" in told[source.public_id]
    lines = [frame for _, frame in published if frame["type"] == "message"]
    assert [frame["conversation"] for frame in lines] == [source.public_id]
    assert "Billing" not in json.dumps(lines)


def test_a_thread_costs_the_same_for_any_number_of_splits(browser_of, source, dora, ben):
    browser = browser_of(ben)
    browser.get(page(source), **THREAD)
    with CaptureQueriesContext(connection) as before:
        browser.get(page(source), **THREAD)
    costs = []
    for count in (2, 5):
        for index in range(count):
            split(source, ben, say(source, dora, f"Matter {index}"))
        with CaptureQueriesContext(connection) as after:
            browser.get(page(source), **THREAD)
        costs.append(len(after))
    assert costs[0] == costs[1] > len(before)
