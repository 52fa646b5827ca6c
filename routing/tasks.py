"""The reactions and periodic work of routing."""

from celery import shared_task
from django.db import connection

from ground.hours.models import DueRow
from ground.journal.models import Entry
from ground.journal.reactions import alone, together
from people.models import Teammate
from routing import actions, concerned
from routing.actions import (
    complaining,
    escalating,
    handing,
    keeping,
    overflowing,
    pacing,
    passing,
    reckoning,
    sharing_out,
    taking_back,
    watching,
)

# So long one worker stays with what waits; others have their turn in between.
SHARING_SECONDS = 2
# Any number that nobody else locks by.
SHARING = 0x73686172


@together
def route(entries: list[Entry]) -> None:
    """Customers wrote: the rules are asked about their conversations."""
    actions.route_all(entries)


@alone
def share_out(entry: Entry) -> None:
    """Something happened that may leave work to somebody, or somebody room for work."""
    if entry.kind == "teammate.away_changed" and entry.after["is_away"]:
        mate = Teammate.objects.filter(public_id=entry.subject_id).first()
        sharings = taking_back.take_back(mate, cause=entry) if mate else []
    else:
        sharings = concerned.sharings_of(entry)
    if sharings:
        asked = entry.subject_id if entry.subject_type == "conversation" else ""
        sharing_out.share_out(sharings, cause=entry, asked=asked)
    if entry.kind in ("conversation.assigned", "conversation.reopened"):
        overflowing.watch(entry)


def follow_up(entry: Entry) -> None:
    """A customer rated: who is not content is answered by somebody."""
    complaining.rated(entry)


@shared_task(name="routing.share_out_waiting", expires=5)
def share_out_waiting() -> int:
    """One at a time: two would only wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SHARING])
        if not cursor.fetchone()[0]:
            return 0
    try:
        taking_back.take_back_everywhere()
        return sharing_out.share_out_everywhere(SHARING_SECONDS)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SHARING])


@together
def tell_wait(entries: list[Entry]) -> None:
    """Others have conversations, or these begin: who waits there is told when to expect us.
    Where customers wrote, how quickly they do is known first."""
    pacing.keep_paces(entries)
    actions.tell_waits({entry.subject_id: entry for entry in entries})


@together
def settle_wait(entries: list[Entry]) -> None:
    """Customers were answered: the record of promises learns how long it took."""
    answers = [entry for entry in entries if not entry.after.get("is_automatic")]
    actions.settle_waits({entry.subject_id: entry for entry in reversed(answers)})


@together
def keep_clocks(entries: list[Entry]) -> None:
    """Something happened in conversations that moves a clock."""
    keeping.keep_clocks(entries)


@together
def count_hands(entries: list[Entry]) -> None:
    """Conversations were given to somebody: how often each was handed on is counted."""
    handing.count_hands({entry.subject_id: entry for entry in entries})


def reckon_anew(entry: Entry) -> None:
    """What is promised has changed, or the hours by which it is counted."""
    keeping.reckon_anew(entry)


def recompute(row: DueRow) -> None:
    reckoning.recompute(row)


def due_soon(row: DueRow) -> None:
    escalating.due_soon(row)


def overdue(row: DueRow) -> None:
    escalating.overdue(row)


def escalate(row: DueRow) -> None:
    escalating.escalate(row)


@together
def watch_time(entries: list[Entry]) -> None:
    """Something happened in conversations that begins or ends a wait."""
    watching.watch(entries)


def retime(entry: Entry) -> None:
    """A rule by time is another, or the hours by which one counts."""
    watching.retime(entry)


def look_through_times(row: DueRow) -> None:
    watching.look_through(row)


def time_over(row: DueRow) -> None:
    passing.look(row)
