"""One subscription per live process, handed on to the sockets that watch.

Channel layers dispatch per consumer, at ten times the cost, and the core layer drops silently at a
hundred; the hub hands one ready text to each socket and tells a slow one to fetch instead.
"""

import asyncio
import contextlib
import logging
import time
import weakref
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable

import redis.asyncio
from django.conf import settings

from ground.journal.live import ACCESS_CHANGED, CHANNEL, EVERYBODY

logger = logging.getLogger(__name__)

QUEUE_LENGTH = 200
RETRY_SECONDS = 1.0
HEARTBEAT_SECONDS = 5.0
STALE = '{"type":"stale"}'


class Listener:
    """A socket's end: a bounded line of texts. When it overflows, one text replaces it all."""

    def __init__(self) -> None:
        self.texts: deque[str] = deque()
        self.arrived = asyncio.Event()
        self.topics: set[str] = set()
        self.era = 0

    async def next(self) -> str:
        """The next text, as soon as there is one."""
        while not self.texts:
            self.arrived.clear()
            await self.arrived.wait()
        return self.texts.popleft()

    def hand(self, text: str) -> None:
        if len(self.texts) >= QUEUE_LENGTH:
            # Rights that changed must not be forgotten with the rest.
            is_changed = ACCESS_CHANGED in [*self.texts, text]
            self.forget()
            text = ACCESS_CHANGED if is_changed else STALE
        self.texts.append(text)
        self.arrived.set()

    def forget(self) -> None:
        """Drops what waits. A text that was taken out before belongs to another era."""
        self.era += 1
        self.texts.clear()


class Hub:
    """Topic -> listeners. Lives on one event loop; only touched from it."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[Listener]] = defaultdict(set)
        self.everybody: set[Listener] = set()
        self.pumping: asyncio.Task[None] | None = None
        self.is_subscribed = asyncio.Event()
        self.was_cut = False

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
        if header == EVERYBODY:
            self.tell_everybody(text)
            return
        reached: set[Listener] = set()
        for topic in header.split(" "):
            reached |= self.listeners.get(topic, set())
        for listener in reached:
            listener.hand(text)

    def tell_everybody(self, text: str) -> None:
        for listener in self.everybody:
            listener.hand(text)

    async def pump(self) -> None:
        """Subscribes for good. After every gap all sockets look up their rights and fetch."""
        while True:
            try:
                async for packet in self.subscription():
                    self.dispatch(packet)
            except (redis.RedisError, OSError) as error:
                logger.warning("The live subscription was cut: %s", error)
            except Exception:
                logger.exception("The live subscription ended by an error of ours")
            self.is_subscribed.clear()
            self.was_cut = True
            await asyncio.sleep(RETRY_SECONDS)

    async def subscription(self) -> AsyncIterator[str]:
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
                        if self.was_cut:
                            self.was_cut = False
                            self.tell_everybody(ACCESS_CHANGED)
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
