"""Whose address is it? Proof moves it, a claim never does."""

import pytest

from ground.journal.models import Entry
from ground.web.problems import Invalid, StateConflict
from people.actions import claim_identity, create_contact, update_contact
from people.addresses import normalized
from people.models import Identity
from people.models.contact import Contact

Trust = Identity.Trust


def claim(contact, value, trust, kind="email"):
    return claim_identity(contact, kind, value, trust=trust, source="test", by=contact)


def test_a_free_address_is_taken(otto):
    identity = claim(otto, " Otto@Mail.Test ", Trust.CLAIMED)
    assert (identity.value, identity.value_raw) == ("otto@mail.test", "Otto@Mail.Test")
    assert not identity.is_verified
    entry = Entry.objects.get(kind="identity.added", subject_id=otto.public_id)
    assert entry.after["value"] == "otto@mail.test"


def test_a_stronger_proof_takes_over_and_both_are_told(otto, emil):
    claim(otto, "shared@mail.test", Trust.CLAIMED)
    identity = claim(emil, "shared@mail.test", Trust.PROVED)
    assert identity.contact == emil
    entries = Entry.objects.filter(kind="identity.moved")
    assert {entry.subject_id for entry in entries} == {otto.public_id, emil.public_id}
    assert all(entry.before["contact"] == otto.public_id for entry in entries)


@pytest.mark.parametrize("trust", [Trust.CLAIMED, Trust.NETWORK_STRONG, Trust.PROVED])
def test_an_equal_or_weaker_claim_takes_nothing(dora, otto, trust):
    assert claim(otto, "dora@acme.test", trust) is None
    assert dora.identities.filter(value="dora@acme.test").exists()
    otto.refresh_from_db()
    assert otto.claims == {"email": "dora@acme.test"}
    assert not otto.is_merged
    assert Entry.objects.filter(kind="identity.claimed").count() == 1
    claim(otto, "dora@acme.test", trust)
    assert Entry.objects.filter(kind="identity.claimed").count() == 1


def test_the_same_contact_gets_stronger_never_weaker(otto):
    claim(otto, "otto@mail.test", Trust.CLAIMED)
    assert claim(otto, "otto@mail.test", Trust.PROVED).trust == Trust.PROVED
    assert claim(otto, "otto@mail.test", Trust.CLAIMED).trust == Trust.PROVED


def test_the_address_confirmed_last_is_shown(otto):
    for address in ("one@mail.test", "two@mail.test", "one@mail.test"):
        update_contact(otto, by=None, email=address)
    assert Contact.objects.get(pk=otto.pk).email == "one@mail.test"
    assert otto.identities.count() == 2
    update_contact(otto, by=None, email=None)
    assert Contact.objects.get(pk=otto.pk).email == ""
    assert Entry.objects.filter(kind="identity.removed").count() == 2


def test_a_second_record_of_one_address_is_refused(ada, dora):
    with pytest.raises(StateConflict) as caught:
        create_contact(by=ada, name="Twin", email="DORA@acme.test")
    assert caught.value.members["contact"] == dora.public_id
    assert not Contact.objects.filter(name="Twin").exists()


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        (" a.b+tag@sub.example.org ", "a.b+tag@sub.example.org"),
        ("jürgen@example.com", "jürgen@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("o'neil@example.com", "o'neil@example.com"),
    ],
)
def test_an_email_has_one_spelling(written, stored):
    assert normalized("email", written) == stored
    assert normalized("email", stored) == stored


def test_a_lookalike_letter_stays_another_mailbox():
    kelvin = "\u212aate@example.com"
    assert normalized("email", kelvin) != normalized("email", "Kate@example.com")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@localhost",
        "a b@example.com",
        "ann@exam ple.com",
        ".ann@example.com",
        "a..b@example.com",
        "ann@-example.com",
        "ann@example..com",
        "ann@127.0.0.1",
        "ann@example.com\nBcc: x@y.zz",
        "<ann@example.com>",
        "ann@example.com, bob@example.com",
        "a\u202enn@example.com",
        "a\x00b@example.com",
        "\ud800@example.com",
        "a" * 65 + "@example.com",
        "a@" + "b" * 64 + ".com",
        "a@" + ".".join(["b" * 60] * 5) + ".com",
        None,
        7,
        ["a@b.cc"],
    ],
    ids=repr,
)
def test_what_is_no_email_is_refused(bad):
    with pytest.raises(Invalid) as caught:
        normalized("email", bad)
    assert "email" in caught.value.errors


@pytest.mark.parametrize(
    ("written", "stored"),
    [("+49 (30) 123-4567", "+49301234567"), ("0044 20 7946 0000", "+442079460000")],
)
def test_a_phone_has_one_spelling(written, stored):
    assert normalized("phone", written) == stored


@pytest.mark.parametrize("bad", ["030 123", "+0 1234567", "+49", "phone", "+4912345678901234567"])
def test_a_phone_without_its_country_is_refused(bad):
    with pytest.raises(Invalid):
        normalized("phone", bad)
