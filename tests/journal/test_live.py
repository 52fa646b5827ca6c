import asyncio
import json
import time

import pytest
import redis
from asgiref.sync import async_to_sync
from django.conf import settings

from ground.journal import hub as hubs
from ground.journal import live
from ground.journal.hub import QUEUE_LENGTH, STALE, Hub, Listener, hub


def scene(steps):
    """Runs an async scene with a hub of its own and puts it away afterwards."""

    async def played():
        try:
            return await asyncio.wait_for(steps(), 20)
        finally:
            task = hub().pumping
            if task is not None:
                task.cancel()
            hubs.hubs.pop(asyncio.get_running_loop(), None)

    return async_to_sync(played)()


async def listening(*topics):
    listener = Listener()
    hub().join(listener)
    await asyncio.wait_for(hub().is_subscribed.wait(), 5)
    hub().watch(listener, topics)
    return listener


async def heard(listener):
    return json.loads(await asyncio.wait_for(listener.next(), 5))


def test_a_frame_reaches_those_who_watch_its_topic_and_nobody_else():
    async def steps():
        one, other = await listening("conversation.a", "inbox"), await listening("team.b")
        await asyncio.to_thread(live.publish, ["conversation.a", "inbox"], {"type": "message"})
        await asyncio.to_thread(live.publish, ["team.b"], {"type": "last"})
        return await heard(one), await heard(other), not one.texts

    first, second, is_rest_empty = scene(steps)
    assert first == {"type": "message"} and second == {"type": "last"}
    assert is_rest_empty, "a frame for two topics that one socket watches comes once"


def test_fifty_listeners_share_one_subscription():
    async def steps():
        for number in range(50):
            await listening(f"conversation.{number}")
        client = redis.Redis.from_url(settings.REDIS_URL)
        return client.execute_command("PUBSUB", "NUMSUB", live.CHANNEL)[1]

    before = redis.Redis.from_url(settings.REDIS_URL).execute_command(
        "PUBSUB", "NUMSUB", live.CHANNEL
    )[1]
    assert scene(steps) - before == 1


def test_watching_something_else_ends_what_was_watched():
    async def steps():
        listener = await listening("conversation.a")
        hub().watch(listener, ["conversation.b"])
        hub().dispatch('conversation.a\n{"type":"old"}')
        hub().dispatch('conversation.b\n{"type":"new"}')
        hub().leave(listener)
        return await heard(listener), dict(hub().listeners)

    frame, left = scene(steps)
    assert frame == {"type": "new"}
    assert left == {}, "nothing remembers who left"


def test_a_slow_listener_is_told_to_fetch_and_costs_bounded_memory():
    listener, room = Listener(), Hub()
    room.watch(listener, ["inbox"])
    for number in range(QUEUE_LENGTH + 1):
        room.dispatch(f'inbox\n{{"type":"message","seq":{number}}}')
    assert list(listener.texts) == [STALE]


def test_rights_that_changed_are_not_lost_in_an_overflow():
    listener, room = Listener(), Hub()
    room.watch(listener, ["inbox"])
    room.dispatch(f"inbox\n{live.ACCESS_CHANGED}")
    for _ in range(QUEUE_LENGTH):
        room.dispatch('inbox\n{"type":"message"}')
    assert list(listener.texts) == [live.ACCESS_CHANGED]


def test_after_a_cut_everybody_is_told_to_look_again(monkeypatch):
    monkeypatch.setattr(hubs, "RETRY_SECONDS", 0.05)

    async def steps():
        listener = await listening("inbox")
        hub().is_subscribed.clear()
        redis.Redis.from_url(settings.REDIS_URL).client_kill_filter(_type="pubsub")
        told = await heard(listener)
        await asyncio.to_thread(live.publish, ["inbox"], {"type": "live again"})
        return told, await heard(listener)

    assert scene(steps) == ({"type": "access"}, {"type": "live again"})


def test_publishing_without_redis_fails_at_once_and_then_faster(monkeypatch):
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    line = live.Hotline()
    with pytest.raises(live.RedisAway):
        line.call("PING")
    started = time.monotonic()
    for _ in range(100):
        with pytest.raises(live.RedisAway):
            line.call("PING")
    assert time.monotonic() - started < live.TIMEOUT_SECONDS, "the breaker is open"


def test_when_redis_is_back_every_screen_hears_that_it_missed_something(monkeypatch):
    monkeypatch.setattr(live, "RETRY_SECONDS", 0.05)

    async def steps():
        listener = await listening("nothing.of.interest")
        line = live.Hotline()
        there, line.client = line.client, redis.Redis(host="127.0.0.1", port=1)
        with pytest.raises(live.RedisAway):
            line.call("PING")
        line.client = there
        told = await heard(listener)
        while line.is_away:
            await asyncio.sleep(0.01)
        return told, line.call("PING")

    told, answer = scene(steps)
    assert told == {"type": "access"} and answer
