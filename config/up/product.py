"""bin/up: the whole product on one machine, from its data folder to the ready line."""

import contextlib
import errno
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config import env
from config.up import parts, places
from config.up.postgres import Postgres
from config.up.supervisor import GaveUp, Part, Stopped, Supervisor
from config.up.valkey import Valkey

LEAST_FREE_BYTES = 200_000_000
READY_SECONDS = 120
STOP_SECONDS = 9
# How long ports may still be held by what a killed supervisor left behind.
PORT_SECONDS = 8


def main() -> int:
    """Runs the product until it is asked to stop. Returns the exit status."""
    data_dir = env.DATA_DIR.read()
    for variable in env.DECLARED.values():
        variable.read()
    try:
        _check_folder(data_dir)
        with _only_one(data_dir) as was_killed:
            _check_ports(was_killed)
            return _run(data_dir)
    except GaveUp as failure:
        say(f"Counterfoil cannot run: {failure}")
        return 1


def say(line: str) -> None:
    # Whoever read the output may have gone; that is no reason to stop.
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


# Before anything starts


def _check_folder(data_dir: Path) -> None:
    places.private_folder(data_dir)
    try:
        probe = data_dir / ".probe"
        probe.write_text("")
        probe.unlink()
        free = shutil.disk_usage(data_dir).free
    except OSError as error:
        raise GaveUp(f"DATA_DIR {data_dir} cannot be written to ({error.strerror})") from None
    if free < LEAST_FREE_BYTES:
        raise GaveUp(
            f"the disk of DATA_DIR {data_dir} has {free // 1_000_000} MB left,"
            f" and {LEAST_FREE_BYTES // 1_000_000} MB are needed"
        )


@contextlib.contextmanager
def _only_one(data_dir: Path) -> Iterator[bool]:
    """Holds the data folder for this process; a killed process lets go of it by dying.

    Yields whether the one before was killed. Raises GaveUp when another one is running.
    """
    with (data_dir / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise GaveUp(f"it already runs on {data_dir}: {file.read().strip()}") from None
        was_killed = file.tell() > 0
        file.truncate(0)
        file.write(f"process {os.getpid()} at {env.site_url()}/")
        file.flush()
        yield was_killed
        file.truncate(0)


def _check_ports(was_killed: bool) -> None:
    # What a killed run left behind is ending, and may hold its ports a moment longer.
    until = time.monotonic() + (PORT_SECONDS if was_killed else 0)
    host = env.HOST.read()
    for name, port in (("PORT", env.PORT.read()), ("LIVE_PORT", env.live_port())):
        while reason := _why_not(host, port):
            if reason.errno != errno.EADDRINUSE:
                raise GaveUp(f"{name} {port} on HOST {host} cannot be used ({reason.strerror})")
            if time.monotonic() >= until:
                raise GaveUp(f"port {port} is in use by another program; set {name} to a free one")
            time.sleep(0.2)


def _why_not(host: str, port: int) -> OSError | None:
    """Why a server could not listen there, or None when it could."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        return error
    return None


# Running


def _run(data_dir: Path) -> int:
    supervisor = Supervisor(places.private_folder(data_dir / "logs"), say)
    try:
        say(f"Counterfoil keeps its data and logs in {data_dir}")
        _start_servers(supervisor, data_dir)
        _prepare(supervisor, data_dir)
        say("Counterfoil starts its parts")
        for name, command in parts.commands().items():
            supervisor.start(Part(name, command, environment=_environment()))
        _await_ready(supervisor)
        announce(data_dir)
        supervisor.wait(lambda: False)
    except Stopped:
        say("Counterfoil stops")
    except GaveUp as failure:
        say(f"Counterfoil stops: {failure}")
        return 1
    finally:
        supervisor.stop()
    return 0


def _environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}


def _start_servers(supervisor: Supervisor, data_dir: Path) -> None:
    servers: list[Postgres | Valkey] = []
    if not env.DATABASE_URL.read():
        servers.append(Postgres(data_dir))
    if not env.REDIS_URL.read():
        servers.append(Valkey(data_dir))
    for server in servers:
        server.prepare()
        supervisor.start(server.part())
    for server in servers:
        if not supervisor.wait(server.is_ready, READY_SECONDS):
            raise GaveUp(f"{type(server).__name__} did not answer within {READY_SECONDS} s")


def _prepare(supervisor: Supervisor, data_dir: Path) -> None:
    """Migrations, static files when their sources changed, the demo on the first run."""
    stamp, now = data_dir / "static.stamp", _static_sources()
    static = [] if _text(stamp) == now else ["--static"]
    demo = [] if _demo(data_dir).get("url", "").rstrip("/") == env.site_url() else ["--demo"]
    command = [sys.executable, "manage.py", "prepare", *static, *demo]
    part = Part("prepare", command, environment=_environment())
    say("Counterfoil prepares its database and files")
    if supervisor.run(part) != 0:
        raise GaveUp("the database or the static files could not be prepared", part)
    stamp.write_text(now)


def _static_sources() -> str:
    """A fingerprint of everything that static files are collected from."""
    digest = hashlib.sha256((env.BASE_DIR / "requirements.lock").read_bytes())
    folders = [env.BASE_DIR / "static", *sorted(env.BASE_DIR.glob("[a-z]*/**/static"))]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            found = path.stat()
            digest.update(f"{path}:{found.st_size}:{found.st_mtime_ns};".encode())
    return digest.hexdigest()


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


# Being ready


def _await_ready(supervisor: Supervisor) -> None:
    missing = ["pages"]
    asked_at = 0.0

    def is_ready() -> bool:
        nonlocal missing, asked_at
        if time.monotonic() - asked_at < 0.2:
            return False
        missing = missing_parts()
        asked_at = time.monotonic()
        return not missing

    if not supervisor.wait(is_ready, READY_SECONDS):
        words = " and ".join(missing)
        raise GaveUp(f"no answer from {words} within {READY_SECONDS} s; see the logs")


def missing_parts() -> list[str]:
    """The names of what does not answer; empty when the product is whole."""
    if _ask(env.live_port(), "/healthz") is None:
        return ["live"]
    answer = _ask(env.PORT.read(), "/readyz")
    if answer is None:
        return ["pages"]
    report = json.loads(answer)
    return [name for name, word in report.items() if word == "missing"]


def _ask(port: int, path: str) -> bytes | None:
    """What our own server answers, or None. A 503 is an answer, too."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env.HOST.read(), env.HOST.read())
    line = http.client.HTTPConnection(host, port, timeout=3)
    try:
        line.request("GET", path, headers={"Host": "127.0.0.1"})
        answer = line.getresponse()
        return answer.read() if answer.status in (200, 503) else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()


def _demo(data_dir: Path) -> dict:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads((data_dir / "demo.json").read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def announce(data_dir: Path) -> None:
    """Prints the ready line, then where to look and who to be."""
    lines = [f"Counterfoil is ready at {env.site_url()}/"]
    demo = _demo(data_dir)
    if demo:
        lines += [f"  the demo shop, with the messenger: http://localhost:{env.PORT.read()}/demo/"]
        for login in demo.get("logins", {}).values():
            lines += [f"  log in as {login['email']} with {login['password']}"]
        lines += [f"  all of this for scripts: {data_dir / 'demo.json'}"]
    with contextlib.suppress(OSError):
        print("\n".join(lines), flush=True)
