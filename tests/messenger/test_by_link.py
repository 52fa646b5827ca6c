"""Who comes back by the link of a mail: one conversation is theirs and nothing else of the contact
whose it is, for mails are forwarded."""

import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from ground.journal.models import Entry
from inbox.actions import reply
from inbox.models import Conversation
from messenger.visitors import opened_by_link, token_for
from people.models import Contact, ContactMerge, Event
from tests.live import Socket, committed, play
from tests.visiting import Browser


@pytest.fixture
def scene(browser, signed, dora, ben):
    """Dora's browser, her two conversations, and a browser that came by the link of the first."""
    visitor = browser(identity=signed(name="Dora Lindqvist", email="dora@acme.test"))
    names = [visitor.start(body).json()["conversation"]["id"] for body in ("Coat", "Secret hat")]
    linked, other = (Conversation.objects.get(public_id=name) for name in names)
    for conversation in (linked, other):
        reply(conversation, by=ben, body=f"To {conversation.pk}", client_id=uuid.uuid4())
    guest = Browser(visitor.installation)
    guest.token = token_for(opened_by_link(visitor.installation, dora, linked))
    return visitor, guest, linked, other


def test_a_link_opens_its_conversation(scene, ben):
    _, guest, linked, _ = scene
    assert [row["seq"] for row in guest.read(linked.public_id).json()["messages"]] == [1, 2]
    answer = guest.say(linked.public_id, "Back again")
    assert answer.status_code == 201
    stored = linked.messages.get(body_text="Back again")
    assert stored.contact == linked.contact
    assert Entry.objects.filter(kind="message.received", after__seq=stored.seq).exists()
    here = f"conversations/{linked.public_id}"
    assert guest.call("put", f"{here}/read", {"seq": 2}).status_code == 204
    assert guest.call("post", f"{here}/typing", {}).status_code == 204


def test_a_link_opens_nothing_else_of_the_contact(scene):
    _, guest, linked, other = scene
    before = list(Conversation.objects.order_by("pk").values())
    assert guest.read(other.public_id).status_code == 404
    assert guest.say(other.public_id, "Hi").status_code == 404
    assert guest.call("put", f"conversations/{other.public_id}/read", {"seq": 2}).status_code == 404
    assert guest.call("post", f"conversations/{other.public_id}/typing", {}).status_code == 404
    refused = guest.start("Another")
    assert (refused.status_code, refused.json()["type"]) == (403, "not-allowed")
    assert list(Conversation.objects.order_by("pk").values()) == before
    listed = guest.call("get", "conversations").json()["conversations"]
    assert [row["id"] for row in listed] == [linked.public_id]
    assert "hat" not in str(listed)


def test_booting_by_a_link_tells_no_more_than_the_first_name(scene):
    _, guest, linked, _ = scene
    Event.objects.all().delete()
    body = guest.boot(page={"url": "https://shop.test/"}).json()
    assert [row["id"] for row in body["conversations"]] == [linked.public_id]
    assert body["unread"] == 1 and body["settings"]["can_start"] is False
    assert (body["contact"]["name"], body["contact"]["role"]) == ("Dora", "visitor")
    assert body["contact"]["email"] is None
    assert not any(word in str(body) for word in ("hat", "Lindqvist", "acme"))
    assert guest.read(linked.public_id).status_code == 200, "the new token is as good"
    assert guest.call("post", "events", {"name": "coat.viewed"}).status_code == 202
    assert not Event.objects.exists(), "what they do is not what the contact does"


def test_a_file_goes_with_a_message_by_link(scene, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    _, guest, linked, _ = scene
    stored = guest.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("receipt.txt", b"one coat")},
        headers={"origin": guest.origin, "authorization": f"Bearer {guest.token}"},
    )
    assert stored.status_code == 201
    said = guest.say(linked.public_id, "", attachments=[stored.json()["id"]])
    assert said.status_code == 201


def test_a_link_hears_its_conversation_and_no_other(scene, ben):
    _, guest, linked, other = scene

    async def talk():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        after = {linked.public_id: 2, other.public_id: 0}
        await socket.say({"type": "hello", "token": guest.token, "after": after})
        ready = await socket.hear()
        await committed(lambda: reply(other, by=ben, body="A hat", client_id=uuid.uuid4()))
        await committed(lambda: reply(linked, by=ben, body="A coat", client_id=uuid.uuid4()))
        heard = [await socket.hear(), await socket.hear()]
        is_over = await socket.hears_nothing()
        await socket.close()
        return ready, heard, is_over

    ready, heard, is_over = play(talk)
    assert ready["conversations"] == {linked.public_id: 2}
    assert [row["id"] for row in ready["rows"]] == [linked.public_id]
    assert [frame["type"] for frame in heard] == ["message", "conversation"]
    assert heard[0]["message"]["body_text"] == "A coat"
    assert is_over


def test_signing_in_over_a_link_takes_nothing_along(scene, signed, emil):
    _, guest, linked, _ = scene
    body = guest.boot(identity=signed(sub="emil-1")).json()
    assert (body["contact"]["id"], body["conversations"]) == (emil.public_id, [])
    assert not ContactMerge.objects.exists()
    linked.refresh_from_db()
    assert linked.contact != emil


def test_where_signing_is_required_a_link_opens_for_signed_users_only(scene, installation):
    _, guest, linked, _ = scene
    installation.is_verification_required = True
    installation.save()
    cache.clear()
    assert guest.read(linked.public_id).status_code == 200
    assert guest.boot().json()["conversations"][0]["id"] == linked.public_id
    Contact.objects.filter(pk=linked.contact_id).update(role="lead")
    assert guest.read(linked.public_id).status_code == 401
    assert guest.boot().status_code == 401


def test_a_link_ends_with_the_conversation_being_somebody_elses(scene, otto):
    _, guest, linked, _ = scene
    Conversation.objects.filter(pk=linked.pk).update(contact=otto)
    assert guest.read(linked.public_id).status_code == 404
    assert guest.boot().json()["conversations"] == []


def test_a_blocked_contact_cannot_write_by_link(scene):
    _, guest, linked, _ = scene
    Contact.objects.update(is_blocked=True)
    assert guest.say(linked.public_id, "Hi").status_code == 403
