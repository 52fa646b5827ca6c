import pytest

from ground.journal.models import Entry
from people.actions import meet_visitor, merge_contacts
from people.models import Attribute, Contact
from people.models.token import Scope


def test_a_contact_is_created_and_read_back(api, ben, acme):
    script = api(ben)
    answer = script.post(
        "contacts",
        {
            "name": "Nora Vance",
            "email": "Nora@Vance.Test",
            "external_id": "n-1",
            "role": "user",
            "company": acme.public_id,
            "locale": "de",
            "timezone": "Europe/Berlin",
            "attributes": {"seats": 3},
        },
    )
    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == f"/api/v1/contacts/{body['id']}"
    assert (body["name"], body["email"], body["external_id"]) == (
        "Nora Vance",
        "nora@vance.test",
        "n-1",
    )
    assert body["company"] == {"id": acme.public_id, "external_id": "acme", "name": "Acme"}
    assert body["attributes"] == {"seats": 3}
    assert {(row["kind"], row["trust"], row["source"]) for row in body["identities"]} == {
        ("email", "proved", "teammate"),
        ("external", "proved", "teammate"),
    }
    assert script.get(answer["Location"]).json() == body
    entry = Entry.objects.get(kind="contact.created", subject_id=body["id"])
    assert (entry.actor_type, entry.actor_id) == ("teammate", ben.public_id)


def test_an_app_is_named_as_the_doer(api):
    app = api()
    body = app.post("contacts", {"name": "Nora", "email": "nora@vance.test"}).json()
    entry = Entry.objects.get(kind="contact.created")
    assert (entry.actor_type, entry.actor_id) == ("apitoken", app.token.public_id)
    assert body["identities"][0]["source"] == "api"


def test_no_answer_holds_a_primary_key_or_a_browser(api, ada, dora, installation):
    visitor = meet_visitor(scope=installation.public_id, visitor_id="v-secret")
    merge_contacts(dora, visitor, by=ada, reason="The same person.")
    body = api(ada).get(f"contacts/{dora.public_id}").json()
    assert "v-secret" not in str(body)
    assert {row["kind"] for row in body["identities"]} == {"email", "external"}
    numbers = [value for value in body.values() if isinstance(value, int)]
    assert numbers == [False]


def test_contacts_are_looked_up_by_what_they_are_known_by(api, dora, emil):
    app = api()

    def found(query):
        return [row["id"] for row in app.get(f"contacts?{query}").json()["results"]]

    assert found("email=Dora@ACME.test") == [dora.public_id]
    assert found("external_id=emil-1") == [emil.public_id]
    assert found("email=dora@acme.test&external_id=emil-1") == []
    assert found("email=nobody@acme.test") == []
    assert found("") == [emil.public_id, dora.public_id]


def test_a_merged_contact_leads_to_the_one_it_became(api, ada, dora, otto):
    merge_contacts(dora, otto, by=ada, reason="The same person.")
    script = api(ada)
    assert script.get(f"contacts/{otto.public_id}").json()["id"] == dora.public_id
    changed = script.patch(f"contacts/{otto.public_id}", {"name": "Dora L."}).json()
    assert (changed["id"], changed["name"]) == (dora.public_id, "Dora L.")
    assert [row["id"] for row in script.get("contacts").json()["results"]] == [dora.public_id]


def test_what_is_left_out_stays_and_null_takes_away(api, ben, dora):
    Attribute.objects.create(subject="contact", key="seats", label="Seats", type="number")
    script, path = api(ben), f"contacts/{dora.public_id}"
    body = script.patch(path, {"attributes": {"seats": 4, "color": "red"}}).json()
    assert body["name"] == "Dora Lindqvist" and body["attributes"] == {"seats": 4, "color": "red"}
    gone = {"attributes": {"color": None}, "email": None, "company": None}
    body = script.patch(path, {**gone, "phone": "+49 30 123456"}).json()
    assert body["attributes"] == {"seats": 4}
    assert (body["email"], body["company"], body["phone"]) == (None, None, "+4930123456")
    assert script.patch(path, {}).json() == body
    refused = script.patch(path, {"attributes": {"seats": "many"}, "name": "Changed"})
    assert refused.status_code == 400 and list(refused.json()["errors"]) == ["attributes.seats"]
    assert script.get(path).json() == body


def test_an_address_of_another_contact_is_a_conflict_that_names_it(api, ben, dora, emil):
    script = api(ben)
    answer = script.post("contacts", {"name": "Twin", "email": "dora@acme.test"})
    assert answer.status_code == 409 and answer.json()["type"] == "state-conflict"
    assert answer.json()["contact"] == dora.public_id
    assert not Contact.objects.filter(name="Twin").exists()
    answer = script.patch(f"contacts/{emil.public_id}", {"external_id": "dora-1"})
    assert answer.status_code == 409 and answer.json()["contact"] == dora.public_id


def test_a_post_under_one_key_makes_one_contact(api, ben):
    script, body = api(ben), {"name": "Nora", "email": "nora@vance.test"}
    first = script.post("contacts", body, idempotency_key="k-1")
    again = script.post("contacts", body, idempotency_key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert Contact.objects.count() == 1
    other = script.post("contacts", {"name": "Else"}, idempotency_key="k-1")
    assert other.status_code == 409 and other.json()["type"] == "client-id-reused"
    assert api(ben).post("contacts", {"name": "Else"}, idempotency_key="k-1").status_code == 201


def test_a_failed_post_may_be_tried_again_under_its_key(api, ben):
    script = api(ben)
    assert script.post("contacts", {"email": "no"}, idempotency_key="k").status_code == 400
    assert script.post("contacts", {"name": "Nora"}, idempotency_key="k").status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"external_id": " "}, "external_id"),
        ({"external_id": "a\nb"}, "external_id"),
        ({"role": "admin"}, "role"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"company": "co_nowhere"}, "company"),
        ({"company": 7}, "company"),
        ({"name": 7}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0007b"}, "name"),
        ({"attributes": []}, "attributes"),
        ({"attributes": {"a": {"b": 1}}}, "attributes.a"),
        ({"is_blocked": True}, "is_blocked"),
    ],
)
def test_a_wrong_field_is_named(api, ben, body, field):
    answer = api(ben).post("contacts", {"name": "Nora", **body})
    assert answer.status_code == 400 and answer.json()["type"] == "validation"
    assert list(answer.json()["errors"]) == [field]
    assert not Contact.objects.exists()


def test_fields_that_are_not_given_from_outside_are_refused(api, ada, dora):
    own = [field.name for field in Contact._meta.get_fields()]
    writable = {"name", "role", "company", "locale", "timezone", "is_blocked", "attributes"}
    before = Contact.objects.values().get()
    for name in [*own, "pk", "owner", "verified", "identities", "trust"]:
        if name in writable:
            continue
        for answer in (
            api(ada).patch(f"contacts/{dora.public_id}", {name: 1}),
            api(ada).post("contacts", {name: 1}),
        ):
            assert answer.status_code == 400 and list(answer.json()["errors"]) == [name]
    assert Contact.objects.values().get() == before


def test_companies_are_kept_by_your_own_id(api, ben, acme):
    script = api(ben)
    new = script.post("companies", {"external_id": "initech", "monthly_spend": "12.50"})
    assert new.status_code == 201
    assert (new.json()["name"], new.json()["monthly_spend"]) == ("initech", "12.50")
    known = script.post("companies", {"external_id": "initech", "plan": "pro"})
    assert known.status_code == 200
    assert (known.json()["id"], known.json()["plan"]) == (new.json()["id"], "pro")
    assert known.json()["monthly_spend"] == "12.50"
    changed = script.patch(f"companies/{acme.public_id}", {"name": "Acme Ltd"})
    assert changed.json()["name"] == "Acme Ltd" and changed.json()["plan"] == "pro"
    assert script.get(f"companies/{acme.public_id}").json() == changed.json()
    listed = script.get("companies?external_id=initech").json()["results"]
    assert [row["id"] for row in listed] == [new.json()["id"]]
    entry = Entry.objects.filter(kind="company.updated", subject_id=acme.public_id).get()
    assert (entry.before, entry.after) == ({"name": "Acme"}, {"name": "Acme Ltd"})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"monthly_spend": "much"}, "monthly_spend"),
        ({"monthly_spend": "1e400"}, "monthly_spend"),
        ({"monthly_spend": 10**13}, "monthly_spend"),
        ({"monthly_spend": True}, "monthly_spend"),
        ({"name": None}, "name"),
        ({"created_at": "2020-01-01"}, "created_at"),
        ({"external_id": ""}, "external_id"),
    ],
)
def test_a_wrong_field_of_a_company_is_named(api, ben, body, field):
    answer = api(ben).post("companies", {"external_id": "initech", **body})
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field]


def test_events_are_reported_for_a_contact_by_any_of_its_names(api, dora):
    app = api(scopes=[Scope.CONTACTS_WRITE])
    for who in (
        {"contact": dora.public_id},
        {"external_id": "dora-1"},
        {"email": "DORA@acme.test"},
    ):
        answer = app.post("events", {**who, "name": "order.placed", "metadata": {"total": 12}})
        assert answer.status_code == 201
        assert answer.json()["contact"] == dora.public_id
    assert dora.events.filter(name="order.placed").count() == 3
    entry = Entry.objects.filter(kind="contact.did").latest("id")
    assert (entry.actor_type, entry.subject_id) == ("apitoken", dora.public_id)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "x", "contact": "ct_nowhere"},
        {"name": "x", "external_id": "dora-1", "email": "dora@acme.test"},
        {"name": "", "external_id": "dora-1"},
        {"name": "x", "external_id": "dora-1", "metadata": {"a": []}},
        {"name": "x", "external_id": "dora-1", "created_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_a_malformed_event_is_refused(api, dora, body):
    assert api().post("events", body).status_code == 400
    assert not dora.events.exists()


def test_staff_and_teams_as_far_as_the_token_sees(api, ada, ben, cleo, support, billing):
    def names(script):
        teams = [row["name"] for row in script.get("teams").json()["results"]]
        staff = {
            row["name"]: [team["name"] for team in row["teams"]]
            for row in script.get("teammates").json()["results"]
        }
        return teams, staff

    hidden = ["Support"], {"Ada Byron": [], "Ben Okafor": ["Support"], "Cleo Marchand": []}
    all_seen = (
        ["Billing", "Support"],
        {"Ada Byron": [], "Ben Okafor": ["Support"], "Cleo Marchand": ["Billing"]},
    )
    assert names(api(ben)) == hidden and names(api()) == hidden
    assert names(api(ada)) == all_seen and names(api(cleo)) == all_seen
    for script, status in ((api(ben), 404), (api(), 404), (api(cleo), 200), (api(ada), 200)):
        assert script.get(f"teams/{billing.public_id}").status_code == status
    body = api(ben).get(f"teams/{support.public_id}").json()
    assert body["teammates"] == [{"id": ben.public_id, "name": "Ben Okafor"}]
    body = api(ben).get(f"teammates/{cleo.public_id}").json()
    assert (body["role"], body["is_admin"], body["teams"]) == ("Agent", False, [])
    assert "password" not in body
