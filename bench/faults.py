"""The ledger test: people write while parts of the product are killed, frozen and taken away, and
afterwards every message that was accepted must be there once, in order, everywhere."""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from bench.driver import Agent, Author, GaveUp, Place, Screen, Visitor, Words
from bench.figures import Figure, percentile, say
from bench.ledger import Findings, Ledger, Said, Seen, compare
from bench.product import Product

VISITORS, AGENTS = 20, 5
WATCHERS = 2
# On a machine that does much else; how long each took is said with the outcome.
RECOVERY_SECONDS = 180.0
SETTLE_SECONDS = 60.0
AWAY_SECONDS = 20.0
FROZEN_SECONDS = 10.0
DATABASE_AWAY_SECONDS = 5.0

SHORT = ("pages", "live", "worker", "redis", "postgres")
LONG = (
    *SHORT,
    "beat",
    "one_page_process",
    "one_job",
    "redis_frozen",
    "redis_away",
    "postgres_away",
)

_REACTED = """
SELECT count(*) > 0 AND count(*) = count(reaction.done_at)
  FROM inbox_message AS message
  JOIN journal_entry AS entry ON entry.after ->> 'message' = message.public_id
  JOIN journal_reaction AS reaction ON reaction.entry_id = entry.id
 WHERE message.client_id = %s
"""
_OWED = "SELECT count(*) FROM journal_reaction WHERE done_at IS NULL"
_MESSAGES = """
SELECT conversation.public_id, message.seq, message.public_seq, message.client_id::text,
       message.body_text
  FROM inbox_message AS message
  JOIN inbox_conversation AS conversation ON conversation.id = message.conversation_id
 ORDER BY message.conversation_id, message.seq
"""
_COUNTERS_OFF = """
SELECT public_id FROM inbox_conversation AS conversation
  JOIN (SELECT conversation_id, count(*) AS lines, count(public_seq) AS public_lines
          FROM inbox_message GROUP BY 1) AS counted ON counted.conversation_id = conversation.id
 WHERE last_seq <> lines OR public_seq <> public_lines
"""
_ENTRIES_OFF = """
SELECT message.public_id FROM inbox_message AS message
  LEFT JOIN journal_entry AS entry
         ON entry.after ->> 'message' = message.public_id
        AND entry.kind IN ('message.received', 'message.sent', 'note.added')
 WHERE message.kind IN ('reply', 'note')
 GROUP BY 1 HAVING count(entry.id) <> 1
"""


@dataclass
class Window:
    """A stretch of time in which something was away, in seconds of the monotonic clock."""

    name: str
    start: float
    end: float = 0.0


@dataclass
class Outcome:
    """What a run has found. `wrong` holds a sentence for everything that must not be."""

    findings: Findings = field(default_factory=Findings)
    wrong: list[str] = field(default_factory=list)
    accepted: int = 0
    shown: int = 0
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    windows: list[Window] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=dict)
    settled_in: float = 0.0

    def sentences(self) -> list[str]:
        return [*self.findings.sentences(), *self.wrong]

    def figures(self) -> Iterator[Figure]:
        found = self.findings
        yield Figure("faults.lost", len(found.lost), "messages")
        yield Figure("faults.doubled", len(found.doubled), "messages")
        yield Figure("faults.disordered", len(found.disordered), "places")
        yield Figure("faults.misplaced", len(found.misplaced), "messages")
        yield Figure("faults.wrong", len(self.wrong), "things")
        yield Figure("faults.accepted", self.accepted, "messages")
        yield Figure("faults.shown", self.shown, "lines")
        yield Figure("faults.settled", self.settled_in, "s")
        for name, seconds in self.recoveries.items():
            yield Figure(f"faults.recovery.{name}", max(seconds), "s")
        for name, seconds in self.waits.items():
            yield Figure(f"faults.{name}.p50", percentile(seconds, 50), "s")
            yield Figure(f"faults.{name}.max", max(seconds), "s")


class Scene:
    """The people, what they do, and what is done to the product under them."""

    def __init__(self, product: Product, stage: dict[str, Any], ledger: Ledger) -> None:
        self.product = product
        self.ledger = ledger
        self.words = Words(f"run{secrets.token_hex(3)}")
        place = Place(product.host, product.port, product.live_port)
        self.accepted_at: dict[str, float] = {}
        self.visitors = [
            Visitor(place, stage["app"], f"visitor-{number}", self.words, self.accept)
            for number in range(1, VISITORS + 1)
        ]
        self.agents = [
            Agent(place, agent["session"], agent["token"], agent["name"], self.words, self.accept)
            for agent in stage["agents"][:AGENTS]
        ]
        self.screens: list[Screen] = [*self.visitors, *self.agents]
        self.authors: dict[str, Author] = {
            author.name: author for author in [*self.visitors, *self.agents]
        }
        self.is_over = asyncio.Event()
        self.outcome = Outcome()

    def accept(self, said: Said) -> None:
        self.ledger.accept(said)
        self.accepted_at[said.client_id] = time.monotonic()

    # What people do

    async def open(self) -> None:
        """Everybody is there, each conversation has begun and is watched by two agents."""
        for visitor in self.visitors:
            await visitor.boot()
            await visitor.start()
        for index, visitor in enumerate(self.visitors):
            for offset in range(WATCHERS):
                self.agents[(index + offset) % len(self.agents)].watch(visitor.conversation)

    async def visit(self, visitor: Visitor, pace: float) -> None:
        while not self.is_over.is_set():
            await asyncio.sleep(random.expovariate(pace))
            await visitor.write(is_impatient=random.random() < 0.1)

    async def serve(self, agent: Agent, pace: float) -> None:
        while not self.is_over.is_set():
            await asyncio.sleep(random.expovariate(pace))
            conversation = random.choice(list(agent.shown))
            await agent.reply(
                conversation, is_note=random.random() < 0.15, by_api=random.random() < 0.5
            )
            if random.random() < 0.05:
                await agent.close(conversation)

    async def play(self, faults: Sequence[str], pace: float) -> None:
        """Everybody writes about `pace` messages a second while one fault follows the other."""
        await self.open()
        async with asyncio.TaskGroup() as watching:
            tasks = [watching.create_task(screen.run()) for screen in self.screens]
            async with asyncio.TaskGroup() as writing:
                share = pace / (VISITORS + AGENTS)
                for visitor in self.visitors:
                    writing.create_task(self.visit(visitor, share))
                for agent in self.agents:
                    writing.create_task(self.serve(agent, share))
                try:
                    await self.disturb(faults)
                finally:
                    self.is_over.set()
            await self.settle()
            for task in tasks:
                task.cancel()

    # What is done to them

    async def disturb(self, faults: Sequence[str]) -> None:
        await asyncio.sleep(2)
        for name in faults:
            await asyncio.sleep(random.uniform(0.5, 2.5))
            ended = await FAULTS[name](self)
            after = await self.recovered(ended)
            steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in after.items())
            say(f"{name}: {steps} s; {len(self.ledger.said)} messages accepted so far")
            self.outcome.recoveries.setdefault(name, []).append(max(after.values()))

    async def kill(self, part: str) -> float:
        await asyncio.to_thread(self.product.kill, part)
        return time.monotonic()

    async def kill_one_child(self, part: str) -> float:
        """kill -9 of one process that the part's main process has started."""
        main = await asyncio.to_thread(self.product.part, part)
        with suppress(psutil.NoSuchProcess):
            random.choice(main.children() or [main]).kill()
        return time.monotonic()

    async def freeze(self, part: str, seconds: float) -> float:
        process = await asyncio.to_thread(self.product.part, part)
        process.suspend()
        await self.away(f"{part}_frozen", seconds)
        process.resume()
        return time.monotonic()

    async def take_away(self, part: str, seconds: float) -> float:
        self.product.pause_supervisor()
        await self.kill(part)
        await self.away(f"{part}_away", seconds)
        self.product.resume_supervisor()
        return time.monotonic()

    async def away(self, name: str, seconds: float) -> None:
        window = Window(name, time.monotonic())
        await asyncio.sleep(seconds)
        window.end = time.monotonic()
        self.outcome.windows.append(window)

    async def recovered(self, since: float) -> dict[str, float]:
        """Seconds until a message begun since then was accepted, one was pushed to a screen, that
        one was reacted on, every socket is open, and (the latest of these) all is whole again.

        Raises GaveUp when the product has ended or is not whole in time.
        """
        after: dict[str, float] = {}
        while time.monotonic() < since + RECOVERY_SECONDS:
            await asyncio.sleep(0.05)
            if not self.product.is_running:
                raise GaveUp("the product has ended:\n" + "\n".join(self.product.last_words))
            said = self.said_since(since)
            pushed = [each for each in said if self.was_pushed(each)]
            now = {
                "accepted": bool(said),
                "connected": all(screen.is_connected for screen in self.screens),
                "pushed": bool(pushed),
                "reacted": bool(pushed) and await self.asked(_REACTED, pushed[0].client_id),
            }
            for name, holds in now.items():
                if holds:
                    after.setdefault(name, time.monotonic() - since)
                else:  # a killed server's sockets look open a moment longer
                    after.pop(name, None)
            if len(after) == len(now):
                return after
        raise GaveUp(f"{RECOVERY_SECONDS:.0f} s after a fault only {after} had recovered")

    def said_since(self, moment: float) -> list[Said]:
        return [
            said
            for said in self.ledger.said
            if said.is_public and self.authors[said.author].began_at[said.n] > moment
        ]

    def was_pushed(self, said: Said) -> bool:
        return any(said.client_id in screen.pushed for screen in self.screens)

    async def asked(self, query: str, *values: Any) -> Any:
        """The first value of a query's answer; None while the database is away."""
        with suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
            return (await asyncio.to_thread(self.query, query, *values))[0][0]
        return None

    def query(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.product.database, connect_timeout=3)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall()
        finally:
            connection.close()

    # What comes of it

    async def settle(self) -> None:
        """Waits, without any help, until every screen shows all and nothing is owed."""
        began = time.monotonic()
        while time.monotonic() < began + SETTLE_SECONDS:
            if self.is_all_shown() and await self.asked(_OWED) == 0:
                break
            await asyncio.sleep(0.2)
        self.outcome.settled_in = time.monotonic() - began

    def is_all_shown(self) -> bool:
        return all(
            said.client_id in screen.shown_at
            for screen in self.screens
            for said in self.due(screen)
        )

    def due(self, screen: Screen) -> list[Said]:
        """What this screen must show of what was said."""
        is_agent = isinstance(screen, Agent)
        return [
            said
            for said in self.ledger.said
            if said.conversation in screen.shown and (is_agent or said.is_public)
        ]

    async def judge(self) -> Outcome:
        """Holds the ledger against the screens, the addresses and the database."""
        outcome, found = self.outcome, self.outcome.findings
        outcome.accepted = len(self.ledger.said)
        outcome.shown = sum(len(lines) for each in self.screens for lines in each.shown.values())
        for screen in self.screens:
            lines = [line for lines in screen.shown.values() for line in lines]
            name = getattr(screen, "name", "")
            found.add(compare(self.due(screen), lines, f"screen of {name}"))
        agent = self.agents[0]
        for visitor in self.visitors:
            name = visitor.conversation
            said = [each for each in self.ledger.said if each.conversation == name]
            public = [each for each in said if each.is_public]
            found.add(compare(public, await read_all(visitor.fetch, name), f"messenger, {name}"))
            found.add(compare(said, await read_all(agent.fetch, name), f"inbox, {name}"))
            found.add(compare(said, await read_all(agent.fetch_by_api, name), f"API, {name}"))
        self.judge_database()
        self.judge_windows()
        return outcome

    def judge_database(self) -> None:
        rows = self.query(_MESSAGES)
        lines = [
            (Seen(name, seq, *self.words.read(text), client_id or ""), public_seq)
            for name, seq, public_seq, client_id, text in rows
        ]
        said = self.ledger.said
        found, wrong = self.outcome.findings, self.outcome.wrong
        found.add(compare(said, [line for line, _ in lines], "database"))
        public = [
            Seen(line.conversation, public_seq, line.author, line.n, line.client_id)
            for line, public_seq in lines
            if public_seq is not None
        ]
        found.add(compare([each for each in said if each.is_public], public, "database, public"))
        wrong += [
            f"{name}: its counters are not its counts" for (name,) in self.query(_COUNTERS_OFF)
        ]
        wrong += [f"{name} has not one journal entry" for (name,) in self.query(_ENTRIES_OFF)]
        owed = self.query(_OWED)[0][0]
        wrong += [f"{owed} reactions are still owed"] if owed else []

    def judge_windows(self) -> None:
        """While Redis is away sending works, and polling or heartbeats show what was said."""
        for window in self.outcome.windows:
            if not window.name.startswith("redis"):
                continue
            inside = [
                said
                for said in self.ledger.said
                if window.start
                < self.authors[said.author].began_at[said.n]
                < self.accepted_at[said.client_id]
                < window.end
            ]
            if not inside:
                self.outcome.wrong.append(f"{window.name}: nothing could be sent")
                continue
            took = [
                self.accepted_at[said.client_id] - self.authors[said.author].began_at[said.n]
                for said in inside
            ]
            seen = [
                screen.shown_at[said.client_id] - self.accepted_at[said.client_id]
                for said in inside
                for screen in self.screens
                if said.client_id in screen.shown_at
            ]
            self.outcome.waits.setdefault(f"accepted.{window.name}", []).extend(took)
            self.outcome.waits.setdefault(f"shown.{window.name}", []).extend(seen)


Fetch = Callable[[str, int], Awaitable[list[Seen] | None]]


async def read_all(fetch: Fetch, conversation: str) -> list[Seen]:
    """A conversation from its beginning, page by page. Raises GaveUp."""
    found: list[Seen] = []
    for _ in range(1000):
        more = await fetch(conversation, found[-1].seq if found else 0)
        if more is None:
            raise GaveUp(f"{conversation} cannot be read")
        if not more:
            break
        found += more
    return found


Fault = Callable[[Scene], Awaitable[float]]


def killing(part: str) -> Fault:
    return lambda scene: scene.kill(part)


FAULTS: dict[str, Fault] = {
    **{part: killing(part) for part in (*SHORT, "beat")},
    "one_page_process": lambda scene: scene.kill_one_child("pages"),
    "one_job": lambda scene: scene.kill_one_child("worker"),
    "redis_frozen": lambda scene: scene.freeze("redis", FROZEN_SECONDS),
    "redis_away": lambda scene: scene.take_away("redis", AWAY_SECONDS),
    "postgres_away": lambda scene: scene.take_away("postgres", DATABASE_AWAY_SECONDS),
}


def run(faults: Sequence[str], *, pace: float = 30.0, ledger: Path | None = None) -> Outcome:
    """Runs the faults one after the other on a product of their own."""
    with Product() as product:
        stage = product.run("bench.stage", str(AGENTS))
        path = ledger or product.data_dir / "ledger.jsonl"
        with Ledger(path) as book:
            return asyncio.run(_play(product, stage, book, faults, pace))


async def _play(
    product: Product, stage: dict[str, Any], book: Ledger, faults: Sequence[str], pace: float
) -> Outcome:
    scene = Scene(product, stage, book)
    await scene.play(faults, pace)
    return await scene.judge()


def figures(rounds: int = 3) -> Iterator[Figure]:
    """The long form: every fault in each round, in random order."""
    order = [name for _ in range(rounds) for name in random.sample(LONG, len(LONG))]
    outcome = run(order)
    for sentence in outcome.sentences()[:50]:
        say(sentence)
    yield from outcome.figures()
