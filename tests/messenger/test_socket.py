import uuid

import pytest
from asgiref.sync import sync_to_async

from ground.journal import consumers
from ground.journal.models import Entry
from inbox.actions import close, mark_read, note, reply
from inbox.models import Conversation
from messenger.installing import change_installation
from people.actions import merge_contacts
from tests.live import Socket, committed, play

PATH = "/ws/messenger/"


def opened(token, after=None, origin="https://shop.test"):
    async def connect():
        socket = Socket(PATH, origin=origin)
        assert await socket.open()
        await socket.say({"type": "hello", "token": token, "after": after or {}})
        return socket, await socket.hear()

    return connect()


@pytest.fixture
def talk(browser):
    """A visitor, the id of their conversation, and the conversation."""
    visitor = browser()
    name = visitor.start("One").json()["conversation"]["id"]
    return visitor, name, Conversation.objects.get(public_id=name)


def test_a_reply_arrives_live_and_a_note_never(talk, ben):
    visitor, name, conversation = talk

    async def scene():
        socket, ready = await opened(visitor.token)
        assert ready["conversations"] == {name: 1}
        await committed(lambda: note(conversation, by=ben, body="Hush", client_id=uuid.uuid4()))
        await committed(lambda: reply(conversation, by=ben, body="Two", client_id=uuid.uuid4()))
        message = await socket.hear("message")
        row = await socket.hear("conversation")
        assert await socket.hears_nothing()
        await socket.close()
        return message, row

    message, row = play(scene)
    assert (message["conversation"], message["seq"]) == (name, 2)
    assert message["message"]["body_text"] == "Two"
    assert message["message"]["author"]["name"] == "Ben"
    assert (row["conversation"]["unread"], row["conversation"]["last_seq"]) == (1, 2)


def test_what_was_missed_is_replayed_after_the_last_seq(talk, ben):
    visitor, name, conversation = talk
    for body in ("Two", "Three"):
        reply(conversation, by=ben, body=body, client_id=uuid.uuid4())

    async def scene():
        socket, ready = await opened(visitor.token, {name: 1})
        frames = [await socket.hear() for _ in range(2)]
        rest = await socket.hears_nothing()
        await socket.close()
        return ready, frames, rest

    ready, frames, is_over = play(scene)
    assert ready["conversations"] == {name: 3}
    assert [(frame["seq"], frame["message"]["body_text"]) for frame in frames] == [
        (2, "Two"),
        (3, "Three"),
    ]
    assert is_over


def test_too_much_to_replay_is_said_to_be_stale(talk, ben, monkeypatch):
    monkeypatch.setattr("messenger.consumers.REPLAY_LIMIT", 2)
    visitor, name, conversation = talk
    for number in range(4):
        reply(conversation, by=ben, body=str(number), client_id=uuid.uuid4())

    async def scene():
        socket, _ = await opened(visitor.token, {name: 1})
        frame = await socket.hear()
        await socket.close()
        return frame

    assert play(scene) == {"type": "stale"}


def test_seen_typing_and_closing_reach_the_visitor(talk, ben):
    visitor, name, conversation = talk

    async def scene():
        socket, _ = await opened(visitor.token)
        await committed(lambda: mark_read(conversation, by=ben, seq=1))
        seen = await socket.hear("read")
        await committed(lambda: close(conversation, by=ben))
        row = await socket.hear("conversation")
        await socket.close()
        return seen, row

    seen, row = play(scene)
    assert (seen["by"], seen["seq"], seen["conversation"]) == ("teammate", 1, name)
    assert row["conversation"]["status"] == "closed"


def test_a_close_that_nobody_heard_is_told_at_the_next_hello(talk, ben, monkeypatch):
    visitor, name, conversation = talk
    older = visitor.start("Another").json()["conversation"]["id"]
    close(conversation, by=ben)
    monkeypatch.setattr("messenger.consumers.CONVERSATIONS", 1)

    async def scene():
        first, ready = await opened(visitor.token)
        assert [row["id"] for row in ready["rows"]] == [older]
        await first.close()
        # What stands on the client's screen is told of, however long ago it was written.
        socket, ready = await opened(visitor.token, {name: 1})
        is_over = await socket.hears_nothing()
        await socket.close()
        return ready, is_over

    ready, is_over = play(scene)
    assert ready["conversations"] == {older: 1}
    shown = {row["id"]: (row["status"], row["can_rate"]) for row in ready["rows"]}
    assert shown == {older: ("open", False), name: ("closed", True)}
    assert is_over


def test_a_visitor_reads_over_the_socket(talk, ben):
    visitor, name, conversation = talk
    reply(conversation, by=ben, body="Two", client_id=uuid.uuid4())

    async def scene():
        socket, _ = await opened(visitor.token)
        await socket.say({"type": "read", "conversation": name, "seq": 2})
        await socket.say({"type": "typing", "conversation": name})
        await socket.say({"type": "read", "conversation": "cv_unknown", "seq": 2})
        await socket.say({"type": "pong"})
        assert await socket.hears_nothing()
        await socket.close()

    play(scene)
    conversation.refresh_from_db()
    assert (conversation.contact_read_seq, conversation.contact_unread) == (2, 0)


def test_nobody_hears_another_visitor(talk, browser, ben):
    _, name, conversation = talk
    stranger = browser()
    stranger.start("Mine")

    async def scene():
        socket, ready = await opened(stranger.token, {name: 0})
        assert name not in ready["conversations"]
        await socket.say({"type": "typing", "conversation": name})
        await committed(lambda: reply(conversation, by=ben, body="Two", client_id=uuid.uuid4()))
        quiet = await socket.hears_nothing()
        await socket.close()
        return quiet

    assert play(scene)


def test_the_first_word_opens_the_ears_of_a_socket_that_was_there_before(browser, ben):
    visitor = browser()

    async def scene():
        socket, ready = await opened(visitor.token)
        assert ready["conversations"] == {}
        await committed(lambda: visitor.start("One"))
        await socket.hear("stale")
        conversation = await sync_to_async(Conversation.objects.get)()
        await committed(lambda: reply(conversation, by=ben, body="Two", client_id=uuid.uuid4()))
        message = await socket.hear("message")
        await socket.close()
        return message

    assert play(scene)["message"]["body_text"] == "Two"


def test_a_merge_cuts_the_anonymous_socket(talk, dora):
    visitor, _, conversation = talk

    async def scene():
        socket, _ = await opened(visitor.token)
        await committed(lambda: merge_contacts(dora, conversation.contact, by=None))
        return await socket.closed_with()

    assert play(scene) == 4401


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ("not json", 4400),
        ("[]", 4400),
        ('{"type": 7}', 4400),
        ('{"type": "nonsense"}', 4400),
        ('{"type": "typing", "conversation": "cv_x"}', 4401),
        ('{"type": "hello"}', 4401),
        ('{"type": "hello", "token": "forged-token-forged-token"}', 4401),
        ('{"type": "hello", "token": {"a": 1}}', 4401),
        ('{"type": "hello", "token": "x", "after": [1]}', 4400),
        ('{"type": "hello", "token": "x", "after": {"../": 1}}', 4400),
        ('{"type": "hello", "token": "x", "after": {"cv_x": 1e400}}', 4400),
        ('{"type": "hello", "token": "x", "after": {"cv_x": -1}}', 4400),
        ("[" * 5000 + "]" * 5000, 4400),
        ('{"type": "hello", "token": "' + "x" * 70_000 + '"}', 4400),
    ],
)
def test_a_bad_first_frame_is_answered_with_the_code_that_fits(installation, first, code):
    async def scene():
        socket = Socket(PATH, origin="https://shop.test")
        await socket.open()
        await socket.say(first)
        return await socket.closed_with()

    assert play(scene) == code


def test_a_foreign_site_may_not_listen(talk):
    visitor, _, _ = talk

    async def scene():
        socket = Socket(PATH, origin="https://evil.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token})
        return await socket.closed_with()

    assert play(scene) == 4403


def test_a_flood_of_frames_is_cut_off(talk, settings):
    settings.SOCKET_FRAMES_PER_SECOND = 5
    visitor, _, _ = talk

    async def scene():
        socket, _ = await opened(visitor.token)
        for _ in range(8):
            await socket.say({"type": "pong"})
        return await socket.closed_with()

    assert play(scene) == 4429


def test_one_address_has_a_limit_of_sockets(talk, settings):
    settings.SOCKETS_PER_ADDRESS = 1
    visitor, _, _ = talk

    async def scene():
        first, _ = await opened(visitor.token)
        second = Socket(PATH, origin="https://shop.test")
        await second.open()
        await second.say({"type": "hello", "token": visitor.token})
        code = await second.closed_with()
        await first.close()
        third, _ = await opened(visitor.token)
        await third.close()
        return code

    assert play(scene) == 4429


def test_heartbeats_carry_the_last_seq_and_the_silent_are_let_go(talk, monkeypatch):
    monkeypatch.setattr(consumers, "PING_SECONDS", 0.1)
    visitor, name, _ = talk

    async def scene():
        socket, _ = await opened(visitor.token)
        ping = await socket.hear("ping")
        return ping, await socket.closed_with()

    ping, code = play(scene)
    assert ping == {"type": "ping", "seq": {name: 1}, "versions": {name: 1}}
    assert code == 1001


def test_who_says_nothing_is_not_kept(installation, monkeypatch):
    monkeypatch.setattr(consumers, "HELLO_SECONDS", 0.1)

    async def scene():
        socket = Socket(PATH)
        await socket.open()
        return await socket.closed_with()

    assert play(scene) == 4401


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_verification_required": True}, 4401),
        ({"is_active": False}, 4401),
        ({"allowed_origins": ["https://other.test"]}, 4403),
    ],
    ids=["verification", "switched off", "another site"],
)
def test_open_sockets_follow_the_rules_of_their_installation_at_once(
    talk, ada, installation, change, code
):
    visitor, _, _ = talk

    async def scene():
        socket, _ = await opened(visitor.token)
        await committed(lambda: change_installation(installation, by=ada, greeting="Hello"))
        assert await socket.hears_nothing(), "words are no rules"
        await committed(lambda: change_installation(installation, by=ada, **change))
        return await socket.event()

    event = play(scene)
    assert (event["type"], event["code"]) == ("websocket.close", code)
    entry = Entry.objects.filter(kind="installation.changed").latest("id")
    assert entry.after == change


def test_who_writes_is_shown_to_the_visitor_by_the_first_name(talk, ben):
    from inbox.consumers import InboxConsumer

    visitor, _, conversation = talk
    inbox = InboxConsumer()
    inbox.teammate = ben

    async def scene():
        socket, _ = await opened(visitor.token)
        await sync_to_async(inbox.show_typing)(conversation, False)
        frame = await socket.hear("typing")
        await socket.close()
        return frame

    assert play(scene)["author"] == {"type": "teammate", "id": ben.public_id, "name": "Ben"}


def test_what_was_said_before_the_live_process_could_listen_is_looked_for(talk, monkeypatch):
    visitor, _, _ = talk
    monkeypatch.setattr(consumers, "SUBSCRIBED_WITHIN_SECONDS", 0)

    async def scene():
        socket, first = await opened(visitor.token)
        second = await socket.hear()
        await socket.close()
        return {first["type"], second["type"]}

    assert play(scene) == {"ready", "stale"}
