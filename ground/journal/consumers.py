"""The socket that every live screen speaks: hello, watch, frames, heartbeats, manners."""

import asyncio
import contextlib
import itertools
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError

from ground.journal.hub import ACCESS_CHANGED, Listener, hub

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

BAD_FRAME = 4400
NOT_AUTHENTICATED = 4401
NOT_ALLOWED = 4403
TOO_MANY = 4429
GOING_AWAY = 1001
OUR_FAULT = 1011

HELLO_SECONDS = 10
PING_SECONDS = 15
BEATS_A_LOOK = 4
STALE_FRAME = {"type": "stale"}
SEND_SECONDS = 20
SUBSCRIBED_WITHIN_SECONDS = 1

executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="live-database")
open_sockets: Counter[str] = Counter()


async def in_database(function: Callable[..., Result], *args: Any) -> Result:
    """Runs a synchronous read or action for a socket on the bounded database threads."""
    if settings.LIVE_THREAD_SENSITIVE:
        return await sync_to_async(function)(*args)
    runner = database_sync_to_async(function, thread_sensitive=False, executor=executor)
    return await runner(*args)


class Refused(Exception):
    """The socket must be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class LiveConsumer(AsyncWebsocketConsumer):
    """A room's socket fills in who it is (`greet`), what it hears (`topics`) and what it hears of
    each frame type (`on_<type>`). Closes with 4400 on a malformed frame, 4429 on a flood."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listener = Listener()
        self.rights = asyncio.Lock()
        self.tasks: list[asyncio.Task[None]] = []
        self.is_greeted = False
        self.is_over = False
        self.counted_as = ""
        self.heard_at = time.monotonic()
        self.window_started = self.heard_at
        self.window_count = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.release()

    async def connect(self) -> None:
        if not self.is_origin_allowed():
            await self.close(NOT_ALLOWED)
            return
        await self.accept()
        self.tasks.append(asyncio.create_task(self.expect_hello()))

    def release(self) -> None:
        """Gives back all that the socket held, however it ended; once is enough, twice no harm."""
        hub().leave(self.listener)
        while self.tasks:
            self.tasks.pop().cancel()
        if self.counted_as:
            open_sockets[self.counted_as] -= 1
            if open_sockets[self.counted_as] <= 0:
                del open_sockets[self.counted_as]
            self.counted_as = ""

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        self.is_over = True
        await super().close(code, reason)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.is_over:
            return
        async with self.closing_on_trouble():
            self.check_pace()
            frame = self.parse(text_data)
            await self.handle(frame)

    @contextlib.asynccontextmanager
    async def closing_on_trouble(self) -> AsyncIterator[None]:
        """A refusal closes with its code, our own failure with 1011: the client comes back."""
        try:
            yield
        except Refused as refusal:
            await self.close(refusal.code)
        except TimeoutError:
            await self.close(GOING_AWAY)
        except OSError:
            # So a server says that nobody is there any more.
            with contextlib.suppress(OSError):
                await self.close(GOING_AWAY)
        except Exception:
            logger.exception("A socket ended by an error of ours")
            await self.close(OUR_FAULT)

    def check_pace(self) -> None:
        now = time.monotonic()
        if now - self.window_started >= 1:
            self.window_started, self.window_count = now, 0
        self.window_count += 1
        if self.window_count > settings.SOCKET_FRAMES_PER_SECOND:
            raise Refused(TOO_MANY)

    def parse(self, text: str | None) -> dict[str, Any]:
        if text is None or len(text) > settings.SOCKET_FRAME_MAX_KB * 1024:
            raise Refused(BAD_FRAME)
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            raise Refused(BAD_FRAME) from None
        if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
            raise Refused(BAD_FRAME)
        return frame

    async def handle(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        self.heard_at = time.monotonic()
        if kind == "pong":
            return
        if kind == "hello" and not self.is_greeted:
            await self.greet(frame)
            self.is_greeted = True
            await self.settle()
            await self.welcome(frame)
            self.tasks += [asyncio.create_task(self.pump()), asyncio.create_task(self.beat())]
            return
        action = getattr(self, f"on_{kind}", None)
        if action is None:
            raise Refused(BAD_FRAME)
        if not self.is_greeted:
            raise Refused(NOT_AUTHENTICATED)
        await action(frame)

    async def settle(self) -> None:
        """Subscribes before anything is fetched, so that nothing falls between the two."""
        hub().join(self.listener)
        try:
            await asyncio.wait_for(hub().is_subscribed.wait(), SUBSCRIBED_WITHIN_SECONDS)
        except TimeoutError:
            # What is said until then is lost: everybody looks again as soon as it is heard.
            hub().was_cut = True
        if await self.look(is_move=True):
            await self.send_frame(STALE_FRAME)

    async def look(self, *, is_move: bool = False) -> bool:
        """Settles who speaks and what they may hear; True when handed frames had to be forgotten.

        Looks until two looks agree: what changes after the first is heard of, because by then the
        socket listens. Until then nothing is passed on. With `is_move` the topics are expected to
        differ from what was watched before.
        """
        async with self.rights:
            seen = set() if is_move else self.listener.topics
            was_narrowed = False
            while True:
                await self.confirm()
                topics = await in_database(self.topics)
                is_agreed = topics == seen and ACCESS_CHANGED not in self.listener.texts
                hub().watch(self.listener, topics)
                if seen - topics or ACCESS_CHANGED in self.listener.texts:
                    self.listener.forget()
                    was_narrowed = True
                if is_agreed:
                    return was_narrowed
                seen = topics

    def count_socket(self, name: str, limit: int) -> None:
        """Counts this socket against its owner's limit. Raises Refused(4429)."""
        if open_sockets[name] >= limit:
            raise Refused(TOO_MANY)
        open_sockets[name] += 1
        self.counted_as = name

    async def expect_hello(self) -> None:
        await asyncio.sleep(HELLO_SECONDS)
        if not self.is_greeted:
            await self.close(NOT_AUTHENTICATED)

    async def pump(self) -> None:
        """Passes on what the hub hands over; a reader that has stopped reading is let go."""
        async with self.closing_on_trouble():
            while True:
                text = await self.listener.next()
                era = self.listener.era
                if text == ACCESS_CHANGED:
                    await self.look()
                    await self.send_frame(STALE_FRAME)
                    continue
                async with self.rights:
                    if not self.is_for_us(text):
                        continue
                    if era == self.listener.era:
                        async with asyncio.timeout(SEND_SECONDS):
                            await self.send(text_data=text)

    async def beat(self) -> None:
        async with self.closing_on_trouble():
            for beats in itertools.count(1):
                await asyncio.sleep(PING_SECONDS)
                if time.monotonic() - self.heard_at > 2.5 * PING_SECONDS:
                    raise Refused(GOING_AWAY)
                # Without the database there is nothing true to say; the next beat tries again.
                with contextlib.suppress(OperationalError, InterfaceError):
                    # Changes of rights are told at once; this is the belt to those braces.
                    if beats % BEATS_A_LOOK == 0 and await self.look():
                        await self.send_frame(STALE_FRAME)
                    await self.send_frame({"type": "ping", **await in_database(self.pulse)})

    async def send_frame(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame, separators=(",", ":"), default=str))

    # What a room's socket fills in.

    def is_origin_allowed(self) -> bool:
        raise NotImplementedError

    async def greet(self, frame: dict[str, Any]) -> None:
        """Finds out who speaks. Raises Refused."""
        raise NotImplementedError

    async def welcome(self, frame: dict[str, Any]) -> None:
        """Answers `ready`, with what the client needs to know what it has missed."""
        raise NotImplementedError

    async def confirm(self) -> None:
        """Whether the speaker is still who they were. Raises Refused."""
        raise NotImplementedError

    def topics(self) -> set[str]:
        """What the speaker may hear now; runs on a database thread."""
        raise NotImplementedError

    def is_for_us(self, text: str) -> bool:
        """Whether a frame of our topics may be passed on to this very socket."""
        return True

    def pulse(self) -> dict[str, Any]:
        """What a heartbeat says beside being one; runs on a database thread."""
        return {}
