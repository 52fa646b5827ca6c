"""Times of rules that were over in the past: what they would have been asked of, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ground.conditions import Clause, Snapshot
from ground.hours import calendars
from ground.hours.calendars import Calendars
from ground.hours.schedule import ALWAYS, Calendar
from ground.journal.models import Entry
from inbox.models import Conversation, Message
from people.models import Team
from routing.engine import PASSES, Clocked, Rulebook, Standing, asked_by
from routing.models import Rule
from routing.rebuilding import rebuilt
from routing.rebuilding.then import Then
from routing.stretches import BEGINNINGS, TOLD, Stretch, stretches_of
from routing.timing import over_at

# No further back is looked for what could be over within the days that are gone through.
FAR = timedelta(days=3 * 366)


@dataclass
class Clocks:
    """The rules by time that are tried, and the present ones; asked about what is past by the
    calendars of now. rule: the one whose matches are counted."""

    tried: Sequence[Standing]
    present: Sequence[Standing]
    rule: str = ""
    books: dict[Any, tuple[Rulebook, Rulebook]] = field(default_factory=dict)

    @cached_property
    def differing(self) -> frozenset[Clocked]:
        """At which anything can come out otherwise, or the rule is asked."""
        found = set()
        for clocked in self.all:
            old, new = of(self.present, {clocked}), of(self.tried, {clocked})
            if old != new or any(each.id == self.rule for each in new):
                found.add(clocked)
        return frozenset(found)

    @cached_property
    def all(self) -> list[Clocked]:
        rules = [*self.tried, *self.present]
        return sorted({each.clocked for each in rules if each.clocked and each.is_asked(PASSES)})

    @cached_property
    def kinds(self) -> set[str]:
        """Of entries with which what they count begins."""
        return {
            kind for clocked in self.differing for kind in BEGINNINGS[Rule.Since(clocked.since)]
        }

    @cached_property
    def is_by_hours(self) -> bool:
        return any(clocked.counts == Rule.Counts.OFFICE for clocked in self.differing)

    @cached_property
    def hours(self) -> Calendars:
        return calendars.read()

    @cached_property
    def team_hours(self) -> Mapping[str, int | None]:
        return dict(Team.objects.values_list("public_id", "office_hours_id"))

    def calendar(self, clocked: Clocked, team: str | None) -> Calendar:
        if clocked.counts != Rule.Counts.OFFICE:
            return ALWAYS
        return self.hours.of(self.team_hours.get(team or ""))

    def calendars(self, clocked: Clocked) -> Sequence[Calendar]:
        if clocked.counts != Rule.Counts.OFFICE:
            return [ALWAYS]
        return [self.hours.of(key) for key in {None, *self.team_hours.values()}]

    def reach(self, oldest: datetime) -> datetime:
        """Before this nothing began that was over at `oldest` or later."""
        earliest = oldest
        for clocked in self.differing:
            for calendar in self.calendars(clocked):
                span = timedelta(minutes=clocked.minutes)
                while span < FAR:
                    due = over_at(calendar, oldest - span, clocked.minutes)
                    if due is None or due <= oldest:
                        break
                    span *= 2
                earliest = min(earliest, oldest - span)
        return earliest

    def booked(self, clocks: Iterable[Clocked]) -> tuple[Rulebook, Rulebook]:
        """The present and the tried rules that are asked together."""
        key = frozenset(clocks)
        if key not in self.books:
            self.books[key] = (
                Rulebook(of(self.present, key)),
                Rulebook(of(self.tried, key)),
            )
        return self.books[key]


def of(rules: Iterable[Standing], clocks: Iterable[Clocked]) -> list[Standing]:
    wanted: frozenset[Clocked | None] = frozenset(clocks)
    return [each for each in rules if each.is_asked(PASSES) and each.clocked in wanted]


@dataclass(frozen=True)
class Lasted:
    """A stretch of one conversation that lasted so long. at: when rules are asked, as soon as the
    time was over and it still lasted; None where nobody can know whether it did. present, tried:
    the rules whose time was over then."""

    conversation: Conversation
    began: int
    due: datetime
    at: datetime | None
    present: Rulebook
    tried: Rulebook
    asked: tuple[Clause, ...]


def lasted(
    began: Sequence[Entry],
    clocks: Clocks,
    *,
    oldest: datetime,
    now: datetime,
    vip: Clause | None = None,
) -> list[Lasted]:
    """Of the stretches that began with these entries those that lasted until a time that was over
    between `oldest` and `now`."""
    keys = {entry.pk for entry in began}
    names = {entry.subject_id for entry in began if entry.subject_type == "conversation"}
    rows = Conversation.objects.filter(public_id__in=names)
    found = []
    conversations = list(rows.select_related("contact__company", "team", "assignee"))
    threads = told_of(conversations)
    written = written_in(conversations)
    for row in conversations:
        for stretch in stretches_of(row, threads[row.public_id], written):
            if stretch.began in keys:
                found += ends_of(row, stretch, clocks, oldest, now, vip)
    return found


def told_of(rows: Sequence[Conversation]) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    entries = Entry.objects.filter(
        subject_type="conversation",
        subject_id__in=[row.public_id for row in rows],
        kind__in=TOLD,
    )
    for entry in entries.order_by("id"):
        found[entry.subject_id].append(entry)
    return found


def written_in(rows: Sequence[Conversation]) -> dict[str, datetime]:
    said = Message.objects.public().filter(conversation__in=[row.pk for row in rows])
    return dict(said.values_list("public_id", "created_at"))


def ends_of(
    row: Conversation,
    stretch: Stretch,
    clocks: Clocks,
    oldest: datetime,
    now: datetime,
    vip: Clause | None,
) -> list[Lasted]:
    """When rules are asked in it: those whose time is over at once are asked together."""
    together: dict[tuple[datetime, datetime | None], set[Clocked]] = {}
    for clocked in clocks.all:
        if clocked.since == stretch.since:
            due, at = end_of(stretch, clocked, clocks)
            if due is not None and oldest <= due and (at or due) <= now:
                together.setdefault((due, at), set()).add(clocked)
    found = []
    for (due, at), over in sorted(together.items(), key=lambda each: each[0][0]):
        if over.isdisjoint(clocks.differing):
            continue
        present, tried = clocks.booked(over)
        asked = tuple(asked_by([*present, *tried], PASSES, vip).values())
        found.append(Lasted(row, stretch.began, due, at, present, tried, asked))
    return found


def end_of(
    stretch: Stretch, clocked: Clocked, clocks: Clocks
) -> tuple[datetime | None, datetime | None]:
    """When a time in it was over, and when rules are asked then. The first is None where it never
    was; the second where that cannot be known."""
    for span in () if stretch.is_mixed else stretch.spans:
        due = over_at(clocks.calendar(clocked, span.team), stretch.anchor, clocked.minutes)
        if due is None:
            continue
        at = max(due, span.start)
        if span.until is None or at < span.until:
            return due, at
    if not stretch.is_doubtful:
        return None, None
    team = stretch.spans[-1].team
    return over_at(clocks.calendar(clocked, team), stretch.anchor, clocked.minutes), None


def facts_then(
    found: Sequence[Lasted], spoken: Snapshot, segments: frozenset[str] | None
) -> list[dict[str, Any]]:
    """Of each what can be known of what is asked, at the moment when it is."""
    moments = [
        Then(each.conversation, each.began, each.at or each.due, each.asked, is_read_at_now=True)
        for each in found
    ]
    return rebuilt(moments, spoken, segments=segments)
