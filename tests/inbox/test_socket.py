import asyncio
import json
import uuid

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError

from ground.journal import consumers
from ground.journal import hub as hubs
from inbox.actions import assign, mark_read, note, reply
from inbox.consumers import InboxConsumer
from people.actions import deactivate, remove_from_team
from tests.live import Socket, committed, play, session_cookie

PATH = "/ws/inbox/"
ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def cookie_of(browser_of):
    return lambda teammate: session_cookie(browser_of(teammate))


async def opened(cookie, *watched):
    socket = Socket(PATH, origin=ORIGIN, cookie=cookie)
    assert await socket.open()
    names = {conversation.public_id: 0 for conversation in watched}
    await socket.say({"type": "hello", "watch": {"view": "all", "conversation": names}})
    return socket, await socket.hear()


def test_two_agents_see_a_customers_words_live(conversation, dora, ben, ada, cookie_of):
    cookies = [cookie_of(ben), cookie_of(ada)]

    async def scene():
        sockets = []
        for cookie in cookies:
            socket, ready = await opened(cookie, conversation)
            assert ready == {"type": "ready", "conversation": {conversation.public_id: 1}}
            sockets.append(socket)
        client_id = uuid.uuid4()
        await committed(
            lambda: reply(conversation, by=dora, body="<b>Two</b>", client_id=client_id)
        )
        heard = [
            (await socket.hear("message"), await socket.hear("conversation")) for socket in sockets
        ]
        for socket in sockets:
            await socket.close()
        return heard, str(client_id)

    heard, client_id = play(scene)
    (message, row), second = heard
    assert (message, row) == second, "the same frame for everybody: it knows no viewer"
    assert (message["seq"], message["client_id"]) == (2, client_id)
    assert "&lt;b&gt;Two&lt;/b&gt;" in message["html"]
    assert row["state"]["status"] == "open" and row["removed"] is False
    assert conversation.public_id in row["html"]


def test_notes_reach_teammates_who_watch(conversation, ben, cookie_of):
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await committed(lambda: note(conversation, by=ben, body="Hush", client_id=uuid.uuid4()))
        frame = await socket.hear("message")
        await socket.close()
        return frame

    assert "Hush" in play(scene)["html"]


def test_what_is_behind_a_private_door_is_not_heard(
    conversation, begin, emil, ada, ben, cleo, billing, cookie_of
):
    private = begin(emil, "My invoice")
    assign(private, by=ada, team=billing)
    cookies = {"ben": cookie_of(ben), "cleo": cookie_of(cleo)}

    async def scene():
        ben_socket, bens = await opened(cookies["ben"], private)
        cleo_socket, cleos = await opened(cookies["cleo"], private)
        await committed(lambda: reply(private, by=emil, body="Well?", client_id=uuid.uuid4()))
        frame = await cleo_socket.hear("message")
        quiet = await ben_socket.hears_nothing()
        await ben_socket.close()
        await cleo_socket.close()
        return bens, cleos, frame, quiet

    bens, cleos, frame, is_quiet = play(scene)
    assert bens["conversation"] == {} and private.public_id in cleos["conversation"]
    assert "Well?" in frame["html"] and is_quiet


def test_moving_to_a_private_team_cuts_those_who_watched(
    conversation, dora, ada, ben, billing, cookie_of
):
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await committed(lambda: assign(conversation, by=ada, team=billing))
        await socket.hear("stale")
        await committed(lambda: reply(conversation, by=dora, body="Hi", client_id=uuid.uuid4()))
        await socket.hears_nothing()
        heard = [json.loads(event["text"]) for event in socket.left_over()]
        await socket.close()
        return heard

    assert all(frame.get("removed") for frame in play(scene))


def test_rights_that_changed_while_redis_was_away_count_when_it_is_back(
    conversation, ada, ben, cleo, billing, cookie_of, monkeypatch
):
    """The hub was cut, so no frame told of the change: coming back makes every socket look."""
    monkeypatch.setattr(hubs, "RETRY_SECONDS", 0.05)
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await sync_to_async(assign)(conversation, by=ada, team=billing)
        redis.Redis.from_url(settings.REDIS_URL).client_kill_filter(_type="pubsub")
        await socket.hear("stale")
        await committed(lambda: note(conversation, by=cleo, body="Hush", client_id=uuid.uuid4()))
        quiet = await socket.hears_nothing()
        await socket.close()
        return quiet

    assert play(scene)


def test_a_heartbeat_looks_at_the_rights_too(
    conversation, ada, ben, cleo, billing, cookie_of, monkeypatch
):
    monkeypatch.setattr(consumers, "PING_SECONDS", 1)  # two and a half of silence end it
    monkeypatch.setattr(consumers, "BEATS_A_LOOK", 1)
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await sync_to_async(assign)(conversation, by=ada, team=billing)
        await socket.hear("stale")
        await committed(lambda: note(conversation, by=cleo, body="Hush", client_id=uuid.uuid4()))
        await asyncio.sleep(0.1)
        heard = [json.loads(event["text"])["type"] for event in socket.left_over()]
        await socket.close()
        return heard

    assert set(play(scene)) <= {"ping"}


def test_rights_that_change_between_two_looks_are_seen(
    conversation, ada, ben, billing, cookie_of, monkeypatch
):
    """A socket that has just looked and does not listen yet hears of no change."""
    cookie, looks = cookie_of(ben), []
    real = InboxConsumer.topics

    def topics(self):
        found = real(self)
        looks.append(found)
        if len(looks) == 1:
            assign(conversation, by=ada, team=billing)
        return found

    monkeypatch.setattr(InboxConsumer, "topics", topics)

    async def scene():
        socket, first = await opened(cookie, conversation)
        await socket.close()
        return first

    play(scene)
    watched = f"conversation.{conversation.public_id}"
    assert watched in looks[0] and watched not in looks[-1]


def test_an_error_of_ours_closes_the_socket_and_gives_its_place_back(
    ben, cookie_of, settings, monkeypatch
):
    settings.SOCKETS_PER_TEAMMATE = 1
    cookie = cookie_of(ben)

    async def broken(self, frame):
        raise OperationalError("the database is away")

    async def scene():
        with monkeypatch.context() as patch:
            patch.setattr(InboxConsumer, "on_watch", broken)
            socket, _ = await opened(cookie)
            await socket.say({"type": "watch", "watch": {}})
            code = await socket.closed_with()
        again, ready = await opened(cookie)
        await again.close()
        return code, ready

    assert play(scene) == (1011, {"type": "ready", "conversation": {}})


def test_who_leaves_while_being_spoken_to_is_no_error_of_ours(ben, cookie_of, monkeypatch, caplog):
    cookie = cookie_of(ben)

    async def left(self, frame):
        raise BrokenPipeError

    async def scene():
        monkeypatch.setattr(InboxConsumer, "on_watch", left)
        socket, _ = await opened(cookie)
        await socket.say({"type": "watch", "watch": {}})
        return await socket.closed_with()

    assert play(scene) == consumers.GOING_AWAY
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_leaving_a_team_ends_what_its_lists_show(conversation, dora, ada, cleo, billing, cookie_of):
    assign(conversation, by=ada, team=billing)
    cookie = cookie_of(cleo)

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await committed(lambda: remove_from_team(cleo, billing, by=ada))
        await socket.hear("stale")
        await committed(lambda: reply(conversation, by=dora, body="Hi", client_id=uuid.uuid4()))
        quiet = await socket.hears_nothing()
        await socket.close()
        return quiet

    assert play(scene)


def test_a_deactivated_teammate_is_cut_off_at_once(conversation, ada, ben, cookie_of):
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie)
        await committed(lambda: deactivate(ben, by=ada))
        return await socket.closed_with()

    assert play(scene) == 4401


def test_typing_and_seen_signs_go_both_ways(conversation, dora, ben, ada, cookie_of, browser_of):
    cookies = [cookie_of(ben), cookie_of(ada)]

    async def scene():
        ben_socket, _ = await opened(cookies[0], conversation)
        ada_socket, _ = await opened(cookies[1], conversation)
        await ben_socket.say({"type": "typing", "conversation": conversation.public_id})
        typing = await ada_socket.hear("typing")
        await committed(lambda: mark_read(conversation, by=dora, seq=1))
        await committed(lambda: reply(conversation, by=ben, body="Two", client_id=uuid.uuid4()))
        await committed(lambda: mark_read(conversation, by=dora, seq=2))
        seen = await ada_socket.hear("read")
        for socket in (ben_socket, ada_socket):
            await socket.close()
        return typing, seen

    typing, seen = play(scene)
    assert typing["author"]["name"] == "Ben Okafor"
    assert (seen["by"], seen["seq"]) == ("contact", 2)


def test_reading_over_the_socket_moves_ones_own_mark_only(conversation, ben, ada, cookie_of):
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await socket.say({"type": "read", "conversation": conversation.public_id, "seq": 1})
        await socket.say({"type": "read", "conversation": "cv_other", "seq": 1})
        await socket.say({"type": "pong"})
        await socket.close()

    play(scene)
    assert list(conversation.read_markers.values_list("teammate", "seq")) == [(ben.pk, 1)]


def test_watching_another_conversation_leaves_the_first(begin, dora, emil, ben, cookie_of):
    first, second = begin(dora), begin(emil)
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie, first)
        watch = {"view": "all", "conversation": {second.public_id: 1}}
        await socket.say({"type": "watch", "watch": watch})
        ready = await socket.hear("ready")
        await committed(lambda: reply(first, by=dora, body="A", client_id=uuid.uuid4()))
        row = await socket.hear()
        await committed(lambda: reply(second, by=emil, body="B", client_id=uuid.uuid4()))
        message = await socket.hear("message")
        await socket.close()
        return ready, row, message

    ready, row, message = play(scene)
    assert ready["conversation"] == {second.public_id: 1}
    assert row["type"] == "conversation" and row["conversation"] == first.public_id
    assert message["conversation"] == second.public_id


@pytest.mark.parametrize("origin", [None, "null", "https://evil.test", "http://127.0.0.1:9999"])
def test_only_our_own_pages_may_open_the_agents_socket(ben, cookie_of, origin):
    cookie = cookie_of(ben)

    async def scene():
        socket = Socket(PATH, origin=origin, cookie=cookie)
        is_open = await socket.open()
        return is_open, socket.code

    assert play(scene) == (False, 4403)


@pytest.mark.parametrize("cookie", ["", "counterfoil_session=forged", "other=1"])
def test_nobody_listens_without_a_session(db, cookie):
    async def scene():
        socket = Socket(PATH, origin=ORIGIN, cookie=cookie)
        await socket.open()
        await socket.say({"type": "hello", "watch": {}})
        return await socket.closed_with()

    assert play(scene) == 4401


def test_logging_out_ends_the_socket_at_once(ben, browser_of):
    client = browser_of(ben)
    cookie = session_cookie(client)

    async def scene():
        socket, _ = await opened(cookie)
        await committed(lambda: client.post("/logout/"))
        return await socket.closed_with()

    assert play(scene) == 4401


@pytest.mark.parametrize(
    "frame",
    [
        '{"type": "watch", "watch": 7}',
        '{"type": "watch", "watch": {"conversation": [1]}}',
        '{"type": "read", "conversation": 7, "seq": 1}',
        '{"type": "read", "conversation": "cv_x", "seq": "1"}',
        '{"type": "read", "conversation": "cv_x", "seq": true}',
        '{"type": "hello", "watch": {}}',
        '{"type": "__class__"}',
        '{"type": "disconnect"}',
    ],
)
def test_a_malformed_frame_closes_the_socket(ben, cookie_of, frame):
    cookie = cookie_of(ben)

    async def scene():
        socket, _ = await opened(cookie)
        await socket.say(frame)
        return await socket.closed_with()

    assert play(scene) == 4400


def test_a_teammate_has_a_limit_of_sockets(ben, cookie_of, settings):
    settings.SOCKETS_PER_TEAMMATE = 1
    cookie = cookie_of(ben)

    async def scene():
        first, _ = await opened(cookie)
        second = Socket(PATH, origin=ORIGIN, cookie=cookie)
        await second.open()
        await second.say({"type": "hello", "watch": {}})
        code = await second.closed_with()
        await first.close()
        return code

    assert play(scene) == 4429
