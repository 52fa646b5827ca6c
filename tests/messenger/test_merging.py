"""What a contact sees of two conversations that became one: everything they wrote, once."""

import uuid

import pytest

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
    actions.unmerge(part, by=ben)
    assert visitor.read(part.public_id).json()["conversation"]["status"] == "open"


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
