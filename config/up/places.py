"""Where the embedded parts keep their things under DATA_DIR, and how they are reached."""

import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote, urlencode

from config.env import BadSetting

# A Unix socket's path has at most 108 bytes (104 on macOS), of which the name takes up to 20.
LONGEST_SOCKET_FOLDER = 80
DATABASE = "counterfoil"


def sockets(data_dir: Path) -> Path:
    """The folder of the sockets: in DATA_DIR, or under /tmp when that path is too long for a
    socket."""
    folder = data_dir / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path("/tmp") / f"counterfoil-{os.geteuid()}-{digest}"


def postgres_sockets(data_dir: Path) -> Path:
    return sockets(data_dir) / "pg"


def redis_socket(data_dir: Path) -> Path:
    return sockets(data_dir) / "redis.sock"


def database_url(data_dir: Path) -> str:
    """The embedded database's address, for DATABASE_URL."""
    query = urlencode({"host": postgres_sockets(data_dir), "port": 5432})
    return f"postgres://postgres@/{DATABASE}?{query}"


def redis_url(data_dir: Path) -> str:
    """The embedded cache's address in the form of redis-py, for REDIS_URL."""
    return f"unix://{quote(str(redis_socket(data_dir)))}?db=0"


def private_folder(path: Path) -> Path:
    """Makes a folder that only this user may enter.

    Raises BadSetting when it cannot be made, or when it is already there and somebody else's.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise BadSetting(
            f"DATA_DIR: the folder {path} cannot be used ({error.strerror})."
        ) from None
    if not stat.S_ISDIR(found.st_mode) or (os.geteuid() and found.st_uid != os.geteuid()):
        raise BadSetting(f"DATA_DIR: {path} belongs to somebody else.")
    return path


def secret_key(data_dir: Path) -> str:
    """The signing key of this data folder, made at its first use and kept in mode 0600."""
    path = data_dir / "secret_key"
    try:
        if not path.exists():
            private_folder(data_dir)
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise BadSetting(
            f"SECRET_KEY is not set and {path} cannot be kept ({error.strerror})."
        ) from None


def _write_once(path: Path, value: str) -> None:
    # Written aside and linked into place: of two processes that start together both read one key.
    handle, aside = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        Path(aside).unlink()
