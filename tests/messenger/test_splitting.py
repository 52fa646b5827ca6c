"""What a contact sees when a second matter of theirs goes on in a conversation of its own."""

import json
import uuid

import pytest

from inbox import actions
from inbox.models import Conversation
from messenger.visitors import opened_by_link, token_for
from tests.visiting import Browser


@pytest.fixture
def visitor(browser, signed):
    return browser(identity=signed(name="Dora Lindqvist", email="dora@acme.test"))


@pytest.fixture
def source(visitor, ben):
    """A conversation with two matters and a note in it."""
    name = visitor.start("Coat").json()["conversation"]["id"]
    found = Conversation.objects.get(public_id=name)
    actions.note(found, by=ben, body="Difficult one", client_id=uuid.uuid4())
    visitor.say(name, "Hat", uuid.uuid4())
    return found


def split(source, by, body="Hat"):
    seq = source.messages.get(body_text=body).seq
    name = uuid.uuid4()
    return actions.split(source, by=by, first_seq=seq, last_seq=seq, client_id=name).conversation


def texts(rows):
    return [row["body_text"] for row in rows]


def test_the_new_conversation_has_their_words_at_its_top(visitor, source, ben):
    made = split(source, ben)
    actions.reply(made, by=ben, body="Which hat?", client_id=uuid.uuid4())
    rows = {row["id"]: row for row in visitor.boot().json()["conversations"]}
    assert set(rows) == {source.public_id, made.public_id}
    assert (rows[made.public_id]["preview"], rows[made.public_id]["unread"]) == ("Which hat?", 1)
    answer = visitor.read(made.public_id).json()
    assert texts(answer["beginning"]) == ["Hat"]
    assert [row["seq"] for row in answer["beginning"]] == [0]
    assert texts(answer["messages"]) == ["Which hat?"]
    assert texts(visitor.read(source.public_id).json()["messages"]) == ["Coat", "Hat"]


def test_nothing_of_teammates_is_told(
    visitor, source, ben, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = split(source, ben)
    answer = visitor.read(made.public_id).json()
    assert answer["conversation"]["last_seq"] == 0
    for hidden in ("Difficult one", "split", source.public_id, "Ben"):
        assert hidden not in json.dumps(answer)
    topic = f"contact.{source.contact.public_id}"
    frames = [frame for topics, frame in published if topic in topics]
    told = [(frame["type"], frame["conversation"]) for frame in frames]
    assert {(kind, shown["id"], shown["preview"]) for kind, shown in told} == {
        ("conversation", source.public_id, "Coat"),
        ("conversation", made.public_id, "Hat"),
    }


def test_an_ordinary_conversation_says_nothing_of_a_beginning(visitor, source):
    assert "beginning" not in visitor.read(source.public_id).json()


def test_what_they_write_goes_where_they_write_it_and_a_retry_too(visitor, source, ben):
    made = split(source, ben)
    name = uuid.uuid4()
    for target in (made, source):
        answers = [visitor.say(target.public_id, f"To {target.pk}", name) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert target.messages.filter(client_id=name).count() == 1
    earlier = source.messages.get(body_text="Hat").client_id
    assert visitor.say(source.public_id, "Hat", earlier).status_code == 200


def test_a_split_taken_back_leaves_no_empty_conversation(visitor, source, ben):
    made = split(source, ben)
    actions.unsplit(made, by=ben)
    rows = {row["id"]: row for row in visitor.boot().json()["conversations"]}
    assert rows[source.public_id]["is_listed"] is True
    assert rows.get(made.public_id, {"is_listed": False})["is_listed"] is False
    answer = visitor.say(made.public_id, "Hello?", uuid.uuid4())
    assert answer.json()["conversation"]["id"] == source.public_id


def test_what_was_said_in_it_stays_listed(visitor, source, ben):
    made = split(source, ben)
    visitor.say(made.public_id, "The red one", uuid.uuid4())
    actions.unsplit(made, by=ben)
    rows = {row["id"]: row for row in visitor.boot().json()["conversations"]}
    assert (rows[made.public_id]["is_listed"], rows[made.public_id]["status"]) == (True, "closed")


def test_another_contact_opens_neither(visitor, source, browser, signed, emil, ben):
    made = split(source, ben)
    stranger = browser(identity=signed(sub="emil-1", name="Emil"))
    for each in (source, made):
        assert stranger.read(each.public_id).status_code == 404


def test_a_link_to_it_shows_its_beginning_and_opens_nothing_else(
    visitor, source, installation, ben
):
    made = split(source, ben)
    actions.reply(made, by=ben, body="Which hat?", client_id=uuid.uuid4())
    linked = Browser(installation)
    linked.token = token_for(opened_by_link(installation, made.contact, made))
    answer = linked.read(made.public_id).json()
    assert texts(answer["beginning"]) == ["Hat"]
    assert linked.read(source.public_id).status_code == 404
