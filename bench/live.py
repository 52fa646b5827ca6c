"""How fast a customer's message reaches the agents' screens, at what cost, beside the floor."""

import asyncio
import http.client
import json
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.driver import CSRF, Place, Visitor, Words
from bench.figures import Figure, compared, percentile, say
from bench.product import Product, cpu_seconds, free_port
from bench.wire import Pool, Unanswered
from config import env
from config.up import parts

ROUNDS = 3
CONVERSATIONS, AGENTS = 50, 5
RATES = {10: 15.0, 100: 10.0}
WARM_RATE, WARM_SECONDS = 20, 2.0
FAN_SOCKETS, FAN_RATE, FAN_SECONDS = 500, 4, 8.0
CONNECTIONS = 32
LATE_SECONDS = 5.0
TEXT = "Where is my parcel? It was to come on Friday. " * 3


@dataclass
class Sample:
    """One stretch of an open loop: messages are sent on time, however slow the answers are."""

    sent: int = 0
    refused: int = 0
    seen_ms: list[float] = field(default_factory=list)
    missing: int = 0
    cpu_ms: float = 0.0

    def p(self, percent: float) -> float:
        return percentile(self.seen_ms, percent)


class Target:
    """Something that takes messages over HTTP and hands them to sockets."""

    name = ""
    port = 0
    conversations: list[str]

    def processes(self) -> Sequence[psutil.Process]:
        raise NotImplementedError

    def request(self, index: int, client_id: str) -> tuple[str, dict[str, Any], dict[str, str]]:
        """Path, body and headers of a message to the conversation with this index."""
        raise NotImplementedError

    def socket(self, number: int, watched: Sequence[str]) -> tuple[str, dict[str, str], str]:
        """Address, headers and first frame of a socket that watches these conversations."""
        raise NotImplementedError


class Ours(Target):
    name = "ours"

    def __init__(self, product: Product) -> None:
        self.product = product
        self.port = product.port
        self.stage = product.run("bench.stage", str(AGENTS))
        self.place = Place(product.host, product.port, product.live_port)
        self.visitors: list[Visitor] = []

    async def open(self) -> Self:
        for number in range(CONVERSATIONS):
            words, name = Words("bench"), f"visitor-{number}"
            visitor = Visitor(self.place, self.stage["app"], name, words, lambda said: None)
            await visitor.boot()
            await visitor.start()
            self.visitors.append(visitor)
        self.conversations = [visitor.conversation for visitor in self.visitors]
        return self

    def processes(self) -> Sequence[psutil.Process]:
        return list(self.product.parts().values())

    def request(self, index: int, client_id: str) -> tuple[str, dict[str, Any], dict[str, str]]:
        visitor = self.visitors[index]
        path = f"/m/api/conversations/{visitor.conversation}/messages"
        data = {"client_id": client_id, "body": TEXT}
        return path, data, {"Authorization": f"Bearer {visitor.token}"}

    def socket(self, number: int, watched: Sequence[str]) -> tuple[str, dict[str, str], str]:
        session = self.stage["agents"][number % AGENTS]["session"]
        cookies = f"counterfoil_session={session}; counterfoil_csrf={CSRF}"
        watch = {"view": "all", "conversation": dict.fromkeys(watched, 0)}
        headers = {"Cookie": cookies, "Origin": self.place.origin}
        return self.place.socket("inbox"), headers, json.dumps({"type": "hello", "watch": watch})


class Floor(Target):
    """The bare floor on the product's own Redis and, when it stores, in its database."""

    def __init__(self, product: Product, *, is_storing: bool) -> None:
        self.name = "floor + insert" if is_storing else "floor"
        self.product = product
        self.is_storing = is_storing
        self.port = free_port()
        self.conversations = [f"room-{number}" for number in range(CONVERSATIONS)]

    def __enter__(self) -> Self:
        command = [
            "bench.floor:application" if word == "config.asgi:application" else word
            for word in parts.commands()["live"]
        ]
        command[command.index("--port") + 1] = str(self.port)
        environment = {**self.product.environment, "FLOOR_REDIS": self.product.redis}
        if self.is_storing:
            environment["FLOOR_DATABASE"] = self.product.database
        self.process = subprocess.Popen(command, cwd=env.BASE_DIR, env=environment)
        for _ in range(200):
            with suppress(OSError):
                http.client.HTTPConnection(self.product.host, self.port, timeout=1).connect()
                return self
            time.sleep(0.05)
        self.process.kill()
        raise RuntimeError("the floor did not start")

    def __exit__(self, *reason: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    def processes(self) -> Sequence[psutil.Process]:
        servers = self.product.parts()
        return [psutil.Process(self.process.pid), servers["redis"], servers["postgres"]]

    def request(self, index: int, client_id: str) -> tuple[str, dict[str, Any], dict[str, str]]:
        data = {"room": self.conversations[index], "client_id": client_id, "body": TEXT}
        return "/send", {"type": "message", **data}, {}

    def socket(self, number: int, watched: Sequence[str]) -> tuple[str, dict[str, str], str]:
        return f"ws://{self.product.host}:{self.port}/", {}, json.dumps(list(watched))


class Watch:
    """Open sockets; notes for each client id when its message arrived, in seconds."""

    def __init__(self, target: Target, groups: Sequence[Sequence[str]]) -> None:
        self.target = target
        self.groups = groups
        self.arrived: dict[str, list[float]] = {}
        self.count = 0
        self.gate = asyncio.Semaphore(32)

    async def __aenter__(self) -> Self:
        self.stack = AsyncExitStack()
        opening = [self._open(number, group) for number, group in enumerate(self.groups)]
        sockets = await asyncio.gather(*opening)
        self.tasks = [asyncio.create_task(self._read(socket)) for socket in sockets]
        return self

    async def _open(self, number: int, watched: Sequence[str]) -> ClientConnection:
        address, headers, hello = self.target.socket(number, watched)
        async with self.gate:
            socket = await self.stack.enter_async_context(
                connect(
                    address,
                    additional_headers=headers,
                    compression=None,
                    ping_interval=None,
                    close_timeout=1,
                )
            )
            await socket.send(hello)
            while '"ready"' not in str(await asyncio.wait_for(socket.recv(), 10))[:20]:
                pass
            return socket

    async def _read(self, socket: ClientConnection) -> None:
        with suppress(WebSocketException, OSError):
            async for text in socket:
                now = time.perf_counter()
                head = str(text[:200])
                if '"type": "message"' in head or '"type":"message"' in head:
                    client_id = head.split('"client_id"', 1)[1].split('"')[1]
                    if client_id in self.arrived:
                        self.arrived[client_id].append(now)
                        self.count += 1
                elif '"ping"' in head[:20]:
                    await socket.send('{"type":"pong"}')

    async def __aexit__(self, *reason: object) -> None:
        for task in self.tasks:
            task.cancel()
        await self.stack.aclose()


async def measure(target: Target, watch: Watch, rate: float, seconds: float, each: int) -> Sample:
    """Sends at a rate; every message must arrive at `each` sockets."""
    sample, pool = Sample(), Pool(CONNECTIONS, "127.0.0.1", target.port)
    began: dict[str, float] = {}
    watch.arrived, watch.count = {}, 0
    used = len({name for group in watch.groups for name in group})

    async def send(number: int) -> None:
        client_id = str(uuid.uuid4())
        watch.arrived[client_id] = []
        began[client_id] = time.perf_counter()
        path, data, headers = target.request(number % used, client_id)
        try:
            answer = await pool.ask("POST", path, data=data, headers=headers)
            sample.refused += answer.status >= 300
        except Unanswered:
            sample.refused += 1

    processes = target.processes()
    cpu, start = cpu_seconds(processes), time.perf_counter()
    sample.sent = int(rate * seconds)
    async with asyncio.TaskGroup() as sending:
        for number in range(sample.sent):
            await asyncio.sleep(max(0, start + number / rate - time.perf_counter()))
            sending.create_task(send(number))
    until = time.perf_counter() + LATE_SECONDS
    while watch.count < sample.sent * each and time.perf_counter() < until:
        await asyncio.sleep(0.02)
    sample.cpu_ms = (cpu_seconds(processes) - cpu) * 1000 / sample.sent
    sample.missing = sample.sent * each - watch.count
    sample.seen_ms = [
        (at - began[client_id]) * 1000 for client_id, ats in watch.arrived.items() for at in ats
    ]
    pool.close()
    return sample


def groups_of(target: Target) -> list[list[str]]:
    size = CONVERSATIONS // AGENTS
    return [target.conversations[at : at + size] for at in range(0, CONVERSATIONS, size)]


async def one_way(target: Target, rate: float, seconds: float) -> Sample:
    async with Watch(target, groups_of(target)) as watch:
        await measure(target, watch, WARM_RATE, WARM_SECONDS, 1)
        return await measure(target, watch, rate, seconds, 1)


async def fan_out(target: Target) -> Sample:
    async with Watch(target, [target.conversations[:1]] * FAN_SOCKETS) as watch:
        await measure(target, watch, FAN_RATE, 1, FAN_SOCKETS)
        return await measure(target, watch, FAN_RATE, FAN_SECONDS, FAN_SOCKETS)


def tell(label: str, target: Target, sample: Sample) -> None:
    say(
        f"{label} {target.name}: p50 {sample.p(50):.1f} p99 {sample.p(99):.1f} ms,"
        f" cpu {sample.cpu_ms:.2f} ms a message, {sample.missing} missing, {sample.refused} refused"
    )


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    """The figures whose name begins with `msg` or `ws`, as far as they are wanted."""
    with ExitStack() as stack:
        product = stack.enter_context(Product())
        ours = asyncio.run(Ours(product).open())
        bare = stack.enter_context(Floor(product, is_storing=False))
        stored = stack.enter_context(Floor(product, is_storing=True))
        if "msg" in wants:
            yield from message_figures(ours, bare, stored)
        if "ws" in wants:
            yield from fan_figures(ours, bare)


def message_figures(ours: Target, bare: Target, stored: Target) -> Iterator[Figure]:
    missing = 0
    for rate, seconds in RATES.items():
        found: dict[str, list[Sample]] = {target.name: [] for target in (bare, stored, ours)}
        for _ in range(ROUNDS):
            for target in (bare, stored, ours):
                sample = asyncio.run(one_way(target, rate, seconds))
                tell(f"{rate}/s", target, sample)
                found[target.name].append(sample)
        mine, floor, floor_stored = (found[target.name] for target in (ours, bare, stored))
        missing += sum(sample.missing + sample.refused for sample in mine)
        for percent in (50, 99):
            name = f"msg.e2e.{rate}.p{percent}"
            own = [sample.p(percent) for sample in mine]
            yield compared(name, "ms", own, [sample.p(percent) for sample in floor])
            with_insert = [sample.p(percent) for sample in floor_stored]
            yield compared(f"{name}.insert", "ms", own, with_insert)
        if rate == max(RATES):
            own = [sample.cpu_ms for sample in mine]
            yield compared("msg.cpu", "cpu ms", own, [sample.cpu_ms for sample in floor_stored])
    yield Figure("msg.lost", missing, "messages")


def fan_figures(ours: Target, bare: Target) -> Iterator[Figure]:
    mine: list[Sample] = []
    floor: list[Sample] = []
    for _ in range(ROUNDS):
        for target, samples in ((bare, floor), (ours, mine)):
            samples.append(asyncio.run(fan_out(target)))
            tell(f"{FAN_SOCKETS} sockets", target, samples[-1])
    own = [sample.cpu_ms for sample in mine]
    name = f"ws.fanout.{FAN_SOCKETS}"
    yield compared(f"{name}.cpu", "cpu ms", own, [sample.cpu_ms for sample in floor])
    own = [sample.p(50) for sample in mine]
    yield compared(f"{name}.p50", "ms", own, [sample.p(50) for sample in floor])
    yield Figure(f"{name}.lost", sum(sample.missing for sample in mine), "frames")
