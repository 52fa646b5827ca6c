"""Ties processes together: a child ends with its parent, an orphan comes to the supervisor."""

import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def hold(number: int = signal.SIGTERM) -> None:
    """The calling process gets this signal when its parent dies, even by kill -9.

    Must come after a change of user, which clears it. The parent is the *thread* that forked, so
    a supervisor forks from its main thread only. Linux only; does nothing elsewhere.
    """
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, number)


def adopt() -> None:
    """Orphaned grandchildren become children of the calling process, which can then end them."""
    if _libc:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def children() -> list[int]:
    """The ids of all children of the calling process, adopted ones too. Linux only."""
    try:
        return [
            int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        ]
    except OSError:
        return []


def working_in(folder: Path) -> list[int]:
    """The ids of the processes whose working folder this is. Linux only."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.readlink() == folder:
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found
