"""REST: side conversations."""

import uuid

import pytest

from ground.journal.models import Entry
from inbox.actions import assign
from inbox.models import SideConversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(begun, dora):
    return begun(dora)


@pytest.fixture
def home(conversation):
    return f"/api/v1/conversations/{conversation.public_id}/side-conversations"


def question(*mates, **more):
    return {
        "body": "Is the coat **back**?",
        "client_id": str(uuid.uuid4()),
        "teammates": [mate.public_id for mate in mates],
        **more,
    }


def test_one_asks_reads_answers_closes_and_reopens(home, api, ada, ben, support):
    given = question(ben, subject="Coat", teams=[support.public_id])
    created = api(ada).post(home, given)
    assert created.status_code == 201
    side = created.json()
    assert side["subject"] == "Coat" and side["asked_by"] == "Ada Byron"
    assert [each["name"] for each in side["teams"]] == ["Support"]
    assert {each["name"] for each in side["teammates"]} == {"Ada Byron", "Ben Okafor"}
    assert api(ada).post(home, given).status_code == 200
    own = f"{home}/{side['id']}"
    assert api(ben).get(own).json()["unread"] == 1
    said = api(ben).post(f"{own}/messages", {"body": "Yes", "client_id": str(uuid.uuid4())})
    assert said.status_code == 201 and said.json()["seq"] == 2
    assert said.json()["author"] == {"id": ben.public_id, "name": "Ben Okafor"}
    thread = api(ada).get(f"{own}/messages?after=1").json()
    assert [each["body_text"] for each in thread["messages"]] == ["Yes"]
    assert thread["last_seq"] == 2
    assert api(ada).put(f"{own}/read", {"seq": 2}).json()["unread"] == 0
    assert api(ada).post(f"{own}/closure", {}).json()["closed_at"]
    assert api(ada).delete(f"{own}/closure").json()["closed_at"] is None
    kinds = list(Entry.objects.filter(subject_id=side["id"]).values_list("kind", flat=True))
    assert kinds == ["side.asked", "side.answered", "side.closed", "side.reopened"]
    assert [each["id"] for each in api(ada).get(home).json()["results"]] == [side["id"]]


def test_further_people_are_asked_in(home, api, ada, ben, cleo):
    side = api(ada).post(home, question(ben)).json()
    joined = api(ben).post(f"{home}/{side['id']}/participants", {"teammates": [cleo.public_id]})
    assert joined.status_code == 200
    assert cleo.public_id in {each["id"] for each in joined.json()["teammates"]}


def test_who_may_not_see_it_is_neither_told_nor_asked(
    home, api, conversation, ada, ben, cleo, billing
):
    side = api(ada).post(home, question(cleo)).json()
    assign(conversation, by=ada, team=billing)
    refused = api(cleo).post(home, question(ben))
    assert refused.status_code == 400
    assert refused.json()["errors"]["whom"] == ["Ben Okafor may not see this conversation."]
    for method, path, body in (
        ("get", home, None),
        ("post", home, question(cleo)),
        ("get", f"{home}/{side['id']}", None),
        ("get", f"{home}/{side['id']}/messages", None),
        ("post", f"{home}/{side['id']}/closure", {}),
    ):
        response = getattr(api(ben), method)(path, *([body] if body is not None else []))
        assert response.status_code == 404, (method, path)
    assert SideConversation.objects.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"body": ""},
        {"body": "a\x00"},
        {"client_id": "x"},
        {"teammates": []},
        {"teammates": ["mate_nobody"]},
        {"teammates": [None]},
        {"teammates": "x"},
        {"teams": ["tm_nothing"]},
        {"teammates": ["mate_x"] * 99},
        {"subject": "x" * 200},
        {"surprise": 1},
    ],
)
def test_what_makes_no_sense_is_refused(home, api, ada, ben, broken):
    response = api(ada).post(home, question(ben) | broken)
    assert response.status_code == 400, response.json()
    assert not SideConversation.objects.exists()


def test_a_private_team_that_takes_part_is_named_to_who_may_know_it(
    home, api, conversation, ada, ben, cleo, billing
):
    asked = api(ada).post(home, question(ben, teams=[billing.public_id])).json()
    assert [each["name"] for each in asked["teams"]] == ["Billing"]
    for blind in (api(ben), api()):
        (side,) = blind.get(home).json()["results"]
        assert side["teams"] == []
        (line,) = blind.get(f"/api/v1/conversations/{conversation.public_id}/messages").json()[
            "messages"
        ][-1:]
        assert line["activity"]["whom"] == "a private team, Ben Okafor"
    assert [each["name"] for each in api(cleo).get(home).json()["results"][0]["teams"]] == [
        "Billing"
    ]
