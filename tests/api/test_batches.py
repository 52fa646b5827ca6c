"""REST: the same done with many conversations."""

import uuid

import pytest

from ground.journal.models import Entry
from inbox.actions import assign, reply
from inbox.actions.batches import work_off_batches
from inbox.models import Batch
from tests.inbox.state import statuses

pytestmark = pytest.mark.django_db

CLOSE = {"part": "status", "values": {"status": "closed"}}


@pytest.fixture
def three(begun, dora, emil, otto):
    return [begun(contact) for contact in (dora, emil, otto)]


def ids(conversations):
    return [each.public_id for each in conversations]


def test_those_that_are_named_are_done_and_taken_back(api, three, ben, emil):
    made = api(ben).post("batches", {"conversations": ids(three[:2]), **CLOSE})
    assert made.status_code == 201 and made.json()["state"] == "running"
    reply(three[1], by=emil, body="Wait", client_id=uuid.uuid4())
    work_off_batches(60)
    assert statuses(three) == ["closed", "closed", "open"], "named is meant, whoever wrote since"
    name = made.json()["id"]
    assert api(ben).get(f"batches/{name}").json()["count"] == 2
    begun = Entry.objects.get(kind="batch.begun")
    assert begun.after["conversations"] == ids(three[:2]) and begun.actor_id == ben.public_id
    back = api(ben).post("batches", {"undoes": name})
    assert back.status_code == 201 and back.json()["undoes"] == name
    work_off_batches(60)
    assert statuses(three) == ["open"] * 3
    assert api(ben).post("batches", {"undoes": name}).status_code == 409
    assert [each["id"] for each in api(ben).get("batches").json()["results"]] == [
        back.json()["id"],
        name,
    ]


def test_a_view_is_done_and_can_be_stopped(api, three, ben, cleo):
    made = api(ben).post("batches", {"view": "all", **CLOSE}).json()
    assert api(ben).post("batches", {"view": "all", **CLOSE}).status_code == 409
    for method in ("get", "delete"):
        assert getattr(api(cleo), method)(f"batches/{made['id']}").status_code == 404
    assert api(ben).delete(f"batches/{made['id']}").json()["state"] == "stopped"
    work_off_batches(60)
    assert statuses(three) == ["open"] * 3


def test_what_one_may_not_see_is_left_out(api, three, ada, ben, billing):
    assign(three[0], by=ada, team=billing)
    made = api(ben).post("batches", {"conversations": ids(three), **CLOSE}).json()
    work_off_batches(60)
    assert statuses(three) == ["open", "closed", "closed"]
    assert api(ben).get(f"batches/{made['id']}").json()["failed"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        CLOSE,
        {"view": "all"},
        {"view": "all", "conversations": ["cv_x"], **CLOSE},
        {"conversations": [], **CLOSE},
        {"conversations": ["cv_x"] * 1001, **CLOSE},
        {"conversations": [None], **CLOSE},
        {"view": "all", "part": "explode", "values": {}},
        {"view": "all", "part": "status", "values": []},
        {"view": "all", "part": "status", "values": {"status": "a\x00"}},
        {"view": "all", "part": "status", "values": {"status": "x" * 99}},
        {"undoes": "bt_x", "view": "all"},
    ],
)
def test_what_makes_no_sense_is_refused(api, ben, body):
    assert api(ben).post("batches", body).status_code == 400
    assert not Batch.objects.exists()


def test_an_app_works_on_nothing(api):
    assert api().post("batches", {"view": "all", **CLOSE}).status_code == 403
    assert api().get("batches").status_code == 403
