"""One subscription per live process, handed on to the sockets that watch.

Channel layers dispatch per consumer, at ten times the cost, and the core layer drops silently at a
hundred; the hub hands one ready text to each socket and tells a slow one to fetch instead.
"""

import asyncio
import contextlib
import logging
import time
import weakref
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable

import redis.asyncio
from django.conf import settings

from ground.journal.live import CHANNEL

logger = logging.getLogger(__name__)

QUEUE_LENGTH = 200
RETRY_SECONDS = 1.0
HEARTBEAT_SECONDS = 5.0
STALE = '{"type":"stale"}'
# Never passed on: it tells the socket itself to look up its rights again, and is then stale too.
ACCESS_CHANGED = '{"type":"access"}'


class Listener:
    """A socket's end: a bounded queue of texts. When it overflows, "stale" replaces it all."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue(maxsize=QUEUE_LENGTH)
        self.topics: set[str] = set()

    def hand(self, text: str) -> None:
        if self.queue.full():
            # Rights that changed must not be forgotten with the rest.
            is_changed = ACCESS_CHANGED in [*self.forget(), text]
            text = ACCESS_CHANGED if is_changed else STALE
        self.queue.put_nowait(text)

    def forget(self) -> list[str]:
        """Empties the queue; returns what was in it."""
        texts = []
        while not self.queue.empty():
            texts.append(self.queue.get_nowait())
        return texts


class Hub:
    """Topic -> listeners. Lives on one event loop; only touched from it."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[Listener]] = defaultdict(set)
        self.everybody: set[Listener] = set()
        self.pumping: asyncio.Task[None] | None = None
        self.is_subscribed = asyncio.Event()

    def join(self, listener: Listener) -> None:
        """Lets a listener in. The first one starts the one subscription of this process."""
        self.everybody.add(listener)
        if self.pumping is None or self.pumping.done():
            self.pumping = asyncio.get_running_loop().create_task(self.pump())

    def watch(self, listener: Listener, topics: Iterable[str]) -> None:
        """Sets the topics that a listener hears, whatever it heard before."""
        wanted = set(topics)
        for topic in listener.topics - wanted:
            self.drop(listener, topic)
        for topic in wanted - listener.topics:
            self.listeners[topic].add(listener)
        listener.topics = wanted

    def drop(self, listener: Listener, topic: str) -> None:
        self.listeners[topic].discard(listener)
        if not self.listeners[topic]:
            del self.listeners[topic]

    def leave(self, listener: Listener) -> None:
        self.watch(listener, ())
        self.everybody.discard(listener)

    def dispatch(self, packet: str) -> None:
        header, _, text = packet.partition("\n")
        reached: set[Listener] = set()
        for topic in header.split(" "):
            reached |= self.listeners.get(topic, set())
        for listener in reached:
            listener.hand(text)

    def tell_everybody(self, text: str) -> None:
        for listener in self.everybody:
            listener.hand(text)

    async def pump(self) -> None:
        """Subscribes for good. After every gap all listeners are told to fetch."""
        was_cut = False
        while True:
            try:
                async for packet in self.subscription(was_cut):
                    self.dispatch(packet)
            except (redis.RedisError, OSError) as error:
                logger.warning("The live subscription was cut: %s", error)
            self.is_subscribed.clear()
            was_cut = True
            await asyncio.sleep(RETRY_SECONDS)

    async def subscription(self, was_cut: bool) -> AsyncIterator[str]:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=2
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(client.aclose)
            pubsub = await stack.enter_async_context(client.pubsub())
            await pubsub.subscribe(CHANNEL)
            heard_at = beat_at = time.monotonic()
            while True:
                message = await pubsub.get_message(timeout=HEARTBEAT_SECONDS)
                now = time.monotonic()
                if message:
                    heard_at = now
                    if message["type"] == "subscribe":
                        self.is_subscribed.set()
                        if was_cut:
                            self.tell_everybody(STALE)
                    elif message["type"] == "message":
                        yield message["data"].decode()
                if now - beat_at >= HEARTBEAT_SECONDS:
                    beat_at = now
                    await pubsub.ping()
                if now - heard_at > 3 * HEARTBEAT_SECONDS:
                    raise redis.ConnectionError("Redis has stopped answering.")


hubs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = weakref.WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in hubs:
        hubs[loop] = Hub()
    return hubs[loop]


async def keep_saying_alive() -> None:
    """The live process's heartbeat for /readyz; started once by config/asgi.py."""
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
    )
    while True:
        with contextlib.suppress(redis.RedisError, OSError):
            await client.set("counterfoil:alive:live", int(time.time()), ex=60)
        await asyncio.sleep(HEARTBEAT_SECONDS)
