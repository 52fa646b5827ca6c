"""`user_hash`, for people who move from elsewhere: it proves an id, for ever, and nothing else."""

import hashlib
import hmac

import pytest
from django.utils import timezone

from messenger.models import IdentitySecret
from people.models import Contact, Identity


def hash_of(user_id, secret):
    return hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def mover(installation):
    """An installation that takes hashes, and how its company makes one."""
    installation.is_user_hash_allowed = True
    installation.save()
    secret = installation.identity_secrets.get().value
    return lambda user_id: {"user_id": user_id, "user_hash": hash_of(user_id, secret)}


def test_a_hash_opens_the_contact_of_its_id(browser, mover, dora):
    visitor = browser()
    body = visitor.boot(**mover("dora-1")).json()
    assert (body["contact"]["id"], body["contact"]["role"]) == (dora.public_id, "user")
    assert visitor.start("Hello").status_code == 201
    assert visitor.boot().json()["conversations"][0]["preview"] == "Hello"


def test_a_hash_serves_where_verification_is_required(browser, mover, installation, dora):
    installation.is_verification_required = True
    installation.save()
    assert browser().boot(**mover("dora-1")).status_code == 200
    assert browser().boot(user_id="", user_hash="").status_code == 401


def test_what_stands_beside_a_hash_is_only_claimed(browser, mover, dora, emil):
    said = {"name": "The Boss", "email": "emil@globex.test", "attributes": {"plan": "gold"}}
    body = browser().boot(**mover("dora-1"), **said).json()
    assert body["contact"]["name"] == "Dora Lindqvist"
    dora.refresh_from_db()
    assert (dora.name, dora.attributes) == ("Dora Lindqvist", {})
    assert dora.claims == {"name": "The Boss", "email": "emil@globex.test", "plan": "gold"}
    assert Identity.objects.get(value="emil@globex.test").contact == emil


def test_a_number_is_an_id_too(browser, mover):
    proof = mover("42") | {"user_id": 42}
    assert browser().boot(**proof).status_code == 200
    assert Identity.objects.get(kind="external").value == "42"


def test_an_identity_says_more_than_a_hash(browser, mover, signed, dora, emil):
    body = browser().boot(identity=signed(sub="emil-1"), **mover("dora-1")).json()
    assert body["contact"]["id"] == emil.public_id


def test_where_it_is_not_allowed_a_good_hash_is_refused(browser, mover, installation, dora):
    installation.is_user_hash_allowed = False
    installation.save()
    answer = browser().boot(**mover("dora-1"))
    assert (answer.status_code, answer.json()["type"]) == (401, "not-authenticated")


def test_any_secret_in_force_will_do_and_a_retired_one_will_not(browser, mover, installation, dora):
    old = installation.identity_secrets.get()
    new = IdentitySecret.objects.create(installation=installation)
    for secret in (old, new):
        proof = {"user_id": "dora-1", "user_hash": hash_of("dora-1", secret.value)}
        assert browser().boot(**proof).status_code == 200
    old.retired_at = timezone.now()
    old.save()
    assert browser().boot(**mover("dora-1")).status_code == 401


WRONG = {
    "random": "0123456789abcdef" * 4,
    "of another id": None,
    "short": "ab",
    "not hex": "z" * 64,
    "not ASCII": "\u0661" * 64,
    "spaces around": f" {'0' * 64} ",
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_hash_that_does_not_hold_opens_nothing(browser, mover, dora, reason):
    wrong = WRONG[reason] or mover("emil-1")["user_hash"]
    answer = browser().boot(user_id="dora-1", user_hash=wrong)
    assert (answer.status_code, answer.json()["type"]) == (401, "not-authenticated")
    assert Contact.objects.get() == dora


@pytest.mark.parametrize("empty", [None, "", 0, [], {}, False, ["a"], 7])
def test_an_id_without_its_proof_is_refused_and_not_ignored(browser, mover, dora, empty):
    answer = browser().boot(user_id="dora-1", user_hash=empty)
    assert (answer.status_code, answer.json()["type"]) == (400, "validation")
    assert browser().boot(user_id="dora-1").status_code == 400
    assert browser().boot(user_hash=mover("dora-1")["user_hash"]).status_code == 400
    assert Contact.objects.get() == dora


@pytest.mark.parametrize("user_id", [True, 1.5, [], {"a": 1}, "a\0b", "x" * 201, "\ud800"])
def test_an_id_of_nonsense_is_refused(browser, mover, user_id):
    answer = browser().boot(user_id=user_id, user_hash="0" * 64)
    assert (answer.status_code, answer.json()["type"]) == (400, "validation")
