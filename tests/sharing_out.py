"""Which worker of a whole run takes which file of tests."""

from collections.abc import Callable
from typing import Any

from xdist.scheduler import LoadFileScheduling


class Sharing(LoadFileScheduling):
    """File by file, in the order of collection. Journeys are left to half of the workers: each of
    these starts the whole product and a Chromium, which then wait for each other often enough that
    the other workers find time on the same processors."""

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)
        self.places = (self.numnodes + 1) // 2
        self.travelers: set[Any] = set()

    def remove_node(self, node: Any) -> str | None:
        self.travelers.discard(node)
        return super().remove_node(node)

    def _assign_work_unit(self, node: Any) -> None:
        scope = self._next(node)
        if scope is None:
            return
        if is_journey(scope):
            self.travelers.add(node)
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _next(self, node: Any) -> str | None:
        """A traveler makes all journeys first, so that its product is started once."""
        may_travel = node in self.travelers or len(self.travelers) < self.places
        journey, other = self._first(is_journey), self._first(lambda scope: not is_journey(scope))
        return (journey or other) if may_travel else other

    def _first(self, wanted: Callable[[str], bool]) -> str | None:
        return next(filter(wanted, self.workqueue), None)


def is_journey(scope: str) -> bool:
    return scope.startswith("tests/browser/")
