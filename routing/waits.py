"""What is known of waits: how others waited, who waits now, and who is there for them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.core.cache import cache
from django.utils import timezone

from ground.hours import calendars
from ground.hours.calendars import Calendars
from ground.hours.schedule import Calendar
from inbox import presence
from inbox.models import Conversation
from people.models import Team, Teammate
from routing.expecting import (
    JUDGED,
    LEAST,
    Expected,
    Load,
    Sample,
    expected,
    is_far_above_usual,
    width_after,
)
from routing.models import Expectation, RoutingSettings

REMEMBERED = timedelta(days=28)
SAMPLES = 200
# More who wait make no difference to what is said.
AHEAD_MAX = 200
# So many seconds what is said before anybody writes may be old.
FRESH = 30
KNOWN = "routing.before_writing"


@dataclass(frozen=True)
class Queue:
    """Who waits for a team (without one: for nobody in particular), who of it is there, and how
    long others have waited; as it is at one moment."""

    now: datetime
    calendar: Calendar
    waiting: Sequence[datetime]
    people: int
    samples: Sequence[Sample]
    width: float

    @classmethod
    def of(cls, team: Team | None, hours: Calendars) -> Self:
        now = timezone.now()
        waiting = Conversation.objects.open().filter(team=team, waiting_since__isnull=False)
        since = waiting.order_by("waiting_since").values_list("waiting_since", flat=True)
        record = record_of(team, now)
        judged = [each.is_kept for each in record if each.is_kept is not None][:JUDGED]
        return cls(
            now,
            hours.of(team.office_hours_id if team else None),
            list(since[:AHEAD_MAX]),
            people_there(team),
            [
                Sample(each.waited, Load(each.ahead, each.people))
                for each in record
                if each.waited is not None
            ],
            width_after(sum(judged), len(judged)),
        )

    def load(self, *, before: datetime | None = None) -> Load:
        """For one whose wait began then, or begins now."""
        ahead = bisect_left(self.waiting, before) if before else len(self.waiting)
        return Load(ahead, self.people)

    def expected(self, load: Load) -> Expected | None:
        return expected(self.samples, load, self.width)


def people_there(team: Team | None) -> int:
    """Those with an inbox open who are not away."""
    mates = Teammate.objects.active().filter(is_away=False)
    if team is not None:
        mates = mates.filter(memberships__team=team)
    names = list(mates.values_list("public_id", flat=True))
    return len(presence.are_here(names)) if names else 0


def record_of(team: Team | None, now: datetime) -> Sequence[Expectation]:
    """The latest waits that are over: the team's, or the whole house's where it has too few."""
    ended = Expectation.objects.filter(answered_at__gt=now - REMEMBERED).order_by("-answered_at")
    own = list(ended.filter(team=team)[:SAMPLES])
    return own if len(own) >= LEAST else list(ended[:SAMPLES])


class Before(NamedTuple):
    """What is known before anybody writes: when those work who get what is new, how long it would
    wait, and whether that is longer than usual."""

    calendar: Calendar
    expected: Expected | None
    is_slow: bool


def before_writing() -> Before:
    """Known for FRESH seconds."""
    known: Before | None = cache.get(KNOWN)
    if known is None:
        settings = RoutingSettings.current()
        queue = Queue.of(settings.triage_team, calendars.read())
        load = queue.load()
        is_slow = settings.is_delay_said(queue.now) or (
            settings.tells_delay and is_far_above_usual(queue.samples, load)
        )
        known = Before(queue.calendar, queue.expected(load), is_slow)
        cache.set(KNOWN, known, FRESH)
    return known
