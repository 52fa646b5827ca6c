"""How long lists, threads and searches take over HTTP, beside one bare SQL statement for the rows,
and how that grows from a tenth of the data to all of it."""

import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg2

from bench import generate
from bench.driver import CSRF
from bench.figures import Figure, compared, percentile, say
from bench.product import LIMITS, cpu_seconds, free_port, plain_environment
from bench.wire import Connection
from config import env
from config.up import parts

FULL = 1_000_000
AGENTS = 200
AGENT = "agent-1@bench.test"
ROUNDS, REQUESTS, WARM = 3, 60, 5
# A statement that takes seconds is not asked sixty times: so many are enough, in seconds and times.
PATIENCE, LEAST = 5.0, 1

_HOLD = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
_LIST = """
SELECT * FROM inbox_conversation WHERE {where} ORDER BY last_message_at DESC, id DESC LIMIT 25
"""
_THREAD = """
SELECT message.* FROM inbox_message AS message
  JOIN inbox_conversation AS conversation ON conversation.id = message.conversation_id
 WHERE conversation.public_id = %s ORDER BY message.seq DESC LIMIT 50
"""
# What the index over all words gives without any thought of ours.
_WORDS = """
SELECT message_id FROM inbox_indexedmessage WHERE words @@ '{words}'::tsquery
 ORDER BY at DESC, message_id DESC LIMIT 25
"""
_OPEN = "SELECT count(*) FROM inbox_conversation WHERE status = 'open'"
_LONG = """
SELECT conversation.public_id FROM inbox_conversation AS conversation
  LEFT JOIN people_team AS team ON team.id = conversation.team_id
 WHERE last_seq BETWEEN {least} AND {most} AND team.is_private IS NOT TRUE
 ORDER BY conversation.id DESC LIMIT 200
"""


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """A PostgreSQL and a Redis of the embedded kind, as the environment that leads to them.

    Configured as bin/up configures them, but nothing is flushed to the disk: only reads are timed.
    Their data is kept for the next run in the folder BENCH_DATA if that is set.
    """
    kept = os.environ.get("BENCH_DATA")
    where = ["--keep", str(Path(kept).absolute())] if kept else []
    command = [sys.executable, "-m", "config.up.services", *where, sys.executable, "-c", _HOLD]
    process = subprocess.Popen(
        command,
        cwd=env.BASE_DIR,
        env={**plain_environment(), **LIMITS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(30)


class Desk:
    """One size of data: a database, and the pages process that serves it."""

    def __init__(self, environment: dict[str, str], count: int) -> None:
        self.count = count
        self.port = free_port()
        self.name = f"desk_{count}"
        self.dsn = environment["DATABASE_URL"].replace("/counterfoil?", f"/{self.name}?")
        self.environment = {**environment, "DATABASE_URL": self.dsn, "PORT": str(self.port)}
        self.administration = psycopg2.connect(environment["DATABASE_URL"])
        self.administration.autocommit = True
        self.stage = self.known() or self.fill()
        self.administration.close()
        self.database = psycopg2.connect(self.dsn)
        self.database.autocommit = True
        self.threads = {
            "20": self.column(_LONG.format(least=20, most=30)),
            "500": self.column(_LONG.format(least=generate.LONGEST, most=generate.LONGEST)),
        }

    def known(self) -> dict[str, Any] | None:
        """The stage of a database that an earlier run has filled to its end; brought up to date."""
        with self.administration.cursor() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [self.name],
            )
            found = cursor.fetchone()
            if found is None or not found[0]:
                return None
        mark = json.loads(found[0])
        if mark["made_by"] != generate.VERSION:
            return None
        self.manage("migrate", "-v", "0")
        return mark["stage"]

    def fill(self) -> dict[str, Any]:
        with self.administration.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {self.name}")
            cursor.execute(f"CREATE DATABASE {self.name}")
            self.manage("migrate", "-v", "0")
            stage: dict[str, Any] = json.loads(self.python("-m", "bench.stage", str(AGENTS)))
            began = time.monotonic()
            self.python("-m", "bench.generate", str(self.count))
            say(f"{self.count:,} conversations in {time.monotonic() - began:.0f} s")
            mark = json.dumps({"made_by": generate.VERSION, "stage": stage})
            cursor.execute(f"COMMENT ON DATABASE {self.name} IS %s", [mark])
        return stage

    def manage(self, *arguments: str) -> None:
        self.python("manage.py", *arguments)

    def python(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=env.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def column(self, query: str) -> list[Any]:
        with self.database.cursor() as cursor:
            cursor.execute(query)
            return [row[0] for row in cursor.fetchall()]

    def __enter__(self) -> Self:
        command = list(parts.commands()["pages"])
        command[command.index("--port") + 1] = str(self.port)
        self.process = subprocess.Popen(command, cwd=env.BASE_DIR, env=self.environment)
        for _ in range(300):
            with suppress(OSError, http.client.HTTPException):
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
                line.request("GET", "/healthz")
                if line.getresponse().status == 200:
                    return self
            time.sleep(0.1)
        self.process.kill()
        raise RuntimeError("the pages did not start")

    def __exit__(self, *reason: object) -> None:
        self.process.terminate()
        self.process.wait(15)
        self.database.close()

    def counts(self) -> tuple[float, float]:
        """The median times of all the numbers beside the lists, and of one exact one."""
        took = json.loads(self.python("-m", "bench.counts", AGENT, str(REQUESTS)))
        exact = [self.time_sql(_OPEN) for _ in range(10)]
        return percentile(took[WARM:], 50), percentile(exact, 50)

    def time_sql(self, query: str, *values: Any) -> float:
        began = time.perf_counter()
        with self.database.cursor() as cursor:
            cursor.execute(query, values)
            cursor.fetchall()
        return (time.perf_counter() - began) * 1000


@dataclass(frozen=True)
class Job:
    """Something a teammate does: its address, by which door, and the bare SQL for its rows.

    `{thread}` in the address stands for a conversation of that length.
    """

    name: str
    path: str
    target: str = ""
    where: str = ""
    thread: str = ""
    words: str = ""

    def headers(self, agent: dict[str, Any]) -> dict[str, str]:
        if self.path.startswith("/api/"):
            return {"Authorization": f"Bearer {agent['token']}"}
        cookies = f"counterfoil_session={agent['session']}; counterfoil_csrf={CSRF}"
        page = {"HX-Request": "true", "HX-Target": self.target} if self.target else {}
        return {"Cookie": cookies, **page}


ME = f"(SELECT id FROM people_teammate WHERE email = '{AGENT}')"
TEAM = "(SELECT id FROM people_team WHERE name = 'Bench 1')"
JOBS = [
    Job("inbox.list.http", "/api/v1/conversations?status=open", where="status = 'open'"),
    Job("inbox.page.http", "/inbox/all/", where="status = 'open'"),
    *(
        Job(f"inbox.list.{slug}", f"/inbox/{address}/", "rows", where)
        for slug, address, where in (
            ("all", "all", "status = 'open'"),
            ("you", "you", f"status = 'open' AND assignee_id = {ME}"),
            ("unassigned", "unassigned", "status = 'open' AND assignee_id IS NULL"),
            ("team", "team-{team}", f"status = 'open' AND team_id = {TEAM}"),
            ("closed", "closed", "status = 'closed'"),
        )
    ),
    Job("conv.open.20", "/inbox/all/{thread}/", "conversation", thread="20"),
    Job("conv.open.500", "/inbox/all/{thread}/", "conversation", thread="500"),
    # In a message of seven; in one of a hundred thousand, by its number; the beginning of a word.
    Job("search.common", "/inbox/search/?q=parcel+", "results", words="parcel"),
    Job("search.rare", "/inbox/search/?q=4711+", "results", words="4711"),
    Job("search.typing", "/inbox/search/?q=inv", "results", words="inv:*"),
    Job("search.best", "/inbox/search/?q=invoice+&order=best", "results", words="invoice"),
    Job("search.two", "/inbox/search/?q=parcel+invoice+", "results", words="parcel & invoice"),
    Job("search.short", "/inbox/search/?q=or", "results", words="or:*"),
    Job("search.absent", "/inbox/search/?q=zebra+", "results", words="zebra"),
    Job("search.open", "/inbox/search/?q=parcel+is:open+", "results", words="parcel"),
    Job("search.api", "/api/v1/search?q=parcel", words="parcel"),
    Job("conv.api.20", "/api/v1/conversations/{thread}/messages", thread="20"),
]


# How the page and the API say that there was no time to look at everything.
NOTICED = (b"searched in time", b"no time")


@dataclass
class Timing:
    """One round of one job on one desk, in ms; `cpu` is of the pages and their database, `complete`
    the share of the answers for which there was time to look at everything."""

    http: float
    sql: float
    cpu: float
    complete: float


class Asker:
    """Does one job on one desk, again and again, over one connection."""

    def __init__(self, desk: Desk, job: Job, postgres: psutil.Process) -> None:
        self.desk, self.job, self.postgres = desk, job, postgres
        self.threads = cycle(desk.threads.get(job.thread) or [""])
        agent = desk.stage["agents"][0]
        self.connection = Connection("127.0.0.1", desk.port, job.headers(agent))
        self.took: list[float] = []
        self.partial = 0

    async def ask(self) -> None:
        path = self.job.path.format(thread=next(self.threads), team=self.desk.stage["team"])
        began = time.perf_counter()
        answer = await self.connection.ask("GET", path)
        self.took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body[:300]!r}")
        self.partial += any(word in answer.body for word in NOTICED)

    def cpu(self) -> float:
        """Processor seconds so far of the pages and of the processes that serve this database."""
        mark = f" {self.desk.name} "
        servers = [each for each in self.postgres.children() if mark in " ".join(each.cmdline())]
        return cpu_seconds([psutil.Process(self.desk.process.pid), *servers])

    def bare(self) -> float:
        """The median time of the bare statement."""
        if self.job.thread:
            return patiently(lambda: self.desk.time_sql(_THREAD, next(self.threads)))
        if self.job.words:
            query = _WORDS.format(words=self.job.words)
        else:
            query = _LIST.format(where=self.job.where)
        return patiently(lambda: self.desk.time_sql(query))


def patiently(ask: Callable[[], float]) -> float:
    """The median of as many times, in ms, as fit the patience for one statement."""
    took: list[float] = []
    while len(took) < REQUESTS and (len(took) < LEAST or sum(took) < PATIENCE * 1000):
        took.append(ask())
    return percentile(took, 50)


async def measure(job: Job, desks: Sequence[Desk], postgres: psutil.Process) -> list[Timing]:
    """One round on all desks in turn, request by request, so that all have the same weather."""
    askers = [Asker(desk, job, postgres) for desk in desks]
    for asker in askers * WARM:
        await asker.ask()
    before = [asker.cpu() for asker in askers]
    for asker in askers:
        asker.took.clear()
        asker.partial = 0
    for asker in askers * REQUESTS:
        await asker.ask()
    after = [asker.cpu() for asker in askers]
    for asker in askers:
        asker.connection.close()
    return [
        Timing(
            percentile(asker.took, 50),
            asker.bare(),
            (end - start) * 1000 / REQUESTS,
            1 - asker.partial / REQUESTS,
        )
        for asker, start, end in zip(askers, before, after, strict=True)
    ]


def sizes() -> tuple[int, int]:
    """A tenth and all of the data; BENCH_SCALE scales both (0.1: 10,000 and 100,000)."""
    full = int(FULL * float(os.environ.get("BENCH_SCALE", "1")))
    return full // 10, full


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    """The figures whose names begin with `inbox`, `conv` or `search`, as far as they are wanted."""
    jobs = [job for job in JOBS if job.name.split(".")[0] in wants]
    with ExitStack() as stack:
        environment = stack.enter_context(services())
        small, large = (Desk(environment, each) for each in sizes())
        small.manage("collectstatic", "--noinput", "-v", "0")
        for desk in (small, large):
            stack.enter_context(desk)
        if "inbox" in wants:
            yield from counts(small, large)
        yield from compare(jobs, small, large, postgres_of(large))


def compare(
    jobs: Sequence[Job], small: Desk, large: Desk, postgres: psutil.Process
) -> Iterator[Figure]:
    for job in jobs:
        rounds = [asyncio.run(measure(job, (small, large), postgres)) for _ in range(ROUNDS)]
        many = [on_large for _, on_large in rounds]
        yield compared(job.name, "ms", [each.http for each in many], [each.sql for each in many])
        yield Figure(f"{job.name}.cpu", statistics.median(each.cpu for each in many), "cpu ms")
        yield slope(job.name, rounds, lambda timing: timing.http)
        yield slope(f"{job.name}.sql", rounds, lambda timing: timing.sql)
        if job.words:
            complete = statistics.median(each.complete for each in many)
            yield Figure(f"{job.name}.complete", complete, "share")


def counts(small: Desk, large: Desk) -> Iterator[Figure]:
    """The numbers beside the lists, beside an exact one of all that is open."""
    rounds = [[desk.counts() for desk in (small, large)] for _ in range(ROUNDS)]
    ours = [of_large[0] for _, of_large in rounds]
    yield compared("inbox.counts", "ms", ours, [of_large[1] for _, of_large in rounds])
    ratios = [of_large[0] / of_small[0] for of_small, of_large in rounds]
    yield Figure("inbox.counts.slope", statistics.median(ratios), "x")


def slope(name: str, rounds: Sequence[Sequence[Timing]], of: Callable[[Timing], float]) -> Figure:
    """How much longer it takes on ten times the data."""
    ratios = [of(on_large) / of(on_small) for on_small, on_large in rounds]
    return Figure(f"{name}.slope", statistics.median(ratios), "x")


def postgres_of(desk: Desk) -> psutil.Process:
    """The main process of the server that a desk's database is in."""
    pid = int(desk.column("SELECT pg_read_file('postmaster.pid')")[0].split()[0])
    return psutil.Process(pid)
