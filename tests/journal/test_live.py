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
    return json.loads(await asyncio.wait_for(listener.queue.get(), 5))


def test_a_frame_reaches_those_who_watch_its_topic_and_nobody_else():
    async def steps():
        one, other = await listening("conversation.a", "inbox"), await listening("team.b")
        await asyncio.to_thread(live.publish, ["conversation.a", "inbox"], {"type": "message"})
        await asyncio.to_thread(live.publish, ["team.b"], {"type": "last"})
        return await heard(one), await heard(other), one.queue.empty()

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
    assert listener.queue.qsize() == 1
    assert listener.queue.get_nowait() == STALE


def test_after_a_cut_everybody_is_told_to_fetch(monkeypatch):
    monkeypatch.setattr(hubs, "RETRY_SECONDS", 0.05)

    async def steps():
        listener = await listening("inbox")
        hub().is_subscribed.clear()
        redis.Redis.from_url(settings.REDIS_URL).client_kill_filter(_type="pubsub")
        told = await heard(listener)
        await asyncio.to_thread(live.publish, ["inbox"], {"type": "live again"})
        return told, await heard(listener)

    assert scene(steps) == ({"type": "stale"}, {"type": "live again"})


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


def test_the_breaker_closes_again(monkeypatch):
    monkeypatch.setattr(live, "BREAKER_SECONDS", 0.0)
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    line = live.Hotline()
    with pytest.raises(live.RedisAway):
        line.call("PING")
    line.client = live.hotline().client
    assert line.call("PING")
