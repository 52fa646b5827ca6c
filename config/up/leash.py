"""Ties a process to its parent: when the parent dies, even by kill -9, the kernel ends it."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def hold(number: int = signal.SIGTERM) -> None:
    """The calling process gets this signal when its parent dies. Linux only; nothing elsewhere.

    Must come after a change of user, which clears it. The parent is the *thread* that forked, so
    a supervisor forks from its main thread only.
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
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:  # noqa: PTH123
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []
