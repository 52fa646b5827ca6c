"""What a page says of its visitor without proof: kept, shown as unverified, believed by nobody."""

import json

import pytest

from ground.journal.models import Entry
from people.models import Contact, ContactMerge, Identity

SAID = {"name": "Nele", "email": "nele@mail.test", "attributes": {"plan": "gold", "seats": 3}}


def test_a_claim_waits_for_the_first_word(browser):
    visitor = browser(**SAID)
    assert not Contact.objects.exists()
    assert visitor.boot().json()["contact"]["name"] == "Nele", "a reload forgets nothing"
    visitor.start("Hi")
    contact = Contact.objects.get()
    assert (contact.name, contact.attributes, contact.role) == ("", {}, "visitor")
    assert contact.claims == {"name": "Nele", "plan": "gold", "seats": 3}
    identity = contact.identities.get(kind="email")
    assert (identity.value, identity.trust) == ("nele@mail.test", Identity.Trust.CLAIMED)
    assert not contact.is_verified
    entry = Entry.objects.get(kind="contact.claimed")
    assert entry.after == {"name": "Nele", "plan": "gold", "seats": 3}
    assert len(visitor.boot().json()["token"]) < 500, "the token does not carry them any longer"


def test_a_claim_of_a_known_contact_opens_and_merges_nothing(browser, signed, dora):
    owner = browser(identity=signed(email="dora@acme.test"))
    owner.start("Dora's secret")
    visitor = browser(email="dora@acme.test", name="Dora Lindqvist")
    visitor.start("I am Dora")
    body = visitor.boot(email="dora@acme.test").json()
    assert "secret" not in str(body)
    assert body["contact"]["id"] != dora.public_id and body["contact"]["role"] == "visitor"
    assert not ContactMerge.objects.exists()
    assert Identity.objects.get(kind="email", value="dora@acme.test").contact == dora
    pretender = Contact.objects.exclude(pk=dora.pk).get()
    assert pretender.claims == {"name": "Dora Lindqvist", "email": "dora@acme.test"}


def test_nobody_finds_out_who_is_known_to_us(browser, dora):
    """The same answers whether the address is somebody's or nobody's."""
    answers = []
    for address in ("dora@acme.test", "else@acme.test"):
        visitor = browser(email=address)
        visitor.start("Hi")
        body = visitor.boot(email=address).json()
        assert body["contact"].pop("email") == address
        answers.append({**body["contact"], "id": None})
    assert answers[0] == answers[1]


def test_who_claims_again_and_again_has_one_claimed_address(browser):
    visitor = browser()
    visitor.start("Hi")
    for number in range(5):
        visitor.boot(email=f"n{number}@mail.test", attributes={f"key{number}": 1})
    contact = Contact.objects.get()
    assert [row.value for row in contact.identities.filter(kind="email")] == ["n4@mail.test"]
    assert contact.claims == {"key4": 1}


def test_claiming_the_same_again_leaves_no_entry(browser):
    visitor = browser(**SAID)
    visitor.start("Hi")
    before = Entry.objects.count()
    visitor.boot(**SAID)
    assert not Entry.objects.filter(kind="contact.claimed")[1:].exists()
    assert Entry.objects.count() == before


def test_a_proved_contact_keeps_its_own_beside_what_is_claimed(browser, signed, dora):
    visitor = browser(identity=signed(name="Dora L."), **SAID)
    dora.refresh_from_db()
    assert (dora.name, dora.email) == ("Dora L.", "dora@acme.test")
    assert dora.claims == {"name": "Nele", "plan": "gold", "seats": 3}
    assert visitor.boot().json()["contact"]["email"] == "dora@acme.test"


def test_the_claims_of_an_anonymous_browser_come_along_as_claims(browser, signed, dora):
    visitor = browser(name="Somebody Else")
    visitor.boot(identity=signed())
    dora.refresh_from_db()
    assert (dora.name, dora.claims) == ("Dora Lindqvist", {"name": "Somebody Else"})


def test_agents_see_that_it_is_unverified(browser, browser_of, ben):
    visitor = browser(name="The <b>Boss</b>", email="boss@acme.test")
    name = visitor.start("Hi").json()["conversation"]["id"]
    page = browser_of(ben).get(f"/inbox/all/{name}/").content.decode()
    assert "The &lt;b&gt;Boss&lt;/b&gt;" in page and "<b>Boss" not in page
    assert page.count("Unverified") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": 7},
        {"name": ["a"]},
        {"name": "a\0b"},
        {"name": "x" * 201},
        {"email": "no address"},
        {"email": {"a": 1}},
        {"email": f"{'x' * 300}@mail.test"},
        {"attributes": []},
        {"attributes": "plan=gold"},
        {"attributes": {"a": {"b": 1}}},
        {"attributes": {"a": [1]}},
        {"attributes": {"email": "x@y.test"}},
        {"attributes": {"<script>": 1}},
        {"attributes": {f"key{number}": 1 for number in range(21)}},
        {"attributes": {f"key{number}": "x" * 500 for number in range(10)}},
        {"attributes": {"a": "x" * 2000}},
    ],
    ids=lambda wrong: json.dumps(wrong)[:30],
)
def test_a_claim_of_nonsense_is_refused_as_a_whole(browser, wrong):
    visitor = browser()
    visitor.start("Hi")
    answer = visitor.boot(**wrong)
    assert (answer.status_code, answer.json()["type"]) == (400, "validation")
    assert answer.json()["detail"]
    assert Contact.objects.get().claims == {}


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_an_empty_claim_is_none(browser, nothing):
    given = {"attributes": nothing} if nothing == {} else {"name": nothing, "email": nothing}
    assert browser().boot(**given).status_code == 200
