"""A private PostgreSQL and Redis for one command: ``python -m config.up.services COMMAND …``.

Data lives in a temporary folder and is gone afterwards, however the command ends, or, with
``--keep FOLDER`` before the command, in that folder and stays. The command finds the two in
DATABASE_URL and REDIS_URL and has a DATA_DIR of its own.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from config.up import places
from config.up.postgres import Postgres
from config.up.supervisor import GaveUp, Part, Stopped, Supervisor
from config.up.valkey import Valkey

PREFIX = "cf-"


def main(command: list[str]) -> int:
    kept = Path(command[1]) if command[:1] == ["--keep"] and command[2:] else None
    command = command[2:] if kept else command
    if not command:
        _say("usage: python -m config.up.services [--keep FOLDER] COMMAND …")
        return 2
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        return _run(command, kept)
    _sweep()
    data_dir = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        return _run(command, data_dir)
    finally:
        shutil.rmtree(places.sockets(data_dir), ignore_errors=True)
        shutil.rmtree(data_dir, ignore_errors=True)


def _run(command: list[str], data_dir: Path) -> int:
    servers = (Postgres(data_dir, is_scratch=True), Valkey(data_dir, is_scratch=True))
    for server in servers:
        server.prepare()
    logs = places.private_folder(data_dir / "logs")
    supervisor = Supervisor(logs, say=lambda line: None)
    parts = [server.part() for server in servers]
    environment = {
        **os.environ,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": places.database_url(data_dir),
        "REDIS_URL": places.redis_url(data_dir),
    }
    guest = Part("command", command, environment=environment, runs_once=True, is_guest=True)
    try:
        for part in parts:
            supervisor.start(part)
        if not supervisor.wait(lambda: all(part.is_ready() for part in parts), 60):
            raise GaveUp("the database or Redis did not answer within a minute")
        status = supervisor.run(guest)
        return status if status >= 0 else 128 - status
    except Stopped:
        return 130
    except GaveUp as failure:
        _say(f"Counterfoil: {failure}")
        return 1
    finally:
        supervisor.stop()


def _sweep() -> None:
    """Removes what a run that was killed left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        owner = folder.name.split("-")[1]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and sys.platform == "linux":
            shutil.rmtree(folder, ignore_errors=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
