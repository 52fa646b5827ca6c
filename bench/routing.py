"""What it costs to decide who gets a conversation, in a database of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from bench.figures import Figure
from bench.pages import services
from bench.product import plain_environment
from config import env


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    """Those of sharing out: as many as can at once give what waits in one team."""
    yield from in_a_database_of_its_own("bench.sharing")


def in_a_database_of_its_own(module: str) -> Iterator[Figure]:
    """The figures of a module that is run where nothing else is, but the tables."""
    with services() as environment:
        told = {**plain_environment(), **environment}
        run = [sys.executable, "manage.py", "migrate", "-v", "0"]
        subprocess.run(run, cwd=env.BASE_DIR, env=told, check=True)
        for line in child(told, module):
            yield Figure(**line)


def child(environment: dict[str, str], module: str) -> list[dict[str, Any]]:
    """The figures that a module prints, one JSON line each, in a process that has Django."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=env.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [json.loads(line) for line in done.stdout.splitlines()]
