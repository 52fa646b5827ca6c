"""What happens as a deadline comes near and passes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from ground.hours.models import DueRow
from ground.journal import record
from ground.journal.models import Entry
from ground.journal.recording import Automation
from ground.web.problems import Problem
from inbox import kinds
from inbox.actions import assign, prioritize
from inbox.actions.thread import can_see
from inbox.models import Conversation
from people.models import Team, Teammate
from routing import levels
from routing.actions.keeping import keep
from routing.models import Clock

WORDS = {"first": "The first answer", "next": "The next answer", "resolution": "The resolution"}


def still_due(row: DueRow) -> Clock | None:
    """The clock that a row is about, if it still is as it was when the row was planned: what
    happened a moment ago may not have been reckoned yet."""
    keep(row.subject_id, levels.read(), is_chosen_anew=False)
    if not DueRow.objects.filter(pk=row.pk, done_at__isnull=False, due_at=row.due_at).exists():
        return None
    clock: Clock | None = (
        Clock.objects.filter(
            conversation__public_id=row.subject_id,
            target=row.payload["target"],
            began_at=datetime.fromisoformat(row.payload["began_at"]),
            ended_at=None,
            due_at__isnull=False,
        )
        .exclude(state=Clock.State.PAUSED)
        .select_related("conversation__team", "policy")
        .first()
    )
    return clock


def due_soon(row: DueRow) -> None:
    clock = still_due(row)
    if clock is not None:
        tell(kinds.CONVERSATION_DUE_SOON, clock, why=f"{WORDS[clock.target]} is due soon.")


def overdue(row: DueRow) -> None:
    clock = still_due(row)
    if clock is not None:
        Clock.objects.filter(pk=clock.pk).update(state=Clock.State.MISSED)
        tell(kinds.CONVERSATION_OVERDUE, clock, why=f"{WORDS[clock.target]} is late.")


def escalate(row: DueRow) -> None:
    """Does one step of a policy. What cannot be done is written down with the reason."""
    clock = still_due(row)
    if clock is None:
        return
    step = row.payload["step"]
    conversation = clock.conversation
    entry = tell(
        kinds.CONVERSATION_ESCALATED,
        clock,
        why=f"{WORDS[clock.target]} {when_of(step['minutes'])}.",
        do=step["do"],
        value=step["value"],
        tell=called(step, conversation),
    )
    try:
        with transaction.atomic():
            carry_out(step, conversation, clock, entry)
    except Problem as problem:
        entry.after["refused"] = problem.sentences
        Entry.objects.filter(pk=entry.pk).update(after=entry.after)


def when_of(minutes: int) -> str:
    if minutes < 0:
        return f"is due in {-minutes} minutes"
    return f"is late by {minutes} minutes" if minutes else "is due now"


def called(step: dict[str, Any], conversation: Conversation) -> list[str]:
    """Whom a step calls by name, if they may look."""
    if step["do"] != "notify":
        return []
    mate = Teammate.objects.filter(public_id=step["value"]).select_related("role").first()
    return [mate.public_id] if mate is not None and can_see(mate, conversation) else []


def carry_out(step: dict[str, Any], conversation: Conversation, clock: Clock, cause: Entry) -> None:
    by = Automation(f"SLA “{clock.policy}”"[:40])
    match step["do"]:
        case "team":
            team = Team.objects.filter(public_id=step["value"]).first()
            if team is not None and team != conversation.team:
                assign(conversation, by=by, team=team, assignee=None, cause=cause)
        case "teammate":
            mate = Teammate.objects.filter(public_id=step["value"], is_active=True).first()
            if mate is not None:
                assign(conversation, by=by, assignee=mate, cause=cause)
        case "priority":
            priority = Conversation.Priority.of(step["value"])
            if priority > conversation.priority:
                prioritize(conversation, by=by, priority=priority, cause=cause)


def tell(kind: str, clock: Clock, **said: Any) -> Entry:
    return record(
        kind,
        by=Automation("routing.sla"),
        subject=clock.conversation,
        after={
            "target": clock.target,
            "due_at": clock.due_at.isoformat() if clock.due_at else None,
            "policy": clock.policy.public_id if clock.policy else None,
            **said,
        },
    )
