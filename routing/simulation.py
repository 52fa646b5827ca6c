"""What came of rules that were only being tried, as far as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Case:
    """A message for which the result is shown: what the present rules give its conversation, and
    what the tried ones would, as JSON of `Wanted`; teams by public id."""

    conversation: str
    at: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    before_team: str | None
    after_team: str | None


@dataclass
class Simulation:
    """What has come of it so far. teams: by public id, "" for none: how many each gets now, and
    would.

    unknown: messages for which a fact that decides was not recorded; `missing` are the labels of
    such facts. began, since: from when on back it was looked, and how far; `last` is the entry that
    was looked at last. of: what is tried, beside what. allowed: how many messages it may look at
    before it is asked to go on.
    """

    days: int
    of: str
    began: str
    looked: int = 0
    matched: int = 0
    matches: list[Case] = field(default_factory=list)
    differing: int = 0
    differences: list[Case] = field(default_factory=list)
    unknown: int = 0
    missing: list[str] = field(default_factory=list)
    teams: dict[str, list[int]] = field(default_factory=dict)
    since: str | None = None
    last: int | None = None
    allowed: int = 0
    is_whole: bool = False

    @property
    def oldest(self) -> datetime:
        return datetime.fromisoformat(self.began) - timedelta(days=self.days)

    @property
    def is_paused(self) -> bool:
        return not self.is_whole and self.looked >= self.allowed

    @property
    def share(self) -> int:
        """How much of the days it has come through, in percent."""
        if self.is_whole:
            return 100
        if self.since is None:
            return 0
        came = datetime.fromisoformat(self.began) - datetime.fromisoformat(self.since)
        return min(99, int(100 * came / timedelta(days=self.days)))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(said: Mapping[str, Any]) -> Simulation:
    """What `to_json` gave."""
    cases = {name: [Case(**each) for each in said[name]] for name in ("matches", "differences")}
    return Simulation(**{**said, **cases})
