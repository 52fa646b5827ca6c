import time
import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from inbox.models import Conversation
from messenger.models import IdentitySecret
from people.actions import create_contact, merge_contacts, unmerge, update_contact
from people.models import Contact, ContactMerge, Identity


def test_a_signed_identity_opens_its_contact(browser, signed, dora):
    visitor = browser(identity=signed(name="Dora L.", email="dora@acme.test"))
    body = visitor.boot(identity=signed()).json()
    assert body["contact"]["id"] == dora.public_id
    assert (body["contact"]["role"], body["contact"]["email"]) == ("user", "dora@acme.test")


def test_an_unknown_sub_becomes_a_new_user(browser, signed):
    visitor = browser(identity=signed(sub="new-1", name="Nele", company={"id": "c1", "name": "C"}))
    contact = Contact.objects.get()
    assert (contact.role, contact.name, contact.company.name) == ("user", "Nele", "C")
    assert visitor.start("Hi").json()["conversation"]["id"]
    assert Conversation.objects.get().contact == contact


def test_what_an_anonymous_visitor_wrote_comes_along(browser, signed, dora):
    visitor = browser()
    visitor.start("Before I signed in")
    old_token = visitor.token
    body = visitor.boot(identity=signed()).json()
    assert [row["preview"] for row in body["conversations"]] == ["Before I signed in"]
    assert ContactMerge.objects.get().kept == dora
    visitor.token = old_token
    stale = visitor.call("get", "conversations")
    assert stale.status_code == 401, "the anonymous token does not open the known contact"
    assert visitor.boot(token=old_token).json()["conversations"] == []


def test_the_next_person_at_the_same_computer_sees_nothing_of_the_first(
    browser, signed, dora, emil
):
    visitor = browser(identity=signed(sub="dora-1"))
    visitor.start("Dora's words")
    token_of_dora = visitor.token
    body = visitor.boot(identity=signed(sub="emil-1")).json()
    assert body["contact"]["id"] == emil.public_id and body["conversations"] == []
    assert not ContactMerge.objects.exists()
    assert visitor.token != token_of_dora
    again = visitor.boot(identity=signed(sub="dora-1")).json()
    assert [row["preview"] for row in again["conversations"]] == ["Dora's words"]


def test_an_anonymous_claim_opens_nothing(browser, dora):
    visitor = browser(identity=None)
    answer = visitor.start("I am dora@acme.test")
    assert answer.status_code == 201
    assert Conversation.objects.get().contact != dora


BAD = {
    "expired": {"exp": 1},
    "too long": {"exp": int(time.time()) + 86_400},
    "endless": {"exp": None},
    "other audience": {"aud": "app_other"},
    "no audience": {"aud": None},
    "no sub": {"sub": None},
    "empty sub": {"sub": ""},
    "wrong secret": {"secret": "x" * 48},
    "unknown kid": {"headers": {"kid": "nope"}},
    "not yet": {"nbf": int(time.time()) + 3600},
    "name of the wrong type": {"name": {"first": "D"}},
    "other algorithm": {"algorithm": "HS512"},
}


@pytest.mark.parametrize("reason", BAD)
def test_an_identity_that_does_not_hold_is_refused_with_the_reason(browser, signed, reason, dora):
    answer = browser().boot(identity=signed(**BAD[reason]))
    assert answer.status_code == 401
    assert answer.json()["type"] == "not-authenticated" and len(answer.json()["detail"]) > 20


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkb3JhLTEifQ.", "\u00e9\u00e9.\u00e9.\u00e9"],
)
def test_what_is_no_token_is_no_identity(browser, token, dora):
    assert browser().boot(identity=token).status_code == 401


def test_secrets_rotate_without_refusing_anybody(browser, signed, installation, dora):
    old = installation.identity_secrets.get()
    new = IdentitySecret.objects.create(installation=installation)
    for secret in (old, new):
        for headers in (None, {"kid": secret.key_id}):
            token = signed(secret=secret.value, headers=headers)
            assert browser().boot(identity=token).status_code == 200
    from django.utils import timezone

    old.retired_at = timezone.now()
    old.save()
    assert browser().boot(identity=signed(secret=old.value)).status_code == 401


def test_where_verification_is_required_nobody_else_comes_in(browser, signed, installation, dora):
    anonymous = browser()
    anonymous.start("Hi")
    installation.is_verification_required = True
    installation.save()
    cache.clear()  # what is remembered for two seconds
    assert anonymous.boot().status_code == 401
    assert anonymous.call("get", "conversations").status_code == 401
    assert anonymous.start("Hi").status_code == 401
    verified = browser(identity=signed())
    assert verified.start("Hi").status_code == 201
    assert verified.boot().status_code == 200, "a verified token boots again"


def test_the_visitors_identity_is_bound_to_its_installation(browser):
    visitor = browser()
    visitor.start()
    identity = Identity.objects.get(kind="widget_visitor")
    assert identity.scope == visitor.installation.public_id


def test_a_tab_that_has_written_nothing_is_closed_by_a_sign_in_in_another(browser, signed, dora):
    tab = browser()
    first_token = tab.token
    tab.boot(identity=signed())
    token = tab.token
    client_id = uuid.uuid4()
    tab.token = first_token
    assert tab.start("From the other tab", client_id).status_code == 401
    assert not Conversation.objects.exists(), "nobody would ever see it"
    tab.token = token
    assert tab.start("From the other tab", client_id).status_code == 201
    assert Conversation.objects.get().contact == dora


def test_an_anonymous_browser_opens_nobody_who_is_proved_to_be_somebody(browser):
    lead = create_contact(by=None, name="Lea", email="lea@acme.test", role="lead")
    visitor = browser()
    visitor.start("Hello")
    merge = merge_contacts(lead, Conversation.objects.get().contact, by=None)
    assert visitor.call("get", "conversations").status_code == 401
    assert visitor.start("Again").status_code == 401
    unmerge(merge, by=None)
    assert visitor.call("get", "conversations").status_code == 200


def test_an_agent_who_types_in_an_address_locks_nobody_out(browser):
    visitor = browser()
    visitor.start("Hello")
    update_contact(Conversation.objects.get().contact, by=None, email="me@acme.test")
    assert visitor.start("Again").status_code == 201


def test_a_verified_session_does_not_renew_itself_for_ever(browser, signed, dora, monkeypatch):
    visitor = browser(identity=signed())
    begun = time.time()
    for day in (3, 6):
        monkeypatch.setattr(time, "time", lambda day=day: begun + day * 86_400)
        assert visitor.boot().json()["contact"]["id"] == dora.public_id
    monkeypatch.setattr(time, "time", lambda: begun + 8 * 86_400)
    assert visitor.call("get", "conversations").status_code == 401
    assert visitor.boot().json()["contact"]["id"] is None


def test_what_was_uploaded_before_signing_in_can_be_sent_after(
    browser, signed, dora, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    visitor = browser()
    stored = visitor.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("receipt.txt", b"one coat")},
        headers={"origin": visitor.origin, "authorization": f"Bearer {visitor.token}"},
    ).json()
    visitor.boot(identity=signed())
    assert visitor.start("", attachments=[stored["id"]]).status_code == 201
