"""Rating in the messenger: offered after a closing, gone when it reopens."""

import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from inbox.actions import assign, close, mark_spam
from inbox.models import Conversation, Rating
from messenger.models import Installation
from people.actions import block_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(browser):
    return browser()


@pytest.fixture
def name(visitor, ben):
    name = visitor.start().json()["conversation"]["id"]
    conversation = assign(Conversation.objects.get(public_id=name), by=ben, assignee=ben)
    close(conversation, by=ben)
    return name


def rate(visitor, name, **said):
    return visitor.call("put", f"conversations/{name}/rating", said)


def listed(visitor):
    return visitor.call("get", "conversations").json()["conversations"][0]


def test_a_closed_conversation_can_be_rated_and_shows_what_was_said(visitor, name):
    assert (listed(visitor)["can_rate"], listed(visitor)["rating"]) == (True, None)
    answer = rate(visitor, name, score=5, comment=" Lovely \n")
    assert answer.status_code == 200
    assert answer.json()["rating"] == {"score": 5, "comment": "Lovely"}
    assert answer.json()["status"] == "closed"
    assert listed(visitor) == answer.json()
    assert visitor.boot().json()["conversations"][0] == answer.json()
    assert rate(visitor, name, score=4).json()["rating"] == {"score": 4, "comment": ""}
    assert Rating.objects.count() == 1


def test_a_new_word_ends_the_rating_of_what_was_closed(visitor, name, ben):
    rate(visitor, name, score=5)
    visitor.say(name, "One more thing")
    row = listed(visitor)
    assert (row["status"], row["can_rate"], row["rating"]) == ("open", False, None)
    assert rate(visitor, name, score=1).status_code == 409
    close(Conversation.objects.get(public_id=name), by=ben)
    assert (listed(visitor)["can_rate"], listed(visitor)["rating"]) == (True, None)


def test_a_messenger_that_does_not_ask_takes_no_rating(visitor, name):
    Installation.objects.update(is_rating_asked=False)
    cache.clear()
    assert listed(visitor)["can_rate"] is False
    answer = rate(visitor, name, score=5)
    assert answer.status_code == 409 and answer.json()["type"] == "state-conflict"
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"score": None},
        {"score": 0},
        {"score": 6},
        {"score": 2**70},
        {"score": "5"},
        {"score": 4.0},
        {"score": True},
        {"score": [5]},
        {"score": {"x": 5}},
        {"score": 5, "comment": 7},
        {"score": 5, "comment": ["x"]},
        {"score": 5, "comment": "x" * 2001},
        {"score": 5, "comment": "\u0007"},
        [5],
        "5",
        5,
    ],
)
def test_what_is_no_rating_is_refused(visitor, name, said):
    before = Entry.objects.count()
    answer = visitor.call("put", f"conversations/{name}/rating", said)
    assert answer.status_code == 400 and answer.json()["type"] == "validation"
    assert not Rating.objects.exists() and Entry.objects.count() == before


def test_nobody_elses_conversation_is_rated(visitor, name, browser):
    stranger = browser()
    assert rate(stranger, name, score=1).status_code == 404
    stranger.start()
    assert rate(stranger, name, score=1).status_code == 404
    assert visitor.call("put", f"conversations/{name}/rating", {"score": 1}, token="x").status_code
    assert rate(visitor, "cv_nothing", score=1).status_code == 404
    assert not Rating.objects.exists()


def test_the_blocked_and_spam_rate_nothing(visitor, name, ada):
    conversation = Conversation.objects.get(public_id=name)
    mark_spam(conversation, by=ada)
    assert listed(visitor)["can_rate"] is False
    assert rate(visitor, name, score=1).status_code == 409
    block_contact(conversation.contact, by=ada)
    assert rate(visitor, name, score=1).status_code == 403
    assert not Rating.objects.exists()


def test_ratings_are_limited_like_messages(visitor, name, settings):
    settings.VISITOR_MESSAGES_PER_MINUTE = 3
    codes = [rate(visitor, name, score=1 + n % 5).status_code for n in range(5)]
    assert codes == [200, 200, 200, 429, 429]


@pytest.mark.usefixtures("remembering")
def test_a_list_of_rated_conversations_costs_the_same_as_one(
    visitor, name, ben, django_assert_num_queries
):
    rate(visitor, name, score=3)
    with CaptureQueriesContext(connection) as few:
        visitor.call("get", "conversations")
    for_one = len(few)
    for _ in range(4):
        other = visitor.start(client_id=uuid.uuid4()).json()["conversation"]["id"]
        closing = assign(Conversation.objects.get(public_id=other), by=ben, assignee=ben)
        close(closing, by=ben)
        rate(visitor, other, score=5)
    with django_assert_num_queries(for_one):
        rows = visitor.call("get", "conversations").json()["conversations"]
    assert [row["rating"]["score"] for row in rows] == [5, 5, 5, 5, 3]
    assert all(row["assignee"]["name"] == "Ben" for row in rows)
