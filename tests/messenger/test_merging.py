"""What a contact sees of two conversations that became one: everything they wrote, once."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox import actions
from inbox.models import Conversation, Message
from messenger.visitors import opened_by_link, token_for
from tests.visiting import Browser


@pytest.fixture
def scene(browser, signed, ben):
    """Dora's browser and her two conversations; ben has answered in both."""
    visitor = browser(identity=signed(name="Dora Lindqvist", email="dora@acme.test"))
    names = [visitor.start(body).json()["conversation"]["id"] for body in ("Coat", "Hat")]
    part, whole = (Conversation.objects.get(public_id=name) for name in names)
    for each in (part, whole):
        actions.reply(each, by=ben, body="We look", client_id=uuid.uuid4())
        actions.note(each, by=ben, body="Difficult one", client_id=uuid.uuid4())
    return visitor, part, whole


def listed(visitor):
    rows = visitor.call("get", "conversations").json()["conversations"]
    return [row["id"] for row in rows]


def test_a_part_stays_readable_and_is_closed(scene, ben):
    visitor, part, whole = scene
    actions.merge(part, into=whole, by=ben)
    booted = visitor.boot().json()
    states = {row["id"]: (row["status"], row["can_rate"]) for row in booted["conversations"]}
    assert states == {part.public_id: ("closed", False), whole.public_id: ("open", False)}
    assert booted["unread"] == 2
    read = visitor.read(part.public_id).json()
    assert [row["body_text"] for row in read["messages"]] == ["Coat", "We look"]
    assert where(booted["conversations"]) == {
        part.public_id: whole.public_id,
        whole.public_id: None,
    }
    actions.unmerge(part, by=ben)
    again = visitor.read(part.public_id).json()["conversation"]
    assert (again["status"], again["merged_into"]) == ("open", None)


def where(rows):
    return {row["id"]: row["merged_into"] for row in rows}


def test_a_merge_tells_the_contacts_screens_where_it_goes_on(
    scene, ben, published, django_capture_on_commit_callbacks
):
    visitor, part, whole = scene
    linked = opened_by_link(visitor.installation, part.contact, part)

    def told():
        """What their screens were shown of conversations, and what of it one by a link."""
        topic = f"contact.{part.contact.public_id}"
        frames = [frame for topics, frame in published if topic in topics]
        frames = [frame for frame in frames if frame["type"] == "conversation"]
        by_link = [frame["conversation"] for frame in frames if linked.may_hear(frame)]
        published.clear()
        return where([frame["conversation"] for frame in frames]), where(by_link)

    with django_capture_on_commit_callbacks(execute=True):
        actions.merge(part, into=whole, by=ben)
    all_told, by_link = told()
    assert (all_told[part.public_id], by_link) == (whole.public_id, {})
    with django_capture_on_commit_callbacks(execute=True):
        actions.unmerge(part, by=ben)
    all_told, by_link = told()
    assert all_told[part.public_id] is None
    assert by_link == {part.public_id: None}


@pytest.mark.usefixtures("remembering")
def test_merged_conversations_cost_one_query_however_many(scene, ben, django_assert_num_queries):
    visitor, part, whole = scene
    actions.merge(part, into=whole, by=ben)
    visitor.start("Another")
    with CaptureQueriesContext(connection) as one:
        listed(visitor)
    count = len(one)
    for words in ("Scarf", "Boots"):
        name = visitor.start(words).json()["conversation"]["id"]
        actions.merge(Conversation.objects.get(public_id=name), into=whole, by=ben)
    with django_assert_num_queries(count):
        assert len(listed(visitor)) == 5


def test_what_is_sent_to_a_part_is_stored_once_and_says_where(scene, ben):
    visitor, part, whole = scene
    name = uuid.uuid4()
    before = uuid.uuid4()
    visitor.say(part.public_id, "Before", before)
    actions.merge(part, into=whole, by=ben)
    answers = [visitor.say(part.public_id, "After", name) for _ in range(2)]
    answers.append(visitor.say(whole.public_id, "After", name))
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert {answer.json()["message"]["id"] for answer in answers} == {
        answers[0].json()["message"]["id"]
    }
    assert answers[0].json()["conversation"]["id"] == whole.public_id
    assert Message.objects.filter(client_id=name).count() == 1
    again = visitor.say(whole.public_id, "Before", before)
    assert again.status_code == 200
    assert again.json()["conversation"]["id"] == part.public_id
    assert Message.objects.filter(client_id=before).count() == 1


def test_notes_of_a_part_never_reach_the_contact(scene, ben):
    visitor, part, whole = scene
    actions.merge(part, into=whole, by=ben)
    told = f"{visitor.read(whole.public_id).json()} {visitor.read(part.public_id).json()}"
    assert "Difficult" not in told
    assert "merged another" not in told


def test_another_contact_opens_neither(scene, browser, signed, emil, ben):
    _, part, whole = scene
    actions.merge(part, into=whole, by=ben)
    stranger = browser(identity=signed(sub="emil-1", name="Emil"))
    for each in (part, whole):
        assert stranger.read(each.public_id).status_code == 404
        assert stranger.say(each.public_id, "Hi").status_code == 404


def test_a_link_to_a_part_opens_the_part_alone(scene, ben):
    visitor, part, whole = scene
    contact = part.contact
    actions.reply(whole, by=ben, body="Secret matter", client_id=uuid.uuid4())
    actions.merge(part, into=whole, by=ben)
    guest = Browser(visitor.installation)
    guest.token = token_for(opened_by_link(visitor.installation, contact, part))
    read = guest.read(part.public_id).json()
    assert [row["body_text"] for row in read["messages"]] == ["Coat", "We look"]
    assert listed(guest) == [part.public_id]
    answer = guest.say(part.public_id, "By link")
    assert answer.status_code == 201
    assert set(answer.json()) == {"message"}
    assert whole.messages.filter(body_text="By link").count() == 1
    rated = guest.call("put", f"conversations/{part.public_id}/rating", {"score": 5})
    assert rated.status_code == 409
    told = f"{read} {answer.json()} {guest.boot().json()} {rated.json()}"
    assert whole.public_id not in told
    assert "Secret" not in told
    assert guest.read(whole.public_id).status_code == 404


def test_reading_the_whole_reads_what_was_unread_in_a_part(scene, ben):
    visitor, part, whole = scene
    visitor.call("put", f"conversations/{whole.public_id}/read", {"seq": 2})
    actions.merge(part, into=whole, by=ben)
    assert visitor.boot().json()["unread"] == 1
    visitor.call("put", f"conversations/{whole.public_id}/read", {"seq": 2})
    assert visitor.boot().json()["unread"] == 0


def test_typing_in_a_part_is_shown_in_the_whole(scene, ben, published):
    visitor, part, whole = scene
    actions.merge(part, into=whole, by=ben)
    visitor.call("post", f"conversations/{part.public_id}/typing", {})
    typing = [frame for _, frame in published if frame["type"] == "typing"]
    assert [frame["conversation"] for frame in typing] == [whole.public_id]
