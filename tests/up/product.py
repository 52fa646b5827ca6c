"""The product as its tests run it: a real bin/up on a scratch folder and free ports."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

KEPT = "kept"
ROOT = Path(__file__).resolve().parents[2]
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VENV", "PYTHON", "SSL_CERT_FILE")


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def environment(**settings: object) -> dict[str, str]:
    """What a person's shell would have: none of the settings of the test run itself."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return kept | {name: str(value) for name, value in settings.items()}


def command(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Runs one of the repository's commands to its end."""
    return subprocess.run(
        [*arguments],
        cwd=ROOT,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def running_on(data_dir: Path) -> dict[int, str]:
    """Process id -> command line of everything that runs on a data folder."""
    found = {}
    wanted = f"DATA_DIR={data_dir}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            spoken = wanted in (entry / "environ").read_bytes().split(b"\0")
            if (spoken or str(data_dir) in line) and line:
                found[int(entry.name)] = line
    return found


class Product:
    """One data folder and two ports, on which bin/up can be started again and again."""

    def __init__(self) -> None:
        self.data_dir = Path(tempfile.mkdtemp(prefix="cfup-"))
        self.port, self.live_port = free_ports()
        self.output = self.data_dir.with_suffix(".out")
        self.settings = {
            "DATA_DIR": self.data_dir,
            "PORT": self.port,
            "LIVE_PORT": self.live_port,
        }

    def start(self) -> float:
        """Starts bin/up and waits for its ready line. Returns the seconds that took."""
        started = time.monotonic()
        with self.output.open("w") as file:
            self.process = subprocess.Popen(
                ["./bin/up"],
                cwd=ROOT,
                env=environment(**self.settings),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.until(lambda: "is ready at" in self.said() or self.process.poll() is not None, 300)
        assert self.process.poll() is None, self.said()
        return time.monotonic() - started

    def said(self) -> str:
        return self.output.read_text()

    def until(self, condition, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, (
                f"waited {seconds} s in vain; bin/up said:\n{self.said()}"
            )
            time.sleep(0.1)

    def ask(self, path: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def is_whole(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, body = self.ask("/readyz")
            return status == 200 and json.loads(body)["status"] == "ok"
        return False

    def processes(self) -> dict[int, str]:
        return running_on(self.data_dir)

    def part(self, *words: str) -> list[int]:
        """The ids of the processes whose command line has all these words, oldest first."""
        found = self.processes().items()
        return sorted(pid for pid, line in found if all(word in line for word in words))

    def psql(self, sql: str) -> list[tuple]:
        with self.line() as line, line, line.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def keep(self) -> None:
        """Keeps what is in the database now, for `go_back`."""
        self.copy_database(self.database["NAME"], KEPT)

    def go_back(self) -> None:
        """Makes the database what it was when it was kept; no number is given out twice."""
        (used,) = self.psql("SELECT max(last_value) FROM pg_sequences")
        self.copy_database(KEPT, self.database["NAME"])
        self.psql(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass,"
            f" {used[0]} + coalesce(last_value, 0)) FROM pg_sequences"
        )

    def copy_database(self, source: str, copy: str) -> None:
        """Replaces a database by another one. Whoever is connected comes back by itself."""
        with self.line("postgres") as line, line.cursor() as cursor:
            line.autocommit = True
            cursor.execute(f"ALTER DATABASE {source} ALLOW_CONNECTIONS false")
            cursor.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{source}'"
            )
            cursor.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {source}")
            cursor.execute(f"ALTER DATABASE {source} ALLOW_CONNECTIONS true")

    @property
    def database(self) -> dict:
        from config import addresses
        from config.up import places

        return addresses.database(places.database_url(self.data_dir))

    def line(self, name: str = ""):
        """A connection to one of its databases, closed at the end of the block."""
        import psycopg2

        where = self.database
        return contextlib.closing(
            psycopg2.connect(
                host=where["HOST"],
                port=where["PORT"],
                user=where["USER"],
                dbname=name or where["NAME"],
            )
        )

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Sends a signal to bin/up and waits for its end. Returns the seconds that took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - started

    def end(self) -> None:
        import shutil

        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.data_dir, ignore_errors=True)
        self.output.unlink(missing_ok=True)
