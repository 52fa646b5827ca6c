"""Signing out: what a device held before opens nothing any more, on any door, at once."""

import pytest

from ground.journal.models import Entry
from inbox.models import Conversation
from messenger.visitors import opened_by_link, token_for
from people.actions import merge_contacts, unmerge
from people.models import Contact, Identity
from tests.live import Socket, committed, play
from tests.visiting import Browser


def signs_out(visitor):
    return visitor.call("delete", "session")


@pytest.fixture
def cases(browser, signed, dora):
    """Everybody who has a token that opens something."""
    anonymous, verified = browser(), browser(identity=signed())
    anonymous.start("Mine")
    verified.start("Dora's")
    guest = Browser(anonymous.installation)
    conversation = Conversation.objects.get(contact=dora)
    guest.token = token_for(opened_by_link(guest.installation, dora, conversation))
    return {"anonymous": anonymous, "verified": verified, "by link": guest}


@pytest.mark.parametrize("who", ["anonymous", "verified", "by link"])
def test_the_token_opens_nothing_after_signing_out(cases, who):
    visitor = cases[who]
    listed = visitor.call("get", "conversations").json()["conversations"]
    token = visitor.token
    assert len(listed) == 1
    assert signs_out(visitor).status_code == 204
    assert Entry.objects.filter(kind="contact.signed_out").count() == 1
    assert visitor.call("get", "conversations").status_code == 401
    assert visitor.read(listed[0]["id"]).status_code == 401
    assert visitor.say(listed[0]["id"], "Again").status_code == 401
    assert signs_out(visitor).status_code == 401
    body = visitor.boot(token=token).json()
    assert (body["contact"]["id"], body["conversations"]) == (None, [])


def test_others_of_the_same_contact_stay_signed_in(cases, browser, signed):
    elsewhere = browser(identity=signed())
    signs_out(cases["verified"])
    assert elsewhere.call("get", "conversations").status_code == 200
    assert cases["by link"].call("get", "conversations").status_code == 200


def test_who_has_written_nothing_has_nothing_to_close(browser):
    visitor = browser()
    assert signs_out(visitor).status_code == 204
    assert not Contact.objects.exists() and not Entry.objects.exists()


def test_the_sockets_are_closed_at_once(cases):
    visitor = cases["verified"]

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token})
        await socket.hear("ready")
        await committed(lambda: signs_out(visitor))
        return await socket.closed_with()

    assert play(scene) == 4401


def test_undoing_a_merge_signs_nobody_in_again(browser, dora):
    visitor = browser()
    visitor.start("Mine")
    contact = Contact.objects.exclude(pk=dora.pk).get()
    signs_out(visitor)
    unmerge(merge_contacts(dora, contact, by=None), by=None)
    assert visitor.call("get", "conversations").status_code == 401


def test_ends_are_forgotten_when_their_tokens_are_long_dead(browser, signed, dora):
    for _ in range(3):
        signs_out(browser(identity=signed()))
    ended = Identity.objects.filter(source=Identity.SESSION_ENDED)
    assert ended.count() == 3
    ended.update(created_at="2020-01-01T00:00:00Z")
    signs_out(browser(identity=signed()))
    assert ended.count() == 1


def test_a_to_b_to_a_leaks_nothing(browser, signed, dora, emil):
    """One browser, two people: each change ends what the one before held, in the same step."""
    visitor = browser(identity=signed(sub="dora-1"))
    visitor.start("Dora's words")
    first = visitor.token

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": first})
        await socket.hear("ready")
        answer = await committed(lambda: visitor.boot(identity=signed(sub="emil-1")))
        return answer.json(), await socket.closed_with()

    body, code = play(scene)
    assert (body["contact"]["id"], body["conversations"], code) == (emil.public_id, [], 4401)
    second = visitor.token
    visitor.start("Emil's words")
    assert visitor.call("get", "conversations", token=first).status_code == 401
    again = visitor.boot(identity=signed(sub="dora-1")).json()
    assert [row["preview"] for row in again["conversations"]] == ["Dora's words"]
    for token in (first, second):
        assert visitor.call("get", "conversations", token=token).status_code == 401
    assert Entry.objects.filter(kind="contact.signed_out").count() == 2


def test_signing_in_closes_the_sockets_of_a_browser_that_had_written_nothing(browser, signed, dora):
    visitor = browser()

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token})
        await socket.hear("ready")
        await committed(lambda: visitor.boot(identity=signed()))
        return await socket.closed_with()

    assert play(scene) == 4401
