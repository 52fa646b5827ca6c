"""Planning when rules by time are asked: one due row for each conversation, at the next such time.

However many rules there are, a message moves one row. What the row finds when its time comes is
what counts: it only says when to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from ground.hours import due
from ground.hours.models import DueRow
from ground.journal.models import Entry
from inbox.actions.thread import database_now
from inbox.models import Conversation
from routing import timing
from routing.engine import PASSES
from routing.models import Rule
from routing.timing import Times

TIME, RETIME = "routing.time", "routing.retime"
AT_ONCE = 100


def watch(entries: Sequence[Entry]) -> None:
    """Something happened in conversations: rules may have to be asked there at another time."""
    times = timing.read()
    if times is None:
        return
    last = {entry.subject_id: entry for entry in entries}
    for name, entry in sorted(last.items()):
        plan_for(name, times, entry)


def plan_for(name: str, times: Times, cause: Entry | None) -> None:
    with transaction.atomic():
        rows = DueRow.objects.filter(key=key_of(name))
        held = rows.select_for_update(skip_locked=True).first()
        if held is None and rows.exists():
            # Whoever has it looks at the conversation after this, and plans by what is there then.
            # To wait for them could be to wait in a circle.
            return
        conversation = Conversation.objects.locked(public_id=name)
        if conversation is not None:
            plan(conversation, times, held=held, cause=cause)
        elif held is not None:
            due.call_off([held.key])


def plan(
    conversation: Conversation, times: Times, *, held: DueRow | None, cause: Entry | None
) -> None:
    """Moves the row of a locked conversation to when rules are asked of it next, or calls it off.

    What follows later in the same wait follows from the same cause.
    """
    anchors = timing.anchors_of(conversation, times.sinces)
    if not anchors:
        if held is not None and is_waiting(held):
            due.call_off([held.key])
        return
    now = database_now()
    at = timing.next_of(conversation, times, anchors, now)
    if at is None:
        if held is not None and is_waiting(held):
            due.call_off([held.key])
        return
    at = max(at, now)
    said = timing.said_of(anchors)
    is_same = held is not None and held.payload.get("anchors") == said
    if held is not None and is_same and is_waiting(held) and held.due_at == at:
        return
    of = held.payload.get("cause") if held is not None and is_same else cause and cause.pk
    payload: dict[str, Any] = {"anchors": said, "cause": of}
    due.plan(TIME, conversation, at, key=key_of(conversation.public_id), payload=payload)


def key_of(conversation: str) -> str:
    return f"time:{conversation}"


def is_waiting(row: DueRow) -> bool:
    return row.done_at is None and row.called_off_at is None and row.dead_at is None


# ---- everybody's, when rules or the hours change -------------------------------------------------


def retime(entry: Entry) -> None:
    """A rule by time, or hours by which one counts, are others: all that is unfinished is gone
    through, bit by bit."""
    if not concerns_time(entry):
        return
    if timing.read() is None:
        waiting = DueRow.objects.filter(kind=TIME, done_at=None, called_off_at=None, dead_at=None)
        waiting.update(called_off_at=timezone.now())
        return
    due.plan(RETIME, entry, timezone.now(), key=RETIME, payload={"after": 0, "of": entry.pk})


def concerns_time(entry: Entry) -> bool:
    if not entry.kind.startswith("rule."):
        by_hours = Rule.objects.filter(moment=PASSES, is_on=True, counts=Rule.Counts.OFFICE)
        is_of_hours = entry.kind != "team.changed" or entry.before.get(
            "office_hours"
        ) != entry.after.get("office_hours")
        return is_of_hours and by_hours.exists()
    said = {entry.before.get("moment"), entry.after.get("moment")} - {None}
    if said:
        return PASSES in said
    return Rule.objects.filter(public_id=entry.subject_id, moment=PASSES).exists()


def look_through(row: DueRow) -> None:
    """A bit of what is unfinished, and the next bit when there is more."""
    times = timing.read()
    if times is None:
        return
    cause = Entry.objects.filter(pk=row.payload["of"]).first()
    rows = Conversation.objects.unfinished().filter(pk__gt=row.payload["after"]).order_by("pk")
    names = list(rows.values_list("pk", "public_id")[:AT_ONCE])
    for _, name in names:
        plan_for(name, times, cause)
    if len(names) == AT_ONCE and cause is not None:
        payload = {**row.payload, "after": names[-1][0]}
        due.plan(RETIME, cause, timezone.now(), key=RETIME, payload=payload)
