"""A Counterfoil of the benchmark's own: started by bin/up's machinery, with data and ports of its
own, and with handles to its processes."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil

from config import env
from config.up import places

READY_SECONDS = 180
STOP_SECONDS = 15
# What distinguishes the parts among the children of the supervisor.
MARKS = {
    "pages": "granian",
    "live": "uvicorn",
    "worker": "celery worker",
    "beat": "celery beat",
    "redis": "valkey-server",
    "postgres": "postgres",
}
# A few machines behind one address write as fast as they can; the limits are not what is measured.
LIMITS = {
    "VISITOR_MESSAGES_PER_MINUTE": "1000000",
    "VISITOR_CONVERSATIONS_PER_HOUR": "1000000",
    "VISITOR_BOOTS_PER_MINUTE": "1000000",
    "API_REQUESTS_PER_MINUTE": "1000000",
    "SOCKETS_PER_ADDRESS": "100000",
    "SOCKETS_PER_TEAMMATE": "1000",
}


def plain_environment() -> dict[str, str]:
    """The environment without any setting of ours, so that a run depends on the code alone."""
    ours = {*env.DECLARED, *(f"{name}_FILE" for name in env.DECLARED), "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def free_port() -> int:
    """A free port whose successor is free, too: pages take the one, sockets the other.

    Below those that the system gives to outgoing connections, one of which might take it next.
    """
    for port in random.sample(range(20_000, 32_000, 2), 50):
        with socket.socket() as first, socket.socket() as second, suppress(OSError):
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port
    raise RuntimeError("no two free ports in a row were found")


class Product:
    """Use as a context manager: it is ready inside, and stopped with its data gone afterwards."""

    host = "127.0.0.1"

    def __init__(self, **settings: str) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="counterfoil-bench-")
        self.data_dir = Path(self.folder.name)
        self.port = free_port()
        self.live_port = self.port + 1
        self.environment = {
            **plain_environment(),
            **LIMITS,
            **settings,
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
        }
        self.process: subprocess.Popen[str] | None = None
        self.last_words: deque[str] = deque(maxlen=40)

    def __enter__(self) -> Self:
        try:
            self._skip_demo()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()

    def _skip_demo(self) -> None:
        # bin/up fills an empty database with the demo company unless it finds this.
        (self.data_dir / "demo.json").write_text(
            json.dumps({"url": f"http://{self.host}:{self.port}"})
        )

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.up"],
            cwd=env.BASE_DIR,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        is_ready = threading.Event()
        threading.Thread(target=self._listen, args=(is_ready,), daemon=True).start()
        until = time.monotonic() + READY_SECONDS
        while not is_ready.wait(0.1):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the product did not start:\n" + "\n".join(self.last_words))

    def _listen(self, is_ready: threading.Event) -> None:
        assert self.process and self.process.stdout
        for line in self.process.stdout:
            self.last_words.append(line.rstrip())
            if line.startswith("Counterfoil is ready"):
                is_ready.set()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            for part in self.parts().values():
                with suppress(psutil.Error):
                    part.resume()
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()

    # The processes

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def parts(self) -> dict[str, psutil.Process]:
        """The main process of each part that runs now."""
        assert self.process
        found: dict[str, psutil.Process] = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                words = " ".join(child.cmdline())
                for name, mark in MARKS.items():
                    if all(word in words for word in mark.split()):
                        found.setdefault(name, child)
        return found

    def part(self, name: str, seconds: float = 20) -> psutil.Process:
        """A part's main process, waiting for it while it is being started again."""
        until = time.monotonic() + seconds
        while True:
            found = self.parts().get(name)
            if found is not None:
                return found
            if time.monotonic() > until or not self.is_running:
                raise RuntimeError(f"{name} is not running:\n" + "\n".join(self.last_words))
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """kill -9: the part's main process and everything that it has started."""
        main = self.part(name)
        with suppress(psutil.Error):
            for process in [main, *main.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def pause_supervisor(self) -> None:
        """What dies from now on stays dead, as on a machine where it cannot be started again."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def resume_supervisor(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    # Its data

    @property
    def database(self) -> str:
        """The database's address, for psycopg2."""
        return places.database_url(self.data_dir)

    @property
    def redis(self) -> str:
        return places.redis_url(self.data_dir)

    def run(self, *module_and_arguments: str) -> Any:
        """Runs a module of ours on this product's data and returns the JSON that it prints."""
        done = subprocess.run(
            [sys.executable, "-m", *module_and_arguments],
            cwd=env.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)


def cpu_seconds(roots: Iterable[psutil.Process]) -> float:
    """Processor time used so far by processes and everything that they have started, what has
    ended since included: PostgreSQL has a process for each connection."""
    total, counted = 0.0, set()
    for root in roots:
        with suppress(psutil.Error):
            for process in [root, *root.children(recursive=True)]:
                if process.pid in counted:
                    continue
                counted.add(process.pid)
                with suppress(psutil.Error):
                    times = process.cpu_times()
                    total += times.user + times.system
                    total += times.children_user + times.children_system
    return total
