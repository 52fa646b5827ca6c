import uuid

import pytest

from inbox import actions
from inbox.models import Conversation, Split


@pytest.fixture
def two_matters(begun, dora):
    """A conversation, and the `seq` of the second matter in it."""
    conversation = begun(dora)
    posted = actions.reply(conversation, by=dora, body="And my hat?", client_id=uuid.uuid4())
    return conversation, posted.message.seq


def path(conversation, noun="splits"):
    return f"conversations/{conversation.public_id}/{noun}"


def test_the_api_splits_and_takes_it_back(api, two_matters, ben):
    source, seq = two_matters
    wanted = {"client_id": str(uuid.uuid4()), "first_seq": seq}
    asking = api(ben)
    answer = asking.post(path(source), wanted)
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["is_split_off"]) == ("open", True)
    assert asking.post(path(source), wanted).status_code == 200
    made = Conversation.objects.get(public_id=answer.json()["id"])
    began = asking.get(path(made, "split")).json()
    assert began["source"] == source.public_id
    assert [each["body_text"] for each in began["messages"]] == ["And my hat?"]
    assert [each["seq"] for each in began["messages"]] == [seq]
    written = asking.get(f"conversations/{made.public_id}/transcript").json()["content"]
    assert "And my hat?" in written
    back = asking.delete(path(made, "split"))
    assert (back.status_code, back.json()["merged_into"]) == (200, source.public_id)
    assert asking.delete(path(made, "split")).status_code == 200
    assert asking.get(path(source, "split")).json() == {"source": None, "messages": []}
    assert asking.delete(path(source, "split")).json()["status"] == "open"


def test_it_is_given_to_whom_the_call_says(api, two_matters, ben, support):
    source, seq = two_matters
    given = {"team": support.public_id, "assignee": ben.public_id}
    wanted = {"client_id": str(uuid.uuid4()), "first_seq": seq, "last_seq": seq} | given
    made = api(ben).post(path(source), wanted).json()
    assert (made["team"]["id"], made["assignee"]["id"]) == (support.public_id, ben.public_id)


def test_conflicts_say_what_is_the_matter(api, two_matters, ben):
    source, seq = two_matters
    asking = api(ben)
    name = str(uuid.uuid4())
    nothing_left = asking.post(path(source), {"client_id": name, "first_seq": 1, "last_seq": seq})
    assert (nothing_left.status_code, nothing_left.json()["type"]) == (409, "state-conflict")
    asking.post(path(source), {"client_id": name, "first_seq": seq})
    reused = asking.post(path(source), {"client_id": name, "first_seq": 1})
    assert (reused.status_code, reused.json()["type"]) == (409, "client-id-reused")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": None},
        {"client_id": "no"},
        {"first_seq": None},
        {"first_seq": 0},
        {"first_seq": 999},
        {"first_seq": 2**70},
        {"first_seq": "x"},
        {"last_seq": 1},
        {"last_seq": -1},
        {"team": "tm_nothing"},
        {"assignee": 7},
        {"more": 1},
    ],
)
def test_nonsense_splits_nothing(api, two_matters, ben, change):
    source, seq = two_matters
    wanted = {"client_id": str(uuid.uuid4()), "first_seq": seq} | change
    assert api(ben).post(path(source), wanted).status_code == 400
    assert not Split.objects.exists()


def test_what_the_token_may_not_see_is_not_split_nor_named(
    api, two_matters, ada, ben, cleo, billing
):
    source, seq = two_matters
    wanted = {"client_id": str(uuid.uuid4()), "first_seq": seq, "team": None}
    made = api(ben).post(path(source), wanted).json()
    actions.assign(source, by=ada, team=billing)
    found = Conversation.objects.get(public_id=made["id"])
    for asking in (api(ben), api()):
        lines = asking.get(path(found, "messages")).json()["messages"]
        assert [line["activity"]["conversation"] for line in lines] == [None]
        assert asking.post(path(source), wanted).status_code == 404
        began = asking.get(path(found, "split")).json()
        assert (began["source"], len(began["messages"])) == (None, 1)
        assert asking.delete(path(found, "split")).status_code == 404
    actions.assign(found, by=ada, team=billing)
    assert api(ben).get(path(found, "split")).status_code == 404
    assert api(cleo).get(path(found, "split")).json()["source"] == source.public_id


def test_a_list_of_split_off_conversations_costs_as_any_other(
    api, two_matters, ben, django_assert_max_num_queries
):
    source, seq = two_matters
    asking = api(ben)
    asking.post(path(source), {"client_id": str(uuid.uuid4()), "first_seq": seq})
    with django_assert_max_num_queries(12):
        assert len(asking.get("conversations").json()["results"]) == 2
