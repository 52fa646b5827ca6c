"""The same done with many conversations at once, and taken back."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ground.journal.models import Entry
from inbox.actions import (
    assign,
    close,
    follow,
    mark_read,
    mark_spam,
    mark_unread,
    merge,
    prioritize,
    snooze,
    tag,
)
from inbox.changes import CHANGES
from inbox.models import Conversation, Follower, ReadMarker
from people.actions import find_or_create_tag
from people.models import Role, Tag
from tests.inbox.state import SCRIPT, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(begin, dora, emil, otto):
    return [begin(contact) for contact in (dora, emil, otto)]


@pytest.fixture
def many(browser_of):
    def send(mate, part, conversations, values=None, rows=None, view="all"):
        if rows is None:
            rows = [{"id": each.public_id, "values": values} for each in conversations]
        given = {"part": part, "rows": json.dumps(rows)}
        return browser_of(mate).post(f"/inbox/{view}/many/", given, headers=SCRIPT)

    return send


def test_each_goes_through_its_ordinary_action_and_all_are_taken_back(three, ben, many, next_week):
    snooze(three[1], by=ben, until=next_week)
    answer = many(ben, "status", three, {"status": "closed"}).json()
    assert answer["count"] == 3 and answer["failed"] == []
    assert statuses(three) == ["closed"] * 3
    entries = Entry.objects.filter(kind="conversation.closed", actor_id=ben.public_id)
    assert {entry.subject_id for entry in entries} == {each.public_id for each in three}
    back = many(ben, "status", [], rows=answer["undo"]).json()
    assert back["count"] == 3
    assert statuses(three) == ["open", "snoozed", "open"]
    found = Conversation.objects.get(pk=three[0].pk)
    assert found.waiting_since == three[0].waiting_since is not None, "they wait as before"
    assert Conversation.objects.get(pk=three[1].pk).snoozed_until == next_week


def test_what_is_so_already_is_not_undone(three, ben, many):
    close(three[0], by=ben)
    answer = many(ben, "status", three, {"status": "closed"}).json()
    assert {row["id"] for row in answer["undo"]} == {each.public_id for each in three[1:]}
    vip, _ = find_or_create_tag("VIP", by=ben)
    tag(three[0], by=ben, add=[vip])
    prioritize(three[1], by=ben, priority=Conversation.Priority.HIGH)
    assign(three[2], by=ben, assignee=ben)
    for part, values, changed in (
        ("tags", {"tag": vip.public_id, "is_on": "true"}, three[1:]),
        ("priority", {"priority": "high"}, [three[0], three[2]]),
        ("assignment", {"assignee": "me"}, three[:2]),
    ):
        answer = many(ben, part, three, values).json()
        assert answer["count"] == 3
        assert [row["id"] for row in answer["undo"]] == [each.public_id for each in changed]
        many(ben, part, [], rows=answer["undo"])
    rows = Conversation.objects.with_tags().in_bulk([each.pk for each in three])
    first, second, third = (rows[each.pk] for each in three)
    assert [bool(each.shown_tags) for each in (first, second, third)] == [True, False, False]
    assert [each.priority_word for each in (first, second, third)] == ["normal", "high", "normal"]
    assert [each.assignee for each in (first, second, third)] == [None, None, ben]


def test_one_that_fails_says_why_and_leaves_the_others(three, ada, ben, billing, many, next_week):
    mark_spam(three[0], by=ben)
    assign(three[1], by=ada, team=billing)
    answer = many(ben, "status", three, {"status": "snoozed", "snooze": "tomorrow"}).json()
    assert answer["count"] == 2, "spam is taken out of there first, as by the menu"
    [failed] = answer["failed"]
    assert failed["id"] == three[1].public_id and "yours to see" in failed["reason"]
    assert statuses(three) == ["snoozed", "open", "snoozed"]


def test_one_that_nobody_foresaw_fails_alone_with_nothing_half(three, ben, many, monkeypatch):
    put = CHANGES["status"]

    def stumble(found, by, values):
        changed = put(found, by, values)
        if found.pk == three[1].pk:
            connection.cursor().execute("SELECT '2030-01-01 00:00+23:59'::timestamptz")
        return changed if found.pk != three[2].pk else 1 / 0

    monkeypatch.setitem(CHANGES, "status", stumble)
    answer = many(ben, "status", three, {"status": "closed"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["count"] == 1 and [row["id"] for row in told["undo"]] == [three[0].public_id]
    assert [row["id"] for row in told["failed"]] == [each.public_id for each in three[1:]]
    assert statuses(three) == ["closed", "open", "open"]
    assert Entry.objects.filter(kind="conversation.closed").count() == 1


def test_a_time_of_any_offset_is_taken(three, ben, many):
    until = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S+23:59")
    answer = many(ben, "status", three, {"status": "snoozed", "until": until}).json()
    assert answer["count"] == 3 and statuses(three) == ["snoozed"] * 3


def test_a_team_takes_the_assignee_along_and_undo_brings_both_back(three, ada, ben, billing, many):
    assign(three[0], by=ada, assignee=ben)
    answer = many(ada, "assignment", three[:1], {"team": billing.public_id}).json()
    assert answer["undo"][0]["values"] == {"assignee": ben.public_id, "team": ""}
    many(ada, "assignment", [], rows=answer["undo"])
    found = Conversation.objects.get(pk=three[0].pk)
    assert (found.assignee, found.team) == (ben, None)


def test_a_new_tag_is_made_once_for_all(three, ben, many):
    answer = many(ben, "tags", three, {"name": "Storm", "is_on": "true"}).json()
    assert answer["count"] == 3 and Tag.objects.filter(name="Storm").count() == 1
    assert Conversation.objects.tagged(Tag.objects.get(name="Storm")).count() == 3


def test_a_role_that_only_looks_changes_nothing(three, ben, many, browser_of):
    ben.role = Role.objects.create(name="Reader", capabilities=[])
    ben.save()
    answer = many(ben, "status", three, {"status": "closed"}).json()
    assert answer["count"] == 0 and len(answer["failed"]) == 3 and answer["undo"] == []
    assert statuses(three) == ["open"] * 3
    bar = browser_of(ben).get("/inbox/all/many/").content.decode()
    assert not re.findall(r'data-many="(?!following|unread)', bar)


def test_the_bar_offers_what_fits_its_list(ben, browser_of, support, billing):
    browser = browser_of(ben)
    bar = browser.get("/inbox/all/many/").content.decode()
    assert 'value="closed"' in bar and support.public_id in bar and billing.public_id not in bar
    assert 'value="closed"' not in browser.get("/inbox/closed/many/").content.decode()
    assert 'value="spam"' not in browser.get("/inbox/spam/many/").content.decode()
    assert browser.get("/inbox/nothing/many/").status_code == 404


def test_all_become_unread_for_oneself_and_read_again_by_undo(three, ada, ben, many):
    for conversation, by in ((three[0], ben), (three[1], ben), (three[1], ada)):
        mark_read(conversation, by=by, seq=1)
    mark_unread(three[1], by=ben)
    answer = many(ben, "unread", three, {"is_unread": "true"}).json()
    assert (answer["count"], answer["failed"]) == (3, [])
    marks = ReadMarker.objects.filter(teammate=ben)
    assert set(marks.values_list("conversation", "is_unread")) == {(c.pk, True) for c in three}
    entries = Entry.objects.filter(kind="conversation.marked_unread", actor_id=ben.public_id)
    assert {entry.subject_id for entry in entries} == {each.public_id for each in three}
    assert not ReadMarker.objects.get(teammate=ada).is_unread
    assert len(answer["undo"]) == 2, "one was unread before"
    many(ben, "unread", [], rows=answer["undo"])
    assert {mark.conversation_id: mark.is_unread for mark in marks.all()} == {
        three[0].pk: False,
        three[1].pk: True,
        three[2].pk: False,
    }


def test_all_are_followed_and_only_what_is_new_is_taken_back(three, ben, many):
    follow(three[0], by=ben)
    answer = many(ben, "following", three, {"is_following": "true"}).json()
    assert answer["count"] == 3
    assert Follower.objects.filter(teammate=ben).count() == 3
    assert Entry.objects.filter(kind="conversation.followed").count() == 3
    many(ben, "following", [], rows=answer["undo"])
    assert [each.conversation for each in Follower.objects.filter(teammate=ben)] == [three[0]]
    assert Entry.objects.filter(kind="conversation.unfollowed").count() == 2


def test_a_tag_is_taken_off_where_it_was_and_undo_puts_it_back_there(three, ben, many):
    label, _ = find_or_create_tag("Lamp", by=ben)
    tag(three[0], by=ben, add=[label])
    answer = many(ben, "tags", three, {"tag": label.public_id, "is_on": "false"}).json()
    assert answer["count"] == 3 and len(answer["undo"]) == 1
    assert Conversation.objects.get(pk=three[0].pk).shown_tags == []
    assert Entry.objects.filter(kind="conversation.tagged").count() == 2
    many(ben, "tags", [], rows=answer["undo"])
    assert Conversation.objects.get(pk=three[0].pk).shown_tags == [label.shown]


def test_a_role_that_only_looks_may_follow_many(three, ben, many, browser_of):
    ben.role = Role.objects.create(name="Reader", capabilities=[])
    ben.save()
    assert 'name="is_following"' in browser_of(ben).get("/inbox/all/many/").content.decode()
    assert many(ben, "following", three, {"is_following": "true"}).json()["count"] == 3


def test_the_bar_snoozes_until_a_time_of_ones_own_and_takes_tags_off(ben, browser_of):
    label, _ = find_or_create_tag("Lamp", by=ben)
    bar = browser_of(ben).get("/inbox/all/many/").content.decode()
    assert 'type="datetime-local" name="until"' in bar
    assert f'form="many-untag" name="tag" value="{label.public_id}"' in bar
    assert '<form id="many-untag" data-many="tags"' in bar
    assert 'data-many-key="unread"' in bar and 'data-many-key="follow"' in bar


def test_to_find_them_is_one_query_for_all(three, ben, many, begin, dora):
    more = three + [begin(dora, f"Another {number}") for number in range(17)]
    costs = []
    for conversations in (more[:10], more):
        with CaptureQueriesContext(connection) as captured:
            rows = many(ben, "priority", conversations, {"priority": "normal"}).json()
        assert rows["count"] == len(conversations)
        finding = [query for query in captured if 'public_id" IN' in query["sql"]]
        costs.append(len(finding))
    assert costs == [1, 1]


ROW = {"id": "cv_1", "values": {"status": "closed"}}


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        ("status", "no json"),
        ("status", "{}"),
        ("status", "[]"),
        ("status", "null"),
        ("status", "[" * 2000),
        ("status", '[{"id": 1, "values": {}}]'),
        ("status", '[{"id": "cv\\u0000", "values": {}}]'),
        ("status", '[{"id": ["cv_1"], "values": {}}]'),
        ("status", '[{"id": "cv_1"}]'),
        ("status", '[{"id": "cv_1", "values": []}]'),
        ("status", '[{"id": "cv_1", "values": {"status": 1}}]'),
        ("status", '[{"id": "cv_1", "values": {"status": "\\u0000"}}]'),
        ("status", json.dumps([{"id": "cv_1", "values": {"until": "x" * 81}}])),
        ("status", json.dumps([{"id": f"cv_{n}", "values": {}} for n in range(101)])),
        ("deletion", json.dumps([ROW])),
        ("", json.dumps([ROW])),
    ],
)
def test_what_makes_no_sense_is_refused_whole(conversation, ben, browser_of, part, rows):
    given = {"part": part, "rows": rows}
    assert browser_of(ben).post("/inbox/all/many/", given, headers=SCRIPT).status_code == 400
    assert browser_of(ben).post("/inbox/all/many/", {}, headers=SCRIPT).status_code == 400
    assert statuses([conversation]) == ["open"]


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("status", {}),
        ("status", {"status": "gone"}),
        ("status", {"status": "snoozed", "until": "soon"}),
        ("status", {"status": "snoozed", "until": "9999-12-31T23:59-23:59"}),
        ("assignment", {}),
        ("assignment", {"assignee": "mate_gone"}),
        ("tags", {"tag": "tag_gone"}),
        ("priority", {"priority": "9"}),
    ],
)
def test_values_that_no_menu_has_are_told_for_each(three, ben, many, part, values):
    answer = many(ben, part, three, values)
    assert answer.status_code == 200
    assert len(answer.json()["failed"]) == 3 and answer.json()["count"] == 0
    assert not Entry.objects.filter(actor_id=ben.public_id).exists()


# ---- merging several -----------------------------------------------------------------------------


@pytest.fixture
def doras(begin, dora):
    return [begin(dora, f"Matter {number}") for number in range(3)]


def into(conversation):
    return {"is_merged": "true", "into": conversation.public_id}


def wholes(conversations):
    rows = Conversation.objects.in_bulk([each.pk for each in conversations])
    return [rows[each.pk].merged_into for each in conversations]


def test_several_of_one_customer_become_one_and_all_are_taken_back(doras, emil, begin, ben, many):
    others = begin(emil)
    whole = doras[2]
    answer = many(ben, "merge", [*doras, others], into(whole)).json()
    assert answer["count"] == 3
    assert [each["id"] for each in answer["failed"]] == [others.public_id]
    assert "two customers" in answer["failed"][0]["reason"]
    assert wholes([*doras, others]) == [whole, whole, None, None]
    entries = Entry.objects.filter(kind="conversation.merged", actor_id=ben.public_id)
    assert {entry.subject_id for entry in entries} == {each.public_id for each in doras[:2]}
    assert {row["id"] for row in answer["undo"]} == {each.public_id for each in doras[:2]}
    back = many(ben, "merge", [], rows=answer["undo"]).json()
    assert (back["count"], back["failed"]) == (2, [])
    assert wholes(doras) == [None, None, None]
    assert statuses(doras) == ["open"] * 3


def test_what_is_merged_there_already_is_not_taken_out_by_undo(doras, ben, many):
    merge(doras[0], into=doras[2], by=ben)
    answer = many(ben, "merge", doras[:2], into(doras[2])).json()
    assert [row["id"] for row in answer["undo"]] == [doras[1].public_id]


def test_nothing_is_merged_into_what_one_may_not_see(doras, ada, ben, billing, many):
    assign(doras[2], by=ada, team=billing)
    for values in (into(doras[2]), {"is_merged": "true", "into": "cv_nothing"}, {"is_merged": "1"}):
        answer = many(ben, "merge", doras[:2], values).json()
        assert (answer["count"], len(answer["failed"])) == (0, 2)
    assert wholes(doras) == [None, None, None]
