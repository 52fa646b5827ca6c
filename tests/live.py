"""Scenes with sockets: the consumers themselves, a real Redis, an ordinary rolled-back test."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import transaction
from django.test import TestCase

from config.asgi import application
from ground.journal import hub as hubs

SECONDS = 20


class Socket:
    """One end of a live connection, speaking frames."""

    def __init__(self, path: str, *, origin: str | None = None, cookie: str = "") -> None:
        headers = [(b"host", b"testserver")]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        self.scope = {"type": "websocket", "path": path, "headers": headers, "subprotocols": []}
        self.inbound: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outbound: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def open(self) -> bool:
        # Not asgiref's communicator: it clears the context, and with it the test's database thread.
        self.task = asyncio.create_task(
            application(self.scope, self.inbound.get, self.outbound.put)
        )
        await self.inbound.put({"type": "websocket.connect"})
        event = await self.event()
        self.code = event.get("code")
        return event["type"] == "websocket.accept"

    async def event(self, timeout: float = 5) -> dict[str, Any]:
        """What the application says next; an error of the application is the test's error."""
        waiting = asyncio.create_task(self.outbound.get())
        done, _ = await asyncio.wait(
            {waiting, self.task}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        if waiting in done:
            return waiting.result()
        waiting.cancel()
        if self.task in done:
            self.task.result()
        raise TimeoutError

    async def say(self, frame: Any) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self.inbound.put({"type": "websocket.receive", "text": text})

    async def hear(self, kind: str | None = None, timeout: float = 5) -> dict[str, Any]:
        """The next frame, or the next of a kind."""
        while True:
            event = await self.event(timeout)
            assert event["type"] == "websocket.send", event
            frame = json.loads(event["text"])
            if kind is None or frame["type"] == kind:
                return frame

    async def hears_nothing(self, timeout: float = 0.3) -> bool:
        await asyncio.sleep(timeout)
        return self.outbound.empty()

    def left_over(self) -> list[dict[str, Any]]:
        """What was said and not heard yet."""
        events = []
        while not self.outbound.empty():
            events.append(self.outbound.get_nowait())
        return events

    async def closed_with(self, timeout: float = 5) -> int:
        while True:
            event = await self.event(timeout)
            if event["type"] == "websocket.close":
                await self.close()
                return event.get("code", 1000)

    async def close(self) -> None:
        await self.inbound.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, 5)


@contextmanager
def never_closing_the_tests_connection() -> Iterator[None]:
    """Channels closes "old" connections around frames; one inside a transaction looks old to it."""
    leave_it = mock.AsyncMock()
    with (
        mock.patch("channels.consumer.aclose_old_connections", leave_it),
        mock.patch("channels.generic.websocket.aclose_old_connections", leave_it),
    ):
        yield


def play(scene: Callable[[], Awaitable[Any]]) -> Any:
    """Runs an async scene to its end inside the test's own transaction."""

    async def played() -> Any:
        try:
            with never_closing_the_tests_connection():
                return await asyncio.wait_for(scene(), SECONDS)
        finally:
            task = hubs.hub().pumping
            if task is not None:
                task.cancel()
            hubs.hubs.pop(asyncio.get_running_loop(), None)

    return async_to_sync(played)()


@sync_to_async
def committed(change: Callable[[], Any]) -> Any:
    """Makes a change and then does what its commit would have done: the live publishing."""
    with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
        return change()


def session_cookie(client: Any) -> str:
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"
