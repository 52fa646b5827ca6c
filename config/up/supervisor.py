"""Keeps processes running: starts them, passes on what they say, starts them again, ends them.

One thread and one loop, because a child is tied to the thread that forked it.
"""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from config.env import BASE_DIR
from config.up import leash

DEATHS = 5
WITHIN = 60.0
LONGEST_PAUSE = 5.0
PATIENCE = 5.0
PATIENCE_WITH_SERVERS = 2.5
LOG_BYTES = 10_000_000
TAIL_LINES = 30
_ESSENTIAL = re.compile(rb"\b(WARNING|ERROR|CRITICAL|FATAL|PANIC)\b")


class Stopped(Exception):
    """Somebody asked the supervisor to stop."""


class GaveUp(Exception):
    """The product cannot run. Says why, with the last words of the part that failed."""

    def __init__(self, why: str, part: "Part | None" = None) -> None:
        words = b"\n".join(part.last_words).decode("utf-8", "replace") if part else ""
        super().__init__(f"{why}. It said:\n{words}" if words.strip() else f"{why}.")


@dataclass
class Part:
    """One process to keep running.

    ``is_ready`` says whether it answers. ``user`` is the (uid, gid) to run as. A part with a
    session of its own is not reached by the terminal's Ctrl-C, so it can be ended last. A part
    that ``runs_once`` is not started again. What a part says goes to its log, its warnings and
    errors to the terminal as well unless it ``is_quiet``; one that ``is_guest`` has the terminal.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] = lambda: True
    stop_signal: int = signal.SIGTERM
    has_own_session: bool = False
    environment: Mapping[str, str] | None = None
    user: tuple[int, int] | None = None
    before_start: Callable[[], None] = lambda: None
    runs_once: bool = False
    is_quiet: bool = False
    is_guest: bool = False
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS))
    start_at: float | None = None
    last_words: deque[bytes] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def child(self) -> subprocess.Popen[bytes]:
        """The process, dead or alive, of a part that has been started."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process


class Supervisor:
    """Starts parts, restarts those that die, and stops all of them within a bounded time."""

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        self.logs = logs
        self.say = say
        self.parts: list[Part] = []
        self._asked_to_stop = 0
        self._is_stopping = False
        self._selector = selectors.DefaultSelector()
        self._pending: dict[int, bytes] = {}
        self._watch_signals()
        leash.adopt()

    def _watch_signals(self) -> None:
        reading, writing = os.pipe()
        for end in (reading, writing):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._selector.register(reading, selectors.EVENT_READ, None)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # Under nohup a closed terminal is no reason to stop.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_stop)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop += 1

    # Starting

    def start(self, part: Part) -> None:
        """Starts a part that will be kept running until stop()."""
        if part not in self.parts:
            self.parts.append(part)
        part.start_at = None
        part.before_start()
        part.process = self._spawn(part)

    def run(self, part: Part) -> int:
        """Runs a part once to its end and returns its exit status."""
        part.runs_once = True
        self.start(part)
        self.wait(lambda: not part.is_running)
        return part.child.returncode

    def _spawn(self, part: Part) -> subprocess.Popen[bytes]:
        def in_child() -> None:
            if part.user:
                uid, gid = part.user
                os.setgroups([])
                os.setgid(gid)
                os.setuid(uid)
            leash.hold(part.stop_signal)

        try:
            process = subprocess.Popen(
                part.command,
                cwd=BASE_DIR,
                env=part.environment,
                stdin=None if part.is_guest else subprocess.DEVNULL,
                stdout=None if part.is_guest else subprocess.PIPE,
                stderr=None if part.is_guest else subprocess.STDOUT,
                start_new_session=part.has_own_session,
                preexec_fn=in_child,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise GaveUp(f"{part.name} could not be started ({error})") from None
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(process.stdout, selectors.EVENT_READ, (part, process.stdout))
        return process

    # The loop

    def wait(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Keeps everything running until the condition holds; False when the time is up first.

        Raises Stopped when somebody asks to stop and GaveUp when a part keeps dying.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while not condition():
            if self._asked_to_stop and not self._is_stopping:
                raise Stopped
            if until is not None and time.monotonic() >= until:
                return False
            self._turn()
        return True

    def _turn(self) -> None:
        for key, _ in self._selector.select(timeout=0.1):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(key.fd, 4096)
            else:
                self._listen(*key.data)
        self._reap()
        now = time.monotonic()
        for part in self.parts:
            if part.start_at is not None and part.start_at <= now and not self._is_stopping:
                self.start(part)

    def _listen(self, part: Part, stream: IO[bytes]) -> bool:
        """Takes in what a part has said; False when there was nothing."""
        try:
            data = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return False
        *lines, rest = (self._pending.pop(stream.fileno(), b"") + data).split(b"\n")
        if rest and (not data or len(rest) > 65536):
            lines, rest = [*lines, rest], b""
        if lines:
            self._note(part, lines)
        if rest:
            self._pending[stream.fileno()] = rest
        if not data:
            self._selector.unregister(stream)
            stream.close()
        return bool(data)

    def _note(self, part: Part, lines: list[bytes]) -> None:
        part.last_words.extend(lines)
        for line in lines:
            if not (part.is_quiet or self._is_stopping) and _ESSENTIAL.search(line):
                self.say(f"{part.name} | {line.decode('utf-8', 'replace')[:500]}")
        path = self.logs / f"{part.name}.log"
        # A full disk must not end what still works.
        with contextlib.suppress(OSError):
            if path.exists() and path.stat().st_size > LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
            with path.open("ab") as file:
                file.write(b"\n".join(lines) + b"\n")

    # Deaths

    def _reap(self) -> None:
        by_pid = {part.child.pid: part for part in self.parts if part.is_running}
        dead = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid in by_pid:
                by_pid[pid].child.returncode = os.waitstatus_to_exitcode(status)
                dead.append(by_pid[pid])
        if dead:
            self._end_orphans()
        for part in dead:
            self._died(part)

    def _end_orphans(self) -> None:
        """A server's own children do not outlive it: they would keep its port or its memory."""
        known = {part.child.pid for part in self.parts if part.process}
        for pid in leash.children():
            if pid not in known:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)

    def _died(self, part: Part) -> None:
        stream = part.child.stdout
        while stream and not stream.closed and self._listen(part, stream):
            pass
        if self._is_stopping or part.runs_once:
            return
        now = time.monotonic()
        part.deaths.append(now)
        how = manner(part.child.returncode)
        if len(part.deaths) == DEATHS and now - part.deaths[0] < WITHIN:
            raise GaveUp(f"{part.name} {how}, the {DEATHS}th time within a minute", part)
        recent = sum(now - death < WITHIN for death in part.deaths)
        pause = min(0.2 * 2 ** (recent - 1), LONGEST_PAUSE)
        part.start_at = now + pause
        self.say(f"{part.name} {how}; starting it again in {pause:.1f} s")

    # Stopping

    def stop(self) -> None:
        """Ends everything within ten seconds: the terminal's group first, then the servers that
        it writes to. A second request to stop ends the patience."""
        self._is_stopping = True
        servers = [part for part in self.parts if part.has_own_session]
        self._end([part for part in self.parts if part not in servers], PATIENCE)
        self._end(servers, PATIENCE_WITH_SERVERS)
        self._end_orphans()

    def _end(self, parts: Sequence[Part], seconds: float) -> None:
        asked = self._asked_to_stop

        def has_ended() -> bool:
            return not any(part.is_running for part in parts)

        for part in parts:
            if part.is_running:
                part.child.send_signal(part.stop_signal)
        self.wait(lambda: has_ended() or self._asked_to_stop > asked, seconds)
        for part in parts:
            if part.is_running:
                self.say(f"{part.name} did not stop in time and is killed")
                part.child.kill()
        self.wait(has_ended, 1)


def manner(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"ended with status {status}"
    return f"was ended by {signal.Signals(-status).name}"
