"""The live process: nothing but sockets."""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

from config import env

env.bound_statements()
django.setup()

from channels.routing import URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from config.proxies import ForwardedSocket  # noqa: E402
from ground.journal.hub import keep_saying_alive  # noqa: E402
from inbox.consumers import InboxConsumer  # noqa: E402
from messenger.consumers import MessengerConsumer  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

sockets = ForwardedSocket(
    URLRouter(
        [
            path("ws/inbox/", InboxConsumer.as_asgi()),
            path("ws/messenger/", MessengerConsumer.as_asgi()),
        ]
    )
)
known_paths = {"/ws/inbox/", "/ws/messenger/"}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Routes sockets; says over HTTP that it lives and refuses everything else."""
    if scope["type"] == "lifespan":
        await live_and_die(receive, send)
    elif scope["type"] == "websocket" and scope["path"] in known_paths:
        await sockets(scope, receive, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403})
    else:
        await answer(scope, send)


async def live_and_die(receive: Receive, send: Send) -> None:
    heartbeat: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            heartbeat = asyncio.create_task(keep_saying_alive())
            await send({"type": "lifespan.startup.complete"})
        else:
            if heartbeat is not None:
                heartbeat.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def answer(scope: Scope, send: Send) -> None:
    is_health = scope["path"] == "/healthz"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    status = 200 if is_health else 404
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"ok" if is_health else b"Only sockets are answered here."
    await send({"type": "http.response.body", "body": body})
