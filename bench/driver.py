"""Visitors and agents who behave as the messenger and the inbox do: what they send has a client id
and is sent again until it is accepted; what they see is resumed, filled up and applied in order."""

import asyncio
import json
import random
import re
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.ledger import Said, Seen
from bench.wire import Answer, Connection, Unanswered

CSRF = "b" * 32
RETRY_FIRST, RETRY_MAX = 0.1, 1.0
RECONNECT_MAX = 2.0
SOCKET_OPEN_SECONDS = 5.0
POLL_SECONDS = 5.0
_LINE = re.compile(r"<li id=\"message-(.*?)</li>", re.DOTALL)
_SEQ = re.compile(r'data-seq="(\d+)"')
_CLIENT_ID = re.compile(r'data-client-id="([^"]*)"')


@dataclass(frozen=True)
class Place:
    """Where the product answers."""

    host: str
    port: int
    live_port: int

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    def socket(self, room: str) -> str:
        return f"ws://{self.host}:{self.live_port}/ws/{room}/"


class GaveUp(Exception):
    """Something was tried until its time was up, or was refused for good."""


async def patiently(ask: Callable[[], Awaitable[Answer]], seconds: float = 60.0) -> Answer:
    """Asks again, with growing pauses and full jitter, until there is an answer below 500 that is
    no 429. Raises GaveUp when the time is up."""
    pause, until = RETRY_FIRST, asyncio.get_running_loop().time() + seconds
    while True:
        try:
            answer = await ask()
            if answer.status < 500 and answer.status != 429:
                return answer
            why = f"{answer.status} {answer.body[:300]!r}"
        except Unanswered as error:
            why = str(error)
        if asyncio.get_running_loop().time() > until:
            raise GaveUp(why)
        await asyncio.sleep(random.uniform(0, pause))
        pause = min(pause * 2, RETRY_MAX)


class Words:
    """Message texts of one run, each naming its author and number, and how to find them again."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.pattern = re.compile(rf"\b{re.escape(run)}/([a-z]+-\d+)/(\d+)\b")

    def text(self, author: str, n: int) -> str:
        return f"{self.run}/{author}/{n} " + "The parcel has not come yet. " * (n % 5)

    def read(self, text: str) -> tuple[str, int]:
        """(author, n) of a text, ("", 0) when nobody of this run wrote it."""
        found = self.pattern.search(text)
        return (found[1], int(found[2])) if found else ("", 0)


class Screen:
    """One open tab: a socket that is opened again when it closes, polling while there is none.

    `shown` holds each conversation's lines in the order in which they appeared. A line is shown
    only when it follows the one before it; a gap, a heartbeat that is ahead or "stale" lead to a
    fetch. `counts` tells how lines came: pushed, fetched, or dropped as already shown; `shown_at`
    and `pushed` go by client id.
    """

    room = ""

    def __init__(self, place: Place, words: Words, poll_seconds: float = POLL_SECONDS) -> None:
        self.place = place
        self.words = words
        self.poll_seconds = poll_seconds
        self.shown: dict[str, list[Seen]] = {}
        self.counts: Counter[str] = Counter()
        self.shown_at: dict[str, float] = {}
        self.pushed: set[str] = set()
        self.wanted: set[str] = set()
        self.is_wanted = asyncio.Event()
        self.is_connected = False
        self.connects = 0

    def last_seq(self, conversation: str) -> int:
        lines = self.shown.get(conversation)
        return lines[-1].seq if lines else 0

    async def run(self) -> None:
        """Lives until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for task in (self._stay_connected(), self._poll(), self._fetch_wanted()):
                group.create_task(task)

    async def _stay_connected(self) -> None:
        pause = RETRY_FIRST
        while True:
            with suppress(OSError, EOFError, TimeoutError, WebSocketException):
                async with connect(
                    self.place.socket(self.room),
                    additional_headers=self.handshake(),
                    compression=None,
                    open_timeout=SOCKET_OPEN_SECONDS,
                    close_timeout=1,
                    ping_interval=None,
                    max_size=2**20,
                ) as socket:
                    await socket.send(json.dumps(self.hello()))
                    async for text in socket:
                        if '"ready"' in text[:20]:
                            self.is_connected, pause = True, RETRY_FIRST
                            self.connects += 1
                        await self.hear(socket, json.loads(text))
            self.is_connected = False
            await asyncio.sleep(random.uniform(0, pause))
            pause = min(pause * 2, RECONNECT_MAX)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self.poll_seconds)
            if not self.is_connected:
                self.want(*self.shown)

    async def hear(self, socket: ClientConnection, frame: Mapping[str, Any]) -> None:
        kind = frame["type"]
        if kind == "message":
            self.show(self.line(frame), how="pushed")
        elif kind == "stale":
            self.want(*self.shown)
        elif kind in ("ready", "ping"):
            seqs = frame.get("seq") or frame.get("conversation") or frame.get("conversations") or {}
            self.want(*(name for name in self.shown if seqs.get(name, 0) > self.last_seq(name)))
            if kind == "ping":
                await socket.send('{"type":"pong"}')

    def show(self, line: Seen, how: str) -> None:
        if line.conversation not in self.shown:
            return
        last = self.last_seq(line.conversation)
        if line.seq <= last:
            self.counts["dropped"] += 1
        elif line.seq == last + 1:
            self.shown[line.conversation].append(line)
            self.counts[how] += 1
            self.shown_at[line.client_id] = time.monotonic()
            if how == "pushed":
                self.pushed.add(line.client_id)
        else:
            self.want(line.conversation)

    def want(self, *conversations: str) -> None:
        self.wanted.update(conversations)
        if self.wanted:
            self.is_wanted.set()

    async def _fetch_wanted(self) -> None:
        while True:
            await self.is_wanted.wait()
            self.is_wanted.clear()
            while self.wanted:
                conversation = self.wanted.pop()
                lines = await self.fetch(conversation, self.last_seq(conversation))
                if lines is None:
                    await asyncio.sleep(random.uniform(0, RETRY_MAX))
                for line in lines or ():
                    self.show(line, how="fetched")
                if lines is None or len(lines) >= 50:
                    self.wanted.add(conversation)

    # What a kind of screen fills in.

    def handshake(self) -> dict[str, str]:
        raise NotImplementedError

    def hello(self) -> dict[str, Any]:
        raise NotImplementedError

    def line(self, frame: Mapping[str, Any]) -> Seen:
        raise NotImplementedError

    async def fetch(self, conversation: str, after: int) -> list[Seen] | None:
        """What follows a seq; None when nobody answers."""
        raise NotImplementedError


class Author:
    """Writes numbered messages, one after the other: the next begins when the last is accepted."""

    def __init__(self, name: str, on_accepted: Callable[[Said], None]) -> None:
        self.name = name
        self.on_accepted = on_accepted
        self.n = 0
        self.began_at: dict[int, float] = {}

    def next(self) -> tuple[int, str]:
        self.n += 1
        self.began_at[self.n] = time.monotonic()
        return self.n, str(uuid.uuid4())

    def accepted(
        self, answer: Answer, n: int, conversation: str, client_id: str, is_public: bool = True
    ) -> Said:
        """Notes an acceptance. Raises GaveUp when the answer is none."""
        if answer.status not in (200, 201):
            raise GaveUp(f"{self.name}/{n} was refused: {answer.status} {answer.body[:300]!r}")
        said = Said(self.name, n, conversation, client_id, is_public)
        self.on_accepted(said)
        return said


class Visitor(Author, Screen):
    """Somebody on a customer's page: boots, starts one conversation, goes on in it."""

    room = "messenger"

    def __init__(
        self, place: Place, app: str, name: str, words: Words, on_accepted: Callable[[Said], None]
    ) -> None:
        Screen.__init__(self, place, words)
        Author.__init__(self, name, on_accepted)
        self.app = app
        self.token = ""
        self.conversation = ""
        self.lines = [Connection(place.host, place.port) for _ in range(3)]

    async def boot(self) -> None:
        data = {"app": self.app, "page": {"url": "http://shop.test/", "title": "Shop"}}
        answer = await patiently(lambda: self.lines[0].ask("POST", "/m/api/boot", data=data))
        if answer.status != 200:
            raise GaveUp(f"boot: {answer.status} {answer.body[:300]!r}")
        self.token = answer.json()["token"]
        headers = {"Authorization": f"Bearer {self.token}"}
        self.lines = [Connection(self.place.host, self.place.port, headers) for _ in range(3)]

    async def start(self) -> Said:
        """The first message, which begins the conversation."""
        n, client_id = self.next()
        answer = await self.post("/m/api/conversations", n, client_id)
        if answer.status in (200, 201):
            self.conversation = answer.json()["conversation"]["id"]
            self.shown[self.conversation] = []
            self.want(self.conversation)
        return self.accepted(answer, n, self.conversation, client_id)

    async def write(self, *, is_impatient: bool = False) -> Said:
        """Goes on. An impatient visitor sends the same thing twice at once."""
        n, client_id = self.next()
        path = f"/m/api/conversations/{self.conversation}/messages"
        other = asyncio.create_task(self.ask_once(1, path, n, client_id)) if is_impatient else None
        answer = await self.post(path, n, client_id)
        if other:
            with suppress(Unanswered):
                await other
        return self.accepted(answer, n, self.conversation, client_id)

    async def ask_once(self, line: int, path: str, n: int, client_id: str) -> Answer:
        data = {"client_id": client_id, "body": self.words.text(self.name, n)}
        return await self.lines[line].ask("POST", path, data=data)

    async def post(self, path: str, n: int, client_id: str) -> Answer:
        return await patiently(lambda: self.ask_once(0, path, n, client_id))

    def handshake(self) -> dict[str, str]:
        return {}

    def hello(self) -> dict[str, Any]:
        after = {name: self.last_seq(name) for name in self.shown}
        return {"type": "hello", "token": self.token, "after": after}

    def line(self, frame: Mapping[str, Any]) -> Seen:
        return self.read(frame["conversation"], frame["message"])

    def read(self, conversation: str, message: Mapping[str, Any]) -> Seen:
        author, n = self.words.read(message["body_text"])
        return Seen(conversation, message["seq"], author, n, message["client_id"] or "")

    async def fetch(self, conversation: str, after: int) -> list[Seen] | None:
        path = f"/m/api/conversations/{conversation}/messages?after={after}&limit=100"
        with suppress(Unanswered):
            answer = await self.lines[2].ask("GET", path)
            if answer.status == 200:
                return [self.read(conversation, each) for each in answer.json()["messages"]]
        return None


class Agent(Author, Screen):
    """A teammate in the inbox, logged in, with some conversations on screen."""

    room = "inbox"

    def __init__(
        self,
        place: Place,
        session: str,
        token: str,
        name: str,
        words: Words,
        on_accepted: Callable[[Said], None],
    ) -> None:
        Screen.__init__(self, place, words)
        Author.__init__(self, name, on_accepted)
        self.cookies = f"counterfoil_session={session}; counterfoil_csrf={CSRF}"
        headers = {"Cookie": self.cookies, "X-CSRFToken": CSRF, "HX-Request": "true"}
        self.lines = [Connection(place.host, place.port, headers) for _ in range(2)]
        bearer = {"Authorization": f"Bearer {token}"}
        self.api = Connection(place.host, place.port, bearer)

    def watch(self, conversation: str) -> None:
        """Puts a conversation on screen; the socket hears of it when it says hello next."""
        self.shown.setdefault(conversation, [])
        self.want(conversation)

    async def reply(
        self, conversation: str, *, is_note: bool = False, by_api: bool = False
    ) -> Said:
        """Writes by the inbox's own form or by the REST API."""
        n, client_id = self.next()
        message = {
            "kind": "note" if is_note else "reply",
            "body": self.words.text(self.name, n),
            "client_id": client_id,
        }
        if by_api:
            path = f"/api/v1/conversations/{conversation}/messages"
            answer = await patiently(lambda: self.api.ask("POST", path, data=message))
        else:
            answer = await self.submit(conversation, "messages", message)
        return self.accepted(answer, n, conversation, client_id, is_public=not is_note)

    async def close(self, conversation: str) -> None:
        """Closes a conversation; its customer's next message opens it again."""
        await self.submit(conversation, "status", {"status": "closed"})

    async def submit(self, conversation: str, what: str, form: Mapping[str, Any]) -> Answer:
        path = f"/inbox/all/{conversation}/{what}/"
        return await patiently(lambda: self.lines[0].ask("POST", path, form=form))

    def handshake(self) -> dict[str, str]:
        return {"Cookie": self.cookies, "Origin": self.place.origin}

    def hello(self) -> dict[str, Any]:
        watched = {name: self.last_seq(name) for name in self.shown}
        return {"type": "hello", "watch": {"view": "all", "conversation": watched}}

    def line(self, frame: Mapping[str, Any]) -> Seen:
        author, n = self.words.read(frame["html"])
        return Seen(frame["conversation"], frame["seq"], author, n, frame["client_id"] or "")

    async def fetch(self, conversation: str, after: int) -> list[Seen] | None:
        path = f"/inbox/all/{conversation}/messages/?after={after}"
        with suppress(Unanswered):
            answer = await self.lines[1].ask("GET", path)
            if answer.status == 200:
                return list(lines_of(conversation, answer.text(), self.words))
        return None

    async def fetch_by_api(self, conversation: str, after: int) -> list[Seen] | None:
        path = f"/api/v1/conversations/{conversation}/messages?after={after}&limit=100"
        with suppress(Unanswered):
            answer = await self.api.ask("GET", path)
            if answer.status == 200:
                return [
                    Seen(
                        conversation,
                        message["seq"],
                        *self.words.read(message["body_text"]),
                        message["client_id"] or "",
                    )
                    for message in answer.json()["messages"]
                ]
        return None


def lines_of(conversation: str, html: str, words: Words) -> list[Seen]:
    """The messages in a fragment of the inbox."""
    found = []
    for item in _LINE.findall(html):
        author, n = words.read(item)
        seq, client_id = _SEQ.search(item), _CLIENT_ID.search(item)
        assert seq and client_id
        found.append(Seen(conversation, int(seq[1]), author, n, client_id[1]))
    return found
