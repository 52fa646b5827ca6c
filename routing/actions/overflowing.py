"""What nobody of a team has taken, or could be given, in time goes on to another team."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from ground.hours import due
from ground.hours.models import DueRow
from ground.journal.models import Entry
from ground.journal.recording import Automation, decide
from ground.web.problems import NotFound, StateConflict
from inbox.actions import assign
from inbox.actions.thread import database_now, lock
from inbox.models import Conversation
from routing.models import Sharing

DECIDER = "routing.overflow"
GO_ON = "routing.overflow"
BY = Automation("Overflow")


def watch(entry: Entry) -> None:
    """Something happened to a conversation: when nobody of its team has it, it goes on in time."""
    if not Sharing.objects.filter(overflow_team__isnull=False).exists():
        return
    conversation = Conversation.objects.filter(public_id=entry.subject_id).first()
    sharing = sharing_of(conversation) if conversation else None
    if conversation is None or sharing is None:
        return
    due_at = database_now() + timedelta(minutes=sharing.overflow_minutes)
    key = f"overflow:{conversation.public_id}"
    due.plan(GO_ON, conversation, due_at, key=key, payload={"sharing": sharing.pk})


def sharing_of(conversation: Conversation) -> Sharing | None:
    """By which a conversation that nobody has will go on to another team, if it will."""
    is_nobodys = conversation.is_open and conversation.assignee_id is None
    if not is_nobodys or conversation.team_id is None:
        return None
    if conversation.holder == Conversation.Holder.BOT:
        return None
    on = Sharing.objects.filter(team=conversation.team_id, overflow_team__isnull=False)
    found: Sharing | None = on.select_related("team", "overflow_team").first()
    return found


def go_on(row: DueRow) -> None:
    """The time is over: gives a conversation that nobody has to the next team."""
    with transaction.atomic():
        try:
            conversation = lock(Conversation(public_id=row.subject_id))
        except (NotFound, StateConflict):
            return
        sharing = sharing_of(conversation)
        if sharing is None or sharing.pk != row.payload["sharing"]:
            return
        team = sharing.overflow_team
        # Not whose: who gets it may not know of a private team.
        why = f"Nobody had it for {sharing.overflow_minutes} minutes"
        assign(conversation, by=BY, team=team, expected=None, why=why)
        entry = Entry.objects.filter(
            subject_type="conversation",
            subject_id=conversation.public_id,
            kind="conversation.assigned",
        ).latest("id")
        decide(
            DECIDER,
            version=f"{sharing.team.public_id}.{sharing.version}",
            subject=conversation,
            facts={"team": sharing.team.public_id, "minutes": sharing.overflow_minutes},
            explanation={"clauses": [{"holds": True, "says": f"{why}."}]},
            result={"team": team.public_id if team else None, "why": f"{why}."},
            entry=entry,
        )
