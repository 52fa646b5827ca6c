"""Hijacking of sockets from other sites (safety row 37), and what one may listen to."""

import uuid

import pytest
from django.conf import settings

from inbox.actions import assign, reply
from inbox.models import Conversation
from tests.live import Socket, committed, play, session_cookie

FOREIGN = [
    "https://evil.test",
    "null",
    "",
    "https://shop.test.evil.test",
    "https://evil.test/https://shop.test",
    "https://shop.test@evil.test",
    "https://shop.test:444",
    "http://shop.test",
    "//shop.test",
    "shop.test",
    "file://",
    "https://SHOP.test.",
    "chrome-extension://shop.test",
]
OWN_FORGED = [
    f"{settings.SITE_URL}.evil.test",
    f"{settings.SITE_URL}@evil.test",
    settings.SITE_URL.replace("http", "https"),
    settings.SITE_URL.replace("127.0.0.1", "127.0.0.1.evil.test"),
    settings.SITE_URL + "0",
]


@pytest.fixture
def talk(browser):
    visitor = browser()
    name = visitor.start("One").json()["conversation"]["id"]
    return visitor, Conversation.objects.get(public_id=name)


@pytest.mark.parametrize("origin", [*FOREIGN, *OWN_FORGED, "https://shop.test", None])
def test_a_cookie_alone_opens_no_agents_socket_from_another_site(browser_of, ada, talk, origin):
    cookie = session_cookie(browser_of(ada))

    async def scene():
        socket = Socket("/ws/inbox/", origin=origin, cookie=cookie)
        is_open = await socket.open()
        return is_open, getattr(socket, "code", None)

    assert play(scene) == (False, 4403)


@pytest.mark.parametrize("origin", [each for each in FOREIGN if each])
def test_a_stolen_token_opens_no_socket_from_another_site(talk, origin):
    visitor, conversation = talk

    async def scene():
        socket = Socket("/ws/messenger/", origin=origin)
        await socket.open()
        hello = {"type": "hello", "token": visitor.token, "after": {conversation.public_id: 0}}
        await socket.say(hello)
        return await socket.closed_with()

    assert play(scene) == 4403


def test_the_visitors_socket_takes_no_cookie_for_a_token(browser_of, ada, talk):
    cookie = session_cookie(browser_of(ada))

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test", cookie=cookie)
        await socket.open()
        await socket.say({"type": "hello"})
        return await socket.closed_with()

    assert play(scene) == 4401


@pytest.mark.parametrize("place", ["query", "protocol", "header"])
def test_a_token_counts_in_the_first_frame_only(talk, place):
    """Addresses and headers are written into logs."""
    visitor, _ = talk

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        if place == "query":
            socket.scope["query_string"] = f"token={visitor.token}".encode()
        elif place == "protocol":
            socket.scope["subprotocols"] = [visitor.token]
        else:
            socket.scope["headers"].append((b"authorization", f"Bearer {visitor.token}".encode()))
        await socket.open()
        await socket.say({"type": "hello"})
        return await socket.closed_with()

    assert play(scene) == 4401


WISHES = [
    {"type": "watch", "view": "all"},
    {"type": "watch", "conversation": {"CONVERSATION": 0}},
    {"type": "hello", "token": "TOKEN", "after": {"CONVERSATION": 0}},
    {"type": "subscribe", "topic": "inbox"},
    {"type": "greet"},
    {"type": "confirm"},
    {"type": "topics"},
    {"type": "welcome"},
    {"type": "disconnect"},
    {"type": "__class__"},
    {"type": ""},
]


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: str(wish)[:40])
def test_a_visitor_cannot_ask_to_hear_more(talk, browser, wish, ben):
    visitor, _ = talk
    other = browser()
    name = other.start("Somebody else's secret").json()["conversation"]["id"]
    told = {
        key: {name: 0} if isinstance(value, dict) else visitor.token if value == "TOKEN" else value
        for key, value in wish.items()
    }
    foreign = Conversation.objects.get(public_id=name)

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token})
        await socket.hear("ready")
        await socket.say(told)
        await committed(lambda: reply(foreign, by=ben, body="secret", client_id=uuid.uuid4()))
        await socket.hears_nothing()
        return socket.left_over()

    events = play(scene)
    assert [event["type"] for event in events] == ["websocket.close"]
    assert events[0]["code"] == 4400


def test_whoever_leaves_a_private_team_hears_no_more(talk, cleo, billing, browser_of, ada):
    from people.actions import remove_from_team

    _, conversation = talk
    conversation = assign(conversation, by=ada, team=billing)
    cookie = session_cookie(browser_of(cleo))
    name = conversation.public_id

    async def scene():
        socket = Socket("/ws/inbox/", origin=settings.SITE_URL, cookie=cookie)
        await socket.open()
        watch = {"view": "all", "conversation": {name: 0}}
        await socket.say({"type": "hello", "watch": watch})
        await socket.hear("ready")
        await committed(lambda: remove_from_team(cleo, billing, by=ada))
        await socket.hear("stale")
        await committed(
            lambda: reply(conversation, by=ada, body="secret words", client_id=uuid.uuid4())
        )
        await socket.hears_nothing()
        left = socket.left_over()
        await socket.close()
        return left

    assert "secret" not in str(play(scene))
