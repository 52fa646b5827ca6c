"""When something must be done by: data in, data out.

What happened in a conversation, a calendar and the terms of a policy go in; the clocks that ran,
run or stand still come out. Nothing is remembered in between, so what is shown, what escalates and
what is reported cannot come apart, and another policy or other hours only mean to ask again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ground.hours.schedule import NOTHING, Calendar, DaySum, NeverOpens


class Kind(StrEnum):
    """What happened, as far as it moves a clock."""

    HEARD = "heard"  # the contact wrote
    ANSWERED = "answered"  # a person of ours answered; what a bot says is no answer
    SNOOZED = "snoozed"
    OPENED = "opened"  # again, after a snooze or when it was closed
    CLOSED = "closed"
    PUT_AWAY = "put_away"  # as spam, or into another conversation


class Target(StrEnum):
    FIRST = "first"
    NEXT = "next"
    RESOLUTION = "resolution"


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    MISSED = "missed"
    VOID = "void"  # it ended, in time, without what was promised: nothing was kept or missed


@dataclass(frozen=True)
class Event:
    at: datetime
    kind: Kind


@dataclass(frozen=True)
class Terms:
    """What a policy promises; None for what it does not.

    pauses_snoozed: nothing runs while a conversation is snoozed.
    pauses_waiting: the resolution does not run while the contact has to answer.
    """

    spans: dict[Target, timedelta]
    pauses_snoozed: bool = True
    pauses_waiting: bool = True


@dataclass(frozen=True)
class Run:
    """A stretch in which a clock ran; without an end it runs on."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Timed:
    """One clock. `runs` are in order and apart; `is_done`: it ended by what was promised."""

    target: Target
    began_at: datetime
    span: timedelta
    runs: tuple[Run, ...]
    ended_at: datetime | None = None
    is_done: bool = False

    @property
    def is_paused(self) -> bool:
        return self.ended_at is None and self.stands_still

    @property
    def stands_still(self) -> bool:
        """Whether it does not run now, or did not when it ended."""
        last = self.runs[-1].end
        return last is not None and last != self.ended_at

    def used(self, calendar: Calendar, now: datetime) -> timedelta:
        """The time that has counted until now."""
        return sum((calendar.worked(run.start, run.end or now) for run in self.runs), NOTHING)

    def due_at(self, calendar: Calendar, beyond: timedelta = NOTHING) -> datetime | None:
        """When its time is used up, or so much later or earlier in counted time. None while it
        stands still before that, or where nothing opens within a year."""
        left = max(NOTHING, self.span + beyond)
        for run in self.runs:
            # A clock that was running when it ended would have run on.
            goes_on = run is self.runs[-1] and not self.stands_still
            if not goes_on and run.end is not None:
                worked = calendar.worked(run.start, run.end)
                if worked < left:
                    left -= worked
                    continue
            try:
                return calendar.add(run.start, left)
            except NeverOpens:
                return None
        return None

    def state(self, calendar: Calendar, now: datetime) -> State:
        due = self.due_at(calendar)
        if due is not None and due < (self.ended_at or now):
            return State.MISSED
        if self.ended_at is not None:
            return State.KEPT if self.is_done else State.VOID
        return State.PAUSED if self.is_paused else State.RUNNING

    def by_day(self, calendar: Calendar, now: datetime) -> list[DaySum]:
        """What its time is the sum of, until it is due, ends, or now."""
        due = self.due_at(calendar)
        until = min(filter(None, (self.ended_at, due)), default=now)
        found: dict[object, DaySum] = {}
        for run in self.runs:
            end = min(run.end or until, until)
            for day in calendar.by_day(run.start, end) if end >= run.start else ():
                held = found.get(day.day)
                if held is not None:
                    stretches = held.stretches + day.stretches
                    worked = held.worked + day.worked
                    day = DaySum(day.day, stretches, worked, day.name, day.is_open)
                found[day.day] = day
        return list(found.values())


@dataclass
class Draft:
    target: Target
    began_at: datetime
    span: timedelta
    runs: list[Run] = field(default_factory=list)

    def set_running(self, is_running: bool, at: datetime) -> None:
        runs_now = bool(self.runs) and self.runs[-1].end is None
        if is_running and not runs_now:
            self.runs.append(Run(at))
        elif runs_now and not is_running:
            self.runs[-1] = Run(self.runs[-1].start, at)

    def timed(self, ended_at: datetime | None = None, is_done: bool = False) -> Timed:
        if ended_at is not None:
            self.set_running(False, ended_at)
        runs = tuple(self.runs)
        return Timed(self.target, self.began_at, self.span, runs, ended_at, is_done)


@dataclass
class Course:
    """How a conversation goes, from one event to the next."""

    terms: Terms
    done: list[Timed] = field(default_factory=list)
    ticking: dict[Target, Draft] = field(default_factory=dict)
    is_going: bool = False
    is_snoozed: bool = False
    is_answered: bool = False
    is_waiting: bool = False

    def take(self, event: Event) -> None:
        match event.kind:
            case Kind.HEARD:
                self.begin(event.at)
                self.is_snoozed = False
                self.is_waiting = True
                self.promise_answer(event.at)
            case Kind.ANSWERED:
                self.is_waiting, self.is_answered = False, True
                for target in (Target.FIRST, Target.NEXT):
                    self.end(target, event.at, is_done=True)
            case Kind.SNOOZED if self.is_going:
                self.is_snoozed = True
            case Kind.OPENED:
                self.is_snoozed = False
                if not self.is_going:
                    self.begin(event.at)
                    if self.is_waiting:
                        self.promise_answer(event.at)
            case Kind.CLOSED | Kind.PUT_AWAY:
                for target in Target:
                    is_done = event.kind is Kind.CLOSED and target is Target.RESOLUTION
                    self.end(target, event.at, is_done=is_done)
                self.is_going = self.is_snoozed = self.is_answered = False
        for draft in self.ticking.values():
            draft.set_running(self.is_running(draft.target), event.at)

    def begin(self, at: datetime) -> None:
        if not self.is_going:
            self.is_going = True
            self.start(Target.RESOLUTION, at)

    def promise_answer(self, at: datetime) -> None:
        if Target.FIRST not in self.ticking and Target.NEXT not in self.ticking:
            self.start(Target.NEXT if self.is_answered else Target.FIRST, at)

    def start(self, target: Target, at: datetime) -> None:
        span = self.terms.spans.get(target)
        if span is not None and target not in self.ticking:
            self.ticking[target] = Draft(target, at, span, [Run(at)])

    def end(self, target: Target, at: datetime, *, is_done: bool) -> None:
        draft = self.ticking.pop(target, None)
        if draft is not None:
            self.done.append(draft.timed(at, is_done))

    def is_running(self, target: Target) -> bool:
        if self.is_snoozed and self.terms.pauses_snoozed:
            return False
        waits_for_them = target is Target.RESOLUTION and not self.is_waiting
        return not (waits_for_them and self.terms.pauses_waiting)


def timed(events: Iterable[Event], terms: Terms) -> list[Timed]:
    """All clocks of a conversation, those that ended first. Events are taken in their order."""
    course = Course(terms)
    for event in events:
        course.take(event)
    return course.done + [draft.timed() for draft in course.ticking.values()]


def most_pressing(
    clocks: Sequence[Timed], calendar: Calendar
) -> tuple[Timed, datetime] | tuple[None, None]:
    """The clock that runs out first of those that run, and when."""
    running = [clock for clock in clocks if clock.ended_at is None and not clock.is_paused]
    dated = [(due, clock) for clock in running if (due := clock.due_at(calendar)) is not None]
    if not dated:
        return None, None
    due, clock = min(dated, key=lambda pair: pair[0])
    return clock, due
