"""The floor that live delivery is held against: POST -> Redis -> sockets, and nothing else.

A bare ASGI application under the web server that our sockets run on. `POST /send` takes
{"room", "client_id", …}, inserts it as one committed row when FLOOR_DATABASE is set, and publishes
it; a socket sends the list of rooms that it wants and is handed what is posted to them.
"""

import asyncio
import json
import os
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import redis.asyncio

TABLE = """
CREATE TABLE IF NOT EXISTS bench_floor (
    id bigserial PRIMARY KEY, room text, body text, created_at timestamptz DEFAULT now())
"""
CHANNEL = "bench.floor"

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

database = os.environ.get("FLOOR_DATABASE")
line = redis.asyncio.Redis.from_url(os.environ.get("FLOOR_REDIS", "redis://"))
rooms: dict[str, set[Send]] = defaultdict(set)
threads = ThreadPoolExecutor(max_workers=8)
mine = threading.local()
pumping: list[asyncio.Task[None]] = []


def insert(room: str, body: str) -> None:
    if not hasattr(mine, "connection"):
        mine.connection = psycopg2.connect(database)
        mine.connection.autocommit = True
    with mine.connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_floor (room, body) VALUES (%s, %s)", (room, body))


def make_table() -> None:
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
    connection.close()


async def pump(is_subscribed: asyncio.Event) -> None:
    async with line.pubsub() as subscription:
        await subscription.subscribe(CHANNEL)
        is_subscribed.set()
        async for packet in subscription.listen():
            if packet["type"] == "message":
                room, _, text = packet["data"].decode().partition("\n")
                for send in rooms[room]:
                    await send({"type": "websocket.send", "text": text})


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
    elif scope["type"] == "http":
        await post(receive, send)
    else:
        await listen(receive, send)


async def live(receive: Receive, send: Send) -> None:
    await receive()
    if database:
        await asyncio.to_thread(make_table)
    is_subscribed = asyncio.Event()
    pumping.append(asyncio.create_task(pump(is_subscribed)))
    await is_subscribed.wait()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def post(receive: Receive, send: Send) -> None:
    raw = b""
    while True:
        part = await receive()
        raw += part.get("body", b"")
        if not part.get("more_body"):
            break
    room = json.loads(raw)["room"]
    if database:
        await asyncio.get_running_loop().run_in_executor(threads, insert, room, raw.decode())
    await line.publish(CHANNEL, room.encode() + b"\n" + raw)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


async def listen(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    wanted: list[str] = []
    try:
        while (message := await receive())["type"] == "websocket.receive":
            wanted = json.loads(message["text"])
            for room in wanted:
                rooms[room].add(send)
            await send({"type": "websocket.send", "text": '{"type":"ready"}'})
    finally:
        for room in wanted:
            rooms[room].discard(send)
