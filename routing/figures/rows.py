"""The conversations behind a figure, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from ground.journal.models import Decision
from ground.web.paging import Order, Page, Part, keyset
from ground.web.problems import NotFound
from ground.web.timing import within
from inbox.models import Conversation
from routing.deadlines import Target
from routing.figures import complaints, expected, hands, promises, ways
from routing.figures.period import Period
from routing.models import Beginning, Clock, Expectation, Handing, Policy
from routing.spans import in_words

SHOWN = 25
MILLISECONDS = 2_000
TARGETS = {Target.FIRST: "first answer", Target.NEXT: "next answer", Target.RESOLUTION: "closing"}


@dataclass(frozen=True)
class Row:
    """A conversation behind a figure: when it was, what happened, and the page that explains it."""

    conversation: Conversation
    at: datetime
    says: str
    url: str
    explains: str


@dataclass(frozen=True)
class Behind:
    """What a figure is made of: rows in an order, and how one is told."""

    title: str
    rows: QuerySet[Any]
    order: Order
    told: Callable[[Sequence[Any]], list[Row]]

    def page(self, cursor: str | None) -> Page[Any]:
        """Raises Invalid for a cursor of another list, OutOfTime."""
        with within(MILLISECONDS):
            return keyset(self.rows, order=self.order, cursor=cursor, limit=SHOWN)


def behind(key: str, period: Period) -> Behind:
    """What stands behind the figure of a key such as `way.triage`, `rule.<id>`,
    `level.<id>.first.missed`, `told.later`, `hands.often`, `complaints.open`. Raises NotFound."""
    rows: QuerySet[Any]
    match key.split("."):
        case ["way", way] if way in ways.Way.values:
            rows = ways.begun(period).filter(way=way)
            return begun(str(ways.Way(way).label), rows)
        case ["rule", rule]:
            rows = ways.begun(period).filter(way=ways.Way.RULE, rule=rule[:32])
            return begun(f"Given by the rule “{ways.names_of([rule[:32]]).get(rule, rule)}”", rows)
        case ["level", level, target, end] if target in list(Target) and end in ("kept", "missed"):
            return of_level(level, Target(target), end, period)
        case ["told", end] if end in ENDS:
            title, where = ENDS[end]
            part = Part(("-answered_at", "-id"), Q(answered_at__isnull=False))
            rows = expected.told(period).filter(where).select_related("conversation")
            return Behind(title, rows, [part], waits_told)
        case ["hands", size] if size in SIZES:
            title, where = SIZES[size]
            rows = hands.handings(period).filter(where).select_related("conversation")
            return Behind(title, rows, ("-moved_at", "-id"), hands_told)
        case ["complaints", state] if state in ("all", "open", "again"):
            return of_complaints(state, period)
    raise NotFound("There is no such figure.")


ENDS = {
    "kept": ("The answer came when it was told", expected.KEPT),
    "sooner": ("The answer came sooner than told", expected.SOONER),
    "later": ("The answer came later than told", expected.LATER),
}
SIZES = {
    "once": ("Handed on once", hands.ONCE),
    "twice": ("Handed on twice", hands.TWICE),
    "often": ("Handed on three times or more", hands.OFTEN),
    "again": ("Told again to another person", hands.AGAIN),
}


def why_of(conversation: Conversation) -> str:
    return reverse("routing:why", args=["all", conversation.public_id])


def begun(title: str, rows: QuerySet[Beginning]) -> Behind:
    whole = rows.select_related("conversation", "team")
    return Behind(title, whole, ("-created_at", "-id"), beginnings_told)


def beginnings_told(rows: Sequence[Beginning]) -> list[Row]:
    names = ways.names_of({row.rule for row in rows if row.rule})
    return [
        Row(
            row.conversation,
            row.created_at,
            " · ".join(
                text for text in (str(row.team or "nobody"), names.get(row.rule, row.rule)) if text
            ),
            why_of(row.conversation),
            "Why",
        )
        for row in rows
    ]


def of_level(level: str, target: Target, end: str, period: Period) -> Behind:
    policy = Policy.objects.filter(public_id=level[:40]).first() if level.isprintable() else None
    if policy is None:
        raise NotFound("There is no such service level.")
    where = Q(state="kept") if end == "kept" else promises.late(period.until)
    rows = promises.clocks(period).filter(where, policy=policy, target=target)
    title = f"{policy}: {TARGETS[target]} {'kept' if end == 'kept' else 'late'}"

    def told(found: Sequence[Clock]) -> list[Row]:
        return [
            Row(
                row.conversation,
                row.began_at,
                lateness(row, period.until),
                reverse("routing:due", args=["all", row.conversation.public_id]),
                "The sum",
            )
            for row in found
        ]

    return Behind(title, rows.select_related("conversation"), ("-began_at", "-id"), told)


def lateness(clock: Clock, now: datetime) -> str:
    """By how much on the wall clock: the sum has the hours that count."""
    if clock.due_at is None:
        return "it stood still"
    ended = clock.ended_at or now
    span = ended - clock.due_at
    if span <= timedelta(0):
        return f"{in_words(-span)} before it was due"
    return f"{in_words(span)} after it was due" + ("" if clock.ended_at else ", and not done yet")


def waits_told(rows: Sequence[Expectation]) -> list[Row]:
    return [
        Row(row.conversation, row.since, missed_by(row), why_of(row.conversation), "Why here")
        for row in rows
    ]


def missed_by(row: Expectation) -> str:
    assert row.answered_at and row.low_at and row.high_at
    told = f"told {in_words(row.low_at - row.since)} to {in_words(row.high_at - row.since)}"
    return f"{told}, answered after {in_words(row.answered_at - row.since)}"


def hands_told(rows: Sequence[Handing]) -> list[Row]:
    return [
        Row(
            row.conversation,
            row.moved_at,
            f"handed on {row.moves}×, told again {row.asked_again}×",
            why_of(row.conversation),
            "Who had it",
        )
        for row in rows
    ]


def of_complaints(state: str, period: Period) -> Behind:
    rows = complaints.followed_up(period)
    titles = {
        "all": "Complaints that were followed up",
        "open": "Complaints that wait for an answer still",
        "again": "Complaints that were given to somebody again",
    }
    if state == "open":
        rows = complaints.waiting(rows)
    if state == "again":
        rows = rows.filter(facts__tries__gt=1)
    return Behind(titles[state], rows, ("-created_at", "-id"), complaints_told)


def complaints_told(rows: Sequence[Decision]) -> list[Row]:
    names = {row.subject_id for row in rows}
    found = {each.public_id: each for each in Conversation.objects.filter(public_id__in=names)}
    return [
        Row(
            found[row.subject_id],
            row.created_at,
            str(row.result.get("why", "")),
            why_of(found[row.subject_id]),
            "Why",
        )
        for row in rows
        if row.subject_id in found
    ]
