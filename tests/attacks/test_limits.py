"""Floods: every limit of the messenger, for one visitor and for one address, with its setting."""

import json
import threading
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone

from inbox.models import Conversation, Message
from messenger.api.base import ADDRESS_FACTOR
from people.models import Contact, Event
from tests.live import Socket, play
from tests.visiting import Browser


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def boots(visitor):
    return visitor.boot()


def writes(visitor):
    return visitor.say(visitor.conversation, "Again")


def starts(visitor):
    return visitor.start("Another")


def types(visitor):
    return visitor.call("post", f"conversations/{visitor.conversation}/typing", {})


def tells(visitor):
    return visitor.call("post", "events", {"name": "coat.viewed"})


def uploads(visitor):
    return visitor.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("note.txt", b"note")},
        headers={"origin": visitor.origin, "authorization": f"Bearer {visitor.token}"},
        REMOTE_ADDR=visitor.address,
    )


def rates(visitor):
    return visitor.call("put", f"conversations/{visitor.conversation}/rating", {"score": 4})


def leaves_an_address(visitor):
    return visitor.call("put", "email", {"email": f"{uuid.uuid4().hex[:8]}@mail.test"})


# What is done -> (its setting, how many times the setting is allowed, what was spent before).
DEEDS = {
    boots: ("VISITOR_BOOTS_PER_MINUTE", 1, 0),
    writes: ("VISITOR_MESSAGES_PER_MINUTE", 1, 0),
    starts: ("VISITOR_CONVERSATIONS_PER_HOUR", 1, 1),
    types: ("VISITOR_MESSAGES_PER_MINUTE", 2, 0),
    tells: ("VISITOR_EVENTS_PER_MINUTE", 1, 0),
    uploads: ("VISITOR_UPLOADS_PER_HOUR", 1, 0),
    rates: ("VISITOR_MESSAGES_PER_MINUTE", 1, 0),
    leaves_an_address: ("VISITOR_ADDRESSES_PER_HOUR", 1, 0),
}


class Distant(Browser):
    """A visitor's browser at an address of the internet."""

    def __init__(self, installation, address):
        super().__init__(installation)
        self.address = address
        self.client.defaults["REMOTE_ADDR"] = address

    def arrive(self):
        assert self.boot().status_code == 200
        self.conversation = self.start("Hello").json()["conversation"]["id"]
        # Only what is over may be rated.
        Conversation.objects.update(status="closed", closed_at=timezone.now())
        return self


def state():
    return Conversation.objects.count(), Message.objects.count(), Event.objects.count()


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_one_visitor_is_slowed_down_and_nobody_beside_them(installation, settings, folder, deed):
    setting, factor, spent = DEEDS[deed]
    setattr(settings, setting, 3)
    flooder, neighbor = (Distant(installation, "203.0.113.7").arrive() for _ in range(2))
    answers = [deed(flooder) for _ in range(3 * factor - spent + 3)]
    codes = [answer.status_code for answer in answers]
    allowed = 3 * factor - spent
    assert all(code < 300 for code in codes[:allowed]), codes
    assert codes[allowed:] == [429] * 3
    refused = answers[-1]
    assert int(refused["Retry-After"]) >= 1
    assert refused["Content-Type"] == "application/problem+json"
    body = refused.json()
    assert body["type"] == "too-many" and body["detail"].startswith("At most ")
    before = state()
    assert deed(flooder).status_code == 429
    assert state() == before, "nothing half-written"
    assert deed(neighbor).status_code < 300, "the same address, another visitor"


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_one_address_is_slowed_down_and_no_other(installation, settings, folder, deed, monkeypatch):
    for name in ("base", "boot"):
        monkeypatch.setattr(f"messenger.api.{name}.ADDRESS_FACTOR", 2)
    setting, factor, spent = DEEDS[deed]
    setattr(settings, setting, 2)
    far = Distant(installation, "198.51.100.9").arrive()
    crowd = [Distant(installation, "203.0.113.7") for _ in range(5)]
    codes = []
    for visitor in crowd:
        # Their arrival is not what is counted here, but for the deeds that it consists of.
        visitor.token = Distant(installation, f"192.0.2.{len(codes) + 1}").arrive().token
        listed = visitor.call("get", "conversations").json()["conversations"]
        visitor.conversation = listed[0]["id"]
        codes.append(deed(visitor).status_code)
        codes += [deed(visitor).status_code for _ in range(2 * factor - spent - 1)]
    allowed = 2 * 2 * factor
    assert all(code < 300 for code in codes[:allowed]), codes
    assert codes[allowed:] and set(codes[allowed:]) == {429}, codes
    assert deed(far).status_code < 300


def test_an_address_may_do_what_twenty_visitors_may():
    assert ADDRESS_FACTOR == 20


def test_forging_an_address_buys_nothing(installation, settings):
    """Nobody has said that a proxy stands in front, so what a client says of itself is ignored."""
    settings.VISITOR_BOOTS_PER_MINUTE = 1
    codes = []
    for number in range(25):
        visitor = Distant(installation, "203.0.113.7")
        headers = {"x-forwarded-for": f"10.0.0.{number}", "x-real-ip": f"10.0.0.{number}"}
        body = {"app": installation.public_id}
        codes.append(visitor.call("post", "boot", body, token="", **headers).status_code)
    assert codes == [200] * 20 + [429] * 5


def test_new_visitors_from_one_address_do_not_outrun_its_limit(installation, settings):
    """Throwing the token away makes a new visitor, but not a new address."""
    settings.VISITOR_CONVERSATIONS_PER_HOUR = 1
    codes = [_start(Distant(installation, "203.0.113.7")) for _ in range(ADDRESS_FACTOR + 3)]
    assert codes == [201] * ADDRESS_FACTOR + [429] * 3
    assert Conversation.objects.count() == ADDRESS_FACTOR


def _start(visitor):
    visitor.boot()
    return visitor.start("Hello").status_code


def test_typing_over_the_socket_has_the_same_limit(installation, settings, published):
    settings.VISITOR_MESSAGES_PER_MINUTE = 2
    settings.SOCKET_FRAMES_PER_SECOND = 100
    visitor = Distant(installation, "203.0.113.7").arrive()
    published.clear()

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token})
        await socket.hear("ready")
        for _ in range(10):
            await socket.say({"type": "typing", "conversation": visitor.conversation})
        quiet = await socket.hears_nothing()
        await socket.close()
        return quiet

    assert play(scene)
    assert len([frame for _, frame in published if frame["type"] == "typing"]) == 4


def test_sockets_that_never_say_hello_count_as_well(installation, settings):
    settings.SOCKETS_PER_ADDRESS = 3

    async def scene():
        silent = [Socket("/ws/messenger/", origin="https://shop.test") for _ in range(3)]
        for socket in silent:
            assert await socket.open()
        one_more = Socket("/ws/messenger/", origin="https://shop.test")
        await one_more.open()
        await one_more.say({"type": "hello", "token": "x" * 40})
        code = await one_more.closed_with()
        await silent[0].close()
        again = Socket("/ws/messenger/", origin="https://shop.test")
        await again.open()
        await again.say({"type": "hello", "token": "x" * 40})
        return code, await again.closed_with()

    assert play(scene) == (4429, 4401)


@pytest.mark.parametrize("size", [65, 1000])
def test_a_frame_that_is_too_large_ends_its_socket(installation, size):
    visitor = Distant(installation, "203.0.113.7").arrive()

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token})
        await socket.hear("ready")
        await socket.say(json.dumps({"type": "typing", "conversation": "x" * size * 1024}))
        return await socket.closed_with()

    assert play(scene) == 4400


def test_hearing_a_message_again_is_no_new_message(installation, settings):
    """A sender who repeats what got lost on the way must not be shut out by repeating it."""
    settings.VISITOR_MESSAGES_PER_MINUTE = 2
    visitor = Distant(installation, "203.0.113.7").arrive()
    client_id = uuid.uuid4()
    first = visitor.say(visitor.conversation, "Once", client_id)
    again = visitor.say(visitor.conversation, "Once", client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert Message.objects.filter(body_text="Once").count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_to_begin_one_conversation_cost_one(installation, settings):
    settings.VISITOR_CONVERSATIONS_PER_HOUR = 2
    visitor, client_id = Browser(installation), uuid.uuid4()
    visitor.boot()
    together, answers = threading.Barrier(6), []

    def begin():
        twin = Browser(installation)
        twin.token = visitor.token
        try:
            together.wait(10)
            answers.append(twin.start("Hello", client_id).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [200] * 5 + [201]
    assert visitor.start("Another").status_code == 201
    refused = visitor.start("And another")
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert Conversation.objects.count() == 2
    assert visitor.start("Hello", client_id).status_code == 200, "a retry costs nothing"


def test_who_is_over_the_limit_leaves_no_contact(installation, settings):
    settings.VISITOR_CONVERSATIONS_PER_HOUR = 0
    visitor = Browser(installation)
    visitor.boot()
    assert visitor.start("Hello").status_code == 429
    assert not Contact.objects.exists() and not Conversation.objects.exists()
