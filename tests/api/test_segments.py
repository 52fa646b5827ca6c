"""REST: segments, who is in them, and which a contact is in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from ground.web.timing import OutOfTime
from people.actions import create_contact, create_segment, update_contact
from people.models import Role, Segment
from people.models.token import Scope

PRO = {"fact": "company.plan", "op": "is", "value": "pro"}
LEADS = {"fact": "contact.role", "op": "is", "value": "lead"}


@pytest.fixture
def pro(db):
    return create_segment(by=None, name="Pro", description="Pay.", condition=PRO)


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_a_segment_is_made_read_changed_and_deleted(api, ben):
    script = api(ben)
    made = script.post("segments", {"name": "Pro", "condition": PRO})
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["description"], body["condition"]) == ("Pro", "", PRO)
    assert body["faults"] == []
    assert Entry.objects.get(kind="segment.created").actor_id == ben.public_id
    path = f"segments/{body['id']}"
    assert script.get(path).json() == body
    changed = script.patch(path, {"name": "Leads", "condition": LEADS, "description": "Soon."})
    assert (changed.status_code, changed.json()["description"]) == (200, "Soon.")
    assert [row["name"] for row in script.get("segments").json()["results"]] == ["Leads"]
    gone = script.delete(path)
    assert (gone.status_code, gone.json()["condition"]) == (200, LEADS)
    assert script.get(path).status_code == script.patch(path, {}).status_code == 404
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "pro"},
        {"name": "x" * 61},
        {"name": "nul\0"},
        {"description": "y" * 201},
        {"condition": None},
        {"condition": []},
        {"condition": {"all": []}},
        {"condition": {"fact": "contact.segments", "op": "is_empty"}},
        {"condition": {"fact": "contact.name", "op": "is", "value": "\0"}},
        {"condition": {"not": {"not": "x"}}},
        {"color": "red"},
    ],
)
def test_what_is_no_segment_is_refused(api, ben, pro, wrong):
    script = api(ben)
    answer = script.post("segments", {"name": "Fine", "condition": LEADS, **wrong})
    # A body with a NUL is refused before its fields are looked at.
    assert answer.status_code == 400 and set(answer.json().get("errors", wrong)) == set(wrong)
    if wrong != {"name": "pro"}:
        assert script.patch(f"segments/{pro.public_id}", wrong).status_code == 400
    assert Segment.objects.get().name == "Pro"


def test_scopes_and_rights_hold(api, ben, pro):
    reader = api(ben, scopes=[Scope.CONTACTS_READ])
    assert reader.get("segments").status_code == 200
    fresh = {"name": "Leads", "condition": LEADS}
    assert reader.post("segments", fresh).status_code == 403
    writer = api(ben, scopes=[Scope.CONVERSATIONS_WRITE])
    assert writer.get("segments").status_code == 403
    assert writer.post("segments", fresh).status_code == 201
    assert api(None).delete(f"segments/{Segment.objects.get(name='Leads').public_id}").json()
    ben.role = Role.objects.create(name="Reader", capabilities=["contacts.edit"])
    ben.save()
    assert api(ben).delete(f"segments/{pro.public_id}").status_code == 403
    assert [each.name for each in Segment.objects.all()] == ["Pro"]


def test_contacts_of_a_segment_come_page_by_page(api, ben, dora, emil, acme, pro):
    script = api(ben)
    others = [create_contact(by=None, name=f"C{n}", company=acme) for n in range(4)]
    path = f"contacts?segment={pro.public_id}&limit=2"
    found, page = [], script.get(path)
    while True:
        found += ids(page)
        if page.json()["next"] is None:
            break
        page = script.get(f"{path}&cursor={page.json()['next']}")
    assert found == [each.public_id for each in [*reversed(others), dora]]
    one = f"contacts?segment={pro.public_id}&email="
    assert ids(script.get(f"{one}dora@acme.test")) == [dora.public_id]
    assert ids(script.get(f"{one}emil@globex.test")) == []
    assert script.get("contacts?segment=seg_nobody").status_code == 400
    Segment.objects.update(condition={"fact": "contact.attributes.gone", "op": "is_known"})
    assert ids(script.get(path)) == []
    assert script.get(f"segments/{pro.public_id}").json()["faults"]


def test_a_page_of_a_segment_asks_the_same_for_25_and_100(api, ben, acme, pro):
    script = api(ben)
    for number in range(100):
        create_contact(by=None, name=f"C{number}", company=acme)
    counts = []
    assert script.get("segments").status_code == 200
    for limit in (25, 100):
        with CaptureQueriesContext(connection) as captured:
            answer = script.get(f"contacts?segment={pro.public_id}&limit={limit}")
        assert len(ids(answer)) == limit
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_segment_that_takes_too_long_says_so(api, ben, pro, monkeypatch):
    def late(milliseconds):
        raise OutOfTime

    monkeypatch.setattr("people.api.contacts.within", late)
    answer = api(ben).get(f"contacts?segment={pro.public_id}")
    assert answer.status_code == 503 and "too long" in answer.json()["detail"]


def test_a_contact_names_its_segments_as_they_are_now(api, ben, dora, pro):
    script = api(ben)
    path = f"contacts/{dora.public_id}"
    assert script.get(path).json()["segments"] == [{"id": pro.public_id, "name": "Pro"}]
    assert script.patch(path, {"company": None}).json()["segments"] == []
    create_segment(by=None, name="Leads", condition=LEADS)
    update_contact(dora, by=None, role="lead")
    assert [row["name"] for row in script.get(path).json()["segments"]] == ["Leads"]
