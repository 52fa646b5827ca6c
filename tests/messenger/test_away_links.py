"""The signed way back: one conversation, for the one it was given to, for thirty days."""

import time

import pytest
from django.core import signing

from inbox.models import Conversation, Line
from messenger import links
from messenger.models import Installation
from messenger.visitors import token_for
from people.actions import create_contact, merge_contacts, unmerge, update_contact
from people.models import Contact, Identity
from tests.visiting import Browser

REFUSED = (401, "not-authenticated", links.OVER)


@pytest.fixture
def scene(talk):
    """A visitor with an address, two conversations, and the link of the first."""
    talk.call("put", "email", {"email": "dora@acme.test"})
    talk.other = talk.start("A secret hat").json()["conversation"]["id"]
    talk.email = Identity.objects.get(kind="email")
    talk.link = links.signed_link(talk.installation, talk.conversation, talk.email)
    return talk


def outcome(installation, link, **fields):
    answer = Browser(installation).boot(link=link, **fields)
    body = answer.json()
    return answer.status_code, body.get("type"), body.get("detail")


def opens(scene, link=None):
    return outcome(scene.installation, link or scene.link)[0] == 200


def test_it_opens_exactly_one_conversation(scene):
    guest = Browser(scene.installation)
    body = guest.boot(link=scene.link).json()
    assert [row["id"] for row in body["conversations"]] == [scene.name]
    assert "hat" not in str(body)
    assert guest.read(scene.name).status_code == 200
    assert guest.read(scene.other).status_code == 404
    assert guest.say(scene.name, "Back again").status_code == 201
    assert scene.conversation.messages.filter(
        body_text="Back again", author_type="contact"
    ).exists()


def test_the_address_keeps_what_is_signed_behind_the_hash(scene):
    address = links.link_for(scene.installation, scene.conversation, scene.email)
    before, _, after = address.partition("#")
    assert before.endswith(f"/m/page/{scene.installation.public_id}/")
    assert opens(scene, after.removeprefix("link="))
    assert scene.email.value not in address


def test_a_browser_that_opens_more_already_keeps_its_own_session(scene):
    token = scene.token
    body = scene.boot(link=scene.link).json()
    assert {row["id"] for row in body["conversations"]} == {scene.name, scene.other}
    assert (
        signing.loads(token, salt="messenger.visitor")["v"]
        == (signing.loads(body["token"], salt="messenger.visitor")["v"])
    )


def test_somebody_elses_browser_opens_the_conversation_and_leaves_its_own(scene, browser):
    stranger = browser()
    stranger.start("Mine")
    body = stranger.boot(link=scene.link).json()
    assert [row["id"] for row in body["conversations"]] == [scene.name]


def test_a_signature_counts_more_than_a_link(scene, signed):
    guest = Browser(scene.installation)
    body = guest.boot(link=scene.link, identity=signed(sub="somebody-else")).json()
    assert body["conversations"] == [] and body["contact"]["role"] == "user"


@pytest.mark.parametrize(
    "link",
    [
        "x",
        "null",
        "0",
        "[]",
        "a:b:c",
        "eyJhIjoiYiJ9:1tabcd:sig-sig-sig-sig",
        "x" * 500,
        "é" * 20,
        "\u202e" * 5,
    ],
)
def test_a_forged_link_opens_nothing(link, scene):
    assert outcome(scene.installation, link) == REFUSED


@pytest.mark.parametrize("link", [1, True, [], ["x"], {"a": 1}, "x" * 501, "\u0000"])
def test_what_is_no_link_at_all_is_refused(link, scene):
    status, kind, _ = outcome(scene.installation, link)
    assert (status, kind) in {(400, "validation"), (401, "not-authenticated")}


def test_a_changed_link_opens_nothing(scene):
    for at in (0, len(scene.link) // 2, len(scene.link) - 1):
        sign = "A" if scene.link[at] != "A" else "B"
        assert outcome(scene.installation, scene.link[:at] + sign + scene.link[at + 1 :]) == REFUSED


def test_after_thirty_days_it_is_over(scene, monkeypatch):
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 29 * 86400)
    assert opens(scene)
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 30 * 86400 + 60)
    assert outcome(scene.installation, scene.link) == REFUSED


def test_a_link_of_one_messenger_opens_no_other(scene):
    other = Installation.objects.create(
        line=Line.objects.create(kind="messenger", name="Other"),
        name="Other",
        allowed_origins=["https://shop.test"],
    )
    assert outcome(other, scene.link) == REFUSED


@pytest.mark.parametrize("change", ["blocked", "removed", "gone", "somebody elses"])
def test_it_ends_with_what_it_was_bound_to(change, scene, ada, otto):
    assert opens(scene)
    contact = Contact.objects.get(pk=scene.conversation.contact_id)
    if change == "blocked":
        update_contact(contact, by=ada, is_blocked=True)
    elif change == "removed":
        update_contact(contact, by=ada, email="")
    elif change == "gone":
        Conversation.objects.filter(pk=scene.conversation.pk).delete()
    else:
        Identity.objects.filter(pk=scene.email.pk).update(contact=otto)
    assert outcome(scene.installation, scene.link) == REFUSED


def test_it_goes_where_a_merge_takes_both_and_stays_when_it_is_undone(scene, ada, otto):
    merge = merge_contacts(otto, scene.conversation.contact, by=ada)
    assert opens(scene)
    unmerge(merge, by=ada)
    assert opens(scene)


def test_an_address_that_proved_to_be_anothers_opens_nothing_of_the_first(scene):
    create_contact(by=None, name="Owner", email="dora@acme.test")
    assert outcome(scene.installation, scene.link) == REFUSED


def test_a_browsers_own_link_ends_when_its_owner_signs_in(scene, signed):
    key = scene.conversation.contact.identities.get(kind="widget_visitor")
    link = links.signed_link(scene.installation, scene.conversation, key)
    assert opens(scene, link)
    scene.boot(identity=signed(sub="new-user"))
    key.refresh_from_db()
    assert opens(scene, link) == (not key.is_retired)


def test_where_signing_is_required_it_opens_for_proved_users_only(scene, ada, signed):
    Installation.objects.update(is_verification_required=True)
    assert outcome(scene.installation, scene.link) == REFUSED
    contact = scene.conversation.contact
    Contact.objects.filter(pk=contact.pk).update(role="user")
    assert outcome(scene.installation, scene.link) == REFUSED, "the address is a mere claim"
    Identity.objects.filter(pk=scene.email.pk).update(trust=Identity.Trust.PROVED)
    guest = Browser(scene.installation)
    assert guest.boot(link=scene.link).status_code == 200
    assert guest.read(scene.name).status_code == 200
    assert guest.boot().status_code == 200, "the page may be loaded again"


def test_no_kind_of_token_stands_for_another(scene, browser):
    stop = links.stop_link_for(scene.conversation).rstrip("/").rsplit("/", 1)[1]
    guest = Browser(scene.installation)
    for wrong in (scene.token, stop):
        assert outcome(scene.installation, wrong[:500])[0] in {400, 401}
    for wrong in (scene.link, stop):
        assert guest.call("get", "conversations", token=wrong).status_code == 401
    assert guest.client.get(f"/m/stop/{scene.link}/").status_code == 404
    assert guest.client.get(f"/m/stop/{scene.token}/").status_code == 404
    assert guest.client.get(f"/files/{scene.link}/").status_code in {403, 404}


def test_what_it_gives_is_a_token_for_one_conversation_and_a_week(scene):
    guest = Browser(scene.installation)
    guest.boot(link=scene.link)
    content = signing.loads(guest.token, salt="messenger.visitor")
    assert content["o"] == scene.name and content["t"] <= time.time()
    assert token_for(links.open_link(scene.installation, scene.link)).count(":") == 2
