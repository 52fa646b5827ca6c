"""Turns at what only a few may do at once, because it takes memory or time from all others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ground.web.problems import Unavailable


class Turns:
    """In each process `at_once` have their turn and `waiting` more wait for one, for at most
    `patience` seconds.

    Whoever waits holds a thread of the pages like whoever works, so all others are refused at
    once: with the sentence `busy`, to come again after so many seconds.
    """

    def __init__(
        self, at_once: int, *, waiting: int, patience: float, busy: str, come_again: int
    ) -> None:
        self.patience = patience
        self.busy = busy
        self.come_again = come_again
        self.working = threading.BoundedSemaphore(at_once)
        self.places = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Unavailable when too many wait already, or when it takes too long."""
        if not self.places.acquire(blocking=False):
            raise self.refusal()
        try:
            if not self.working.acquire(timeout=self.patience):
                raise self.refusal()
            try:
                yield
            finally:
                self.working.release()
        finally:
            self.places.release()

    def refusal(self) -> Unavailable:
        return Unavailable(self.busy, headers={"Retry-After": str(self.come_again)})
