"""Who is looking at a conversation, and who gave it to whom."""

import json

import pytest

from ground.journal.live import hotline
from inbox import presence
from inbox.actions import assign
from people.actions import change_teammate, create_token
from people.models.token import Scope
from tests.live import Socket, committed, play, session_cookie

pytestmark = pytest.mark.django_db


@pytest.fixture
def cookie_of(browser_of):
    return lambda teammate: session_cookie(browser_of(teammate))


async def opened(cookie, conversation, *, visible=True):
    socket = Socket("/ws/inbox/", origin="http://127.0.0.1:8000", cookie=cookie)
    assert await socket.open()
    await socket.say({"type": "hello", "watch": watching(conversation, visible=visible)})
    await socket.hear("ready")
    return socket


def watching(conversation, *, visible=True):
    names = {conversation.public_id: 0} if conversation else {}
    return {"view": "all", "conversation": names, "visible": visible}


def names(frame):
    return sorted(person["name"] for person in frame["people"])


def test_two_who_look_see_each_other_and_who_leaves_is_gone(conversation, ada, ben, cookie_of):
    adas, bens = cookie_of(ada), cookie_of(ben)

    async def scene():
        first = await opened(adas, conversation)
        second = await opened(bens, conversation)
        both = [names(await socket.hear("presence")) for socket in (first, second)]
        await second.say({"type": "watch", "watch": watching(None)})
        elsewhere = names(await first.hear("presence"))
        await second.say({"type": "watch", "watch": watching(conversation)})
        back = names(await first.hear("presence"))
        await second.close()
        closed = names(await first.hear("presence"))
        await first.close()
        return both, elsewhere, back, closed

    both, elsewhere, back, closed = play(scene)
    assert both == [["Ada Byron", "Ben Okafor"]] * 2 and back == both[0]
    assert elsewhere == closed == ["Ada Byron"]


def test_whoever_goes_by_another_name_does_so_at_once_where_they_look(
    conversation, ada, ben, cookie_of
):
    adas, bens = cookie_of(ada), cookie_of(ben)

    async def scene():
        first = await opened(adas, conversation)
        second = await opened(bens, conversation)
        await first.hear("presence")
        await committed(lambda: change_teammate(ben, by=ada, name="Benjamin"))
        await second.hear("stale")
        frames = [json.loads(event["text"]) for event in first.left_over()]
        heard = [names(frame) for frame in frames if frame["type"] == "presence"]
        await second.close()
        gone = names(await first.hear("presence"))
        await first.close()
        return heard, gone

    heard, gone = play(scene)
    assert heard and all(each == ["Ada Byron", "Benjamin"] for each in heard), "nobody left"
    assert gone == ["Ada Byron"]


def test_a_tab_behind_others_looks_at_nothing(conversation, ada, ben, cookie_of):
    adas, bens = cookie_of(ada), cookie_of(ben)

    async def scene():
        first = await opened(adas, conversation)
        second = await opened(bens, conversation, visible=False)
        quiet = await first.hears_nothing()
        looks = [presence.is_looking(ben.public_id)]
        await second.say({"type": "watch", "watch": watching(conversation)})
        seen = names(await first.hear("presence"))
        looks.append(presence.is_looking(ben.public_id))
        await first.close()
        await second.close()
        return quiet, seen, looks

    assert play(scene) == (True, ["Ada Byron", "Ben Okafor"], [False, True])
    assert presence.is_here(ben.public_id), "a moment ago"
    assert not presence.is_looking(ben.public_id)


def test_ones_own_second_tab_is_no_company(conversation, ada, cookie_of):
    cookie = cookie_of(ada)

    async def scene():
        first = await opened(cookie, conversation)
        second = await opened(cookie, conversation)
        quiet = await first.hears_nothing()
        await first.close()
        await second.close()
        return quiet

    assert play(scene)


def test_who_may_not_see_it_neither_looks_nor_hears_who_does(
    conversation, ada, ben, cleo, billing, cookie_of
):
    assign(conversation, by=ada, team=billing)
    cookies = [cookie_of(mate) for mate in (cleo, ben, ada)]

    async def scene():
        sockets = [await opened(cookie, conversation) for cookie in cookies]
        heard = names(await sockets[0].hear("presence"))
        await sockets[1].hears_nothing()
        leaked = [event["text"] for event in sockets[1].left_over()]
        for socket in sockets:
            await socket.close()
        return heard, leaked

    heard, leaked = play(scene)
    assert heard == ["Ada Byron", "Cleo Marchand"]
    assert not any("presence" in text for text in leaked)


def test_who_loses_sight_of_it_is_no_longer_shown(conversation, ada, ben, cleo, billing, cookie_of):
    cookies = [cookie_of(mate) for mate in (cleo, ben)]

    async def scene():
        cleos, bens = [await opened(cookie, conversation) for cookie in cookies]
        assert names(await cleos.hear("presence")) == ["Ben Okafor", "Cleo Marchand"]
        await committed(lambda: assign(conversation, by=ada, team=billing))
        left = names(await cleos.hear("presence"))
        await cleos.close()
        await bens.close()
        return left

    assert play(scene) == ["Cleo Marchand"]


def test_after_an_empty_redis_who_looks_is_known_again(conversation, ada, ben, published):
    people = [{"id": mate.public_id, "name": str(mate)} for mate in (ada, ben)]

    def beat():
        for person in people:
            presence.look(conversation.public_id, person, "socket-" + person["id"])

    shown = []
    presence.publish, real = (lambda topics, frame: shown.append((topics, frame))), presence.publish
    try:
        beat()
        beat()
        assert [names(frame) for _, frame in shown] == [["Ada Byron", "Ben Okafor"]]
        hotline().call("FLUSHDB")
        beat()
    finally:
        presence.publish = real
    assert [names(frame) for _, frame in shown] == [["Ada Byron", "Ben Okafor"]] * 2
    assert all(topics == [f"conversation.{conversation.public_id}"] for topics, _ in shown)


def test_marks_that_nobody_renews_end(conversation, ada, ben, monkeypatch):
    shown = []
    monkeypatch.setattr(presence, "publish", lambda topics, frame: shown.append(frame))
    first, second = ({"id": mate.public_id, "name": str(mate)} for mate in (ada, ben))
    presence.look(conversation.public_id, first, "a")
    presence.look(conversation.public_id, second, "b")
    later = presence.time.time() + presence.LOOKING_SECONDS + 1
    monkeypatch.setattr(presence.time, "time", lambda: later)
    presence.look(conversation.public_id, second, "b")
    assert names(shown[-1]) == ["Ben Okafor"]


def test_the_contact_never_hears_who_looks(conversation, ada, ben, monkeypatch):
    shown = []
    monkeypatch.setattr(presence, "publish", lambda topics, frame: shown.extend(topics))
    for mate in (ada, ben):
        presence.look(conversation.public_id, {"id": mate.public_id, "name": str(mate)}, "x")
    assert shown and not any(topic.startswith("contact.") for topic in shown)


def test_a_broken_watch_is_refused(conversation, ada, cookie_of):
    cookie = cookie_of(ada)

    async def scene():
        socket = await opened(cookie, conversation)
        await socket.say({"type": "watch", "watch": {"visible": "yes"}})
        return await socket.closed_with()

    assert play(scene) == 4400


# ---- handed over ---------------------------------------------------------------------------------


def head_of(browser, conversation):
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "head"}
    return browser.get(f"/inbox/all/{conversation.public_id}/", **headers).content.decode()


def test_the_head_says_who_gave_it_to_me(conversation, ada, ben, browser_of, client):
    assign(conversation, by=ada, assignee=ben)
    assert "Ada Byron gave you this" in head_of(browser_of(ben), conversation)
    assert "gave you this" not in head_of(browser_of(ada), conversation)
    conversation.refresh_from_db()
    assert conversation.handed_by == "Ada Byron" and conversation.handed_at is not None
    assign(conversation, by=ada, assignee=ada)
    conversation.refresh_from_db()
    assert (conversation.handed_by, conversation.handed_at) == ("", None)
    _, plain = create_token(name="Router", teammate=None, scopes=[Scope.CONVERSATIONS_WRITE])
    path = f"/api/v1/conversations/{conversation.public_id}/assignment"
    body = json.dumps({"assignee": ben.public_id})
    headers = {"HTTP_AUTHORIZATION": f"Bearer {plain}"}
    answer = client.put(path, body, content_type="application/json", **headers)
    assert answer.status_code == 200
    assert "Router gave you this" in head_of(browser_of(ben), conversation)
