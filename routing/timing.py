"""When rules by time are asked: since when somebody waits, or is silent, and when that is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ground.hours import calendars
from ground.hours.calendars import Calendars
from ground.hours.schedule import ALWAYS, Calendar, NeverOpens
from ground.journal.models import Decision, Entry
from inbox.models import Conversation
from people.models import Team
from routing.engine import DECIDER, PASSES
from routing.models import Rule

WAITING, UNASSIGNED, SILENT = Rule.Since.WAITING, Rule.Since.UNASSIGNED, Rule.Since.SILENT
# So many of a conversation's decisions are looked through for what was asked of it before.
DECISIONS_MAX = 500
# Since when, by what is counted since.
Anchors = dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Timed:
    """A rule by time, as far as it says when."""

    id: str
    since: str
    minutes: int
    counts: str
    passes_from: datetime | None
    place: int


@dataclass(frozen=True)
class Times:
    """All such rules that are on, with the calendars that they count by."""

    rules: list[Timed]
    hours: Calendars | None
    team_hours: Mapping[int, int | None]

    @cached_property
    def sinces(self) -> set[str]:
        return {rule.since for rule in self.rules}

    @cached_property
    def by_clock(self) -> dict[tuple[str, str], list[tuple[int, list[Timed]]]]:
        """By since what and how they count: the lengths of time, in order, with their rules."""
        found: dict[tuple[str, str], dict[int, list[Timed]]] = {}
        for rule in self.rules:
            lengths = found.setdefault((rule.since, rule.counts), {})
            lengths.setdefault(rule.minutes, []).append(rule)
        return {clock: sorted(lengths.items()) for clock, lengths in found.items()}

    def calendar_of(self, conversation: Conversation) -> Calendar:
        if self.hours is None:
            return ALWAYS
        return self.hours.of(self.team_hours.get(conversation.team_id or 0))


@dataclass(frozen=True, slots=True)
class Moment:
    """When rules are asked of one conversation: all whose time is over then, of one wait."""

    at: datetime
    since: str
    anchor: datetime
    rules: tuple[str, ...]


def read() -> Times | None:
    """None for a house without rules by time: that is one question, however many there are."""
    rows = Rule.objects.filter(moment=Rule.Moment.PASSES, is_on=True).order_by("position", "id")
    fields = ("public_id", "since", "after_minutes", "counts", "passes_from")
    rules = [Timed(*(*row, place)) for place, row in enumerate(rows.values_list(*fields))]
    if not rules:
        return None
    if all(rule.counts == Rule.Counts.WALL for rule in rules):
        return Times(rules, None, {})
    team_hours = dict(Team.objects.values_list("pk", "office_hours_id"))
    return Times(rules, calendars.read(), team_hours)


# ---- since when ----------------------------------------------------------------------------------


def anchors_of(conversation: Conversation, sinces: Collection[str]) -> Anchors:
    """Since when a conversation is what rules count from, of those kinds; what it is not now is
    left out."""
    found: dict[str, datetime | None] = {}
    if conversation.is_open and conversation.waiting_since is not None:
        if WAITING in sinces:
            found[WAITING] = conversation.waiting_since
        if UNASSIGNED in sinces and conversation.assignee_id is None:
            given_up = given_up_at(conversation)
            found[UNASSIGNED] = max(filter(None, [conversation.waiting_since, given_up]))
    elif SILENT in sinces and is_theirs_to_answer(conversation):
        found[SILENT] = silent_since(conversation)
    return {str(name): at for name, at in found.items() if at is not None}


def is_theirs_to_answer(conversation: Conversation) -> bool:
    is_snoozed = conversation.status == Conversation.Status.SNOOZED
    is_put_off = is_snoozed and conversation.snoozed_until is None
    return conversation.waiting_since is None and (conversation.is_open or is_put_off)


def given_up_at(conversation: Conversation) -> datetime | None:
    """When it was last taken from somebody, if it was."""
    told = entries_on(conversation, "conversation.assigned").filter(after__has_key="assignee")
    last = told.values_list("before__assignee", "after__assignee", "created_at").first()
    return last[2] if last is not None and last[0] and not last[1] else None


def silent_since(conversation: Conversation) -> datetime | None:
    """Since our last word; who opens a conversation again has something to do there first."""
    said = conversation.messages.of_ours().order_by("-public_seq")
    last = said.values_list("created_at", flat=True).first()
    if last is None:
        return None
    opened = entries_on(conversation, "conversation.reopened")
    again = opened.values_list("created_at", flat=True).first()
    return max(filter(None, [last, again]))


def entries_on(conversation: Conversation, kind: str) -> Any:
    rows = Entry.objects.filter(
        subject_type="conversation", subject_id=conversation.public_id, kind=kind
    )
    return rows.order_by("-id")


# ---- until when ----------------------------------------------------------------------------------


def moments_of(
    conversation: Conversation, times: Times, anchors: Mapping[str, datetime], now: datetime
) -> list[Moment]:
    """When rules are asked, in order, up to the next time after now: those whose time is over at
    once are asked together, in the order that rules have."""
    together: dict[tuple[datetime, str], list[Timed]] = {}
    calendar = times.calendar_of(conversation)
    for (since, counts), rules in times.by_clock.items():
        if since not in anchors:
            continue
        by = calendar if counts == Rule.Counts.OFFICE else ALWAYS
        for minutes, of_length in rules:
            at = over_at(by, anchors[since], minutes)
            if at is None:
                break
            for rule in of_length:
                if rule.passes_from is None or at >= rule.passes_from:
                    together.setdefault((at, since), []).append(rule)
            if at > now:
                break
    return [
        Moment(at, since, anchors[since], tuple(each.id for each in sorted(rules, key=place)))
        for (at, since), rules in sorted(together.items(), key=lambda each: each[0])
    ]


def place(rule: Timed) -> int:
    return rule.place


def over_at(calendar: Calendar, anchor: datetime, minutes: int) -> datetime | None:
    try:
        return calendar.add(anchor, timedelta(minutes=minutes))
    except NeverOpens:
        return None


def asked_before(conversation: Conversation) -> set[tuple[str, str, str]]:
    """Which rules were asked in which wait of a conversation: (rule, since, its beginning)."""
    made = Decision.objects.filter(
        subject_type="conversation",
        subject_id=conversation.public_id,
        decider=DECIDER,
        explanation__moment=PASSES,
    ).order_by("-id")
    found = set()
    for said in made.values_list("explanation", flat=True)[:DECISIONS_MAX]:
        found |= {(rule, said["since"], said["anchor"]) for rule in said["asked"]}
    return found


def still_to_ask(
    moments: Iterable[Moment], asked: Collection[tuple[str, str, str]]
) -> list[Moment]:
    """The moments without the rules that have had theirs."""
    found = []
    for moment in moments:
        anchor = moment.anchor.isoformat()
        rules = tuple(rule for rule in moment.rules if (rule, moment.since, anchor) not in asked)
        if rules:
            found.append(Moment(moment.at, moment.since, moment.anchor, rules))
    return found


def next_of(
    conversation: Conversation,
    times: Times,
    anchors: Mapping[str, datetime],
    now: datetime,
) -> datetime | None:
    """When rules are asked next of a conversation. What was over before now is only looked for
    where something was."""
    moments = moments_of(conversation, times, anchors, now)
    if any(moment.at <= now for moment in moments):
        moments = still_to_ask(moments, asked_before(conversation))
    return moments[0].at if moments else None


def said_of(anchors: Mapping[str, datetime]) -> dict[str, str]:
    """As a due row keeps them."""
    return {since: at.isoformat() for since, at in sorted(anchors.items())}
