"""Following complaints up: who is not content is answered by somebody.

A bad rating has a few minutes, in which the customer may say more or think better of it. Then the
conversation is open again, more urgent, and somebody's. A due row looks whether it was answered;
when it was not, somebody else gets it, at most TRIES times.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ground.hours import calendars, due
from ground.hours.models import DueRow
from ground.journal import record
from ground.journal.models import Entry
from ground.journal.recording import Automation, decide
from ground.web.problems import NotFound, StateConflict
from inbox.actions import assign, prioritize, reopen
from inbox.actions.thread import database_now, lock
from inbox.models import Conversation, Rating
from people.models import Team, Teammate
from routing import kinds
from routing.choose import Choice, choose
from routing.crew import crew_of, people_of
from routing.models import RoutingSettings, Sharing

DECIDER = "routing.complaints"
FOLLOW_UP, LOOK = "routing.follow_up", "routing.complaint_due"
BY = Automation("Complaint follow-up")
# In these the customer writes why, or gives another score.
SETTLES = timedelta(minutes=5)
TRIES = 3
Priority = Conversation.Priority


def rated(entry: Entry) -> None:
    """A customer rated: has it followed up when they are not content, and not when they are."""
    conversation = Conversation.objects.filter(public_id=entry.subject_id).first()
    if conversation is None:
        return
    key = f"follow-up:{conversation.public_id}"
    if entry.after["score"] > RoutingSettings.current().complaint_score:
        due.call_off([key])
        return
    payload = {"entry": entry.pk}
    due.plan(FOLLOW_UP, conversation, entry.created_at + SETTLES, key=key, payload=payload)


def follow_up(row: DueRow) -> None:
    """Opens a conversation that was rated badly and gives it to somebody, unless it is in work
    again by itself."""
    settings = RoutingSettings.current()
    with transaction.atomic():
        conversation = found(row)
        cause = Entry.objects.filter(pk=row.payload["entry"]).first()
        if conversation is None or cause is None or not conversation.is_closed:
            return
        rating = conversation.ratings.order_by("-closed_at").first()
        if rating is None or rating.score > settings.complaint_score:
            return
        reopen(conversation, by=BY, is_waited_for=True, cause=cause)
        give(conversation, rating, settings, cause, tries=1)


def look(row: DueRow) -> None:
    """The time for an answer is over: when there is none, somebody else gets it."""
    with transaction.atomic():
        conversation = found(row)
        cause = Entry.objects.filter(pk=row.payload["entry"]).first()
        if conversation is None or conversation.is_spam or cause is None:
            return
        if is_answered(conversation, row.payload["seq"]):
            return
        rating = conversation.ratings.order_by("-closed_at").first()
        unanswered = record(
            kinds.COMPLAINT_UNANSWERED,
            by=BY,
            subject=conversation,
            after={"tries": row.payload["tries"], "assignee": name_of(conversation.assignee)},
            cause=cause,
        )
        if rating is None or row.payload["tries"] >= TRIES:
            return
        if not conversation.is_open:
            reopen(conversation, by=BY, is_waited_for=True, cause=unanswered)
        tries = row.payload["tries"] + 1
        give(conversation, rating, RoutingSettings.current(), unanswered, tries=tries)


def give(
    conversation: Conversation,
    rating: Rating,
    settings: RoutingSettings,
    cause: Entry,
    *,
    tries: int,
) -> None:
    """Gives a complaint to whom it is best with, more urgent, with a time to answer by."""
    conversation = lock(conversation)
    now = database_now()
    team = settings.complaint_team or conversation.team
    owner, why, explanation = owner_of(conversation, settings, team, now, is_again=tries > 1)
    said = f"The customer rated {rating.score} of 5"
    changes: dict[str, Any] = {"assignee": owner}
    if team is not None and team != conversation.team:
        changes["team"] = team
    assign(conversation, by=BY, why=said, cause=cause, **changes)
    wanted = Priority.URGENT if tries > 1 else Priority.HIGH
    if conversation.priority < wanted:
        prioritize(conversation, by=BY, priority=wanted, cause=cause)
    due_at = answer_by(team, settings, now)
    entry = record(
        kinds.COMPLAINT_FOLLOWED_UP,
        by=BY,
        subject=conversation,
        after={
            "score": rating.score,
            "assignee": name_of(owner),
            "team": team.public_id if team else None,
            "due_at": due_at.isoformat(),
            "tries": tries,
        },
        cause=cause,
    )
    decide(
        DECIDER,
        version="1",
        subject=conversation,
        facts={
            "score": rating.score,
            "has_comment": bool(rating.comment),
            "complaint_score": settings.complaint_score,
            "tries": tries,
        },
        explanation=explanation,
        result={
            "assignee": name_of(owner),
            "name": str(owner) if owner else None,
            "team": team.public_id if team else None,
            "why": f"{said}. {why}",
            "due_at": due_at.isoformat(),
        },
        cause=cause,
        entry=entry,
    )
    payload = {"entry": entry.pk, "seq": conversation.last_seq, "tries": tries}
    due.plan(LOOK, conversation, due_at, key=f"complaint:{conversation.public_id}", payload=payload)


def owner_of(
    conversation: Conversation,
    settings: RoutingSettings,
    team: Team | None,
    now: datetime,
    *,
    is_again: bool,
) -> tuple[Teammate | None, str, dict[str, Any]]:
    """Who is to answer, why, and what was found of each who might: whoever had it, unless a team
    is there for complaints or they have not answered; else one of the team."""
    before = None if is_again or settings.complaint_team else conversation.assignee
    if before is not None:
        before = Teammate.objects.select_related("role", "office_hours").get(pk=before.pk)
        candidate = crew_of(loose(team), [before], now).candidates()[0]
        if candidate.is_active and candidate.may_reply and not candidate.is_away:
            says = f"{before} had the conversation."
            return before, says, {"clauses": [{"holds": True, "says": says}]}
    if team is None:
        says = "Nobody had it who is there, and no team is there for complaints."
        return None, says, {"clauses": [{"holds": False, "says": says}]}
    mates = [mate for mate in people_of(team) if not is_again or mate != conversation.assignee]
    crew = crew_of(loose(team), mates, now)
    choice = choose(crew.candidates(), crew.asked_by(conversation), crew.way)
    if choice.chosen is None:
        return None, choice.why, explained(choice)
    mate = next(each for each in mates if each.public_id == choice.chosen.id)
    return mate, f"{mate} {choice.why}.", explained(choice)


def loose(team: Team | None) -> Sharing:
    """A team's way of sharing out as complaints are: to who has the most room, in or not. Nobody
    is too busy for one."""
    kept = Sharing.objects.filter(team=team).first() if team else None
    sharing = Sharing(team=team, way=Sharing.Way.BALANCED, needs_presence=False, capacity=1000)
    sharing.quiet_hours = kept.quiet_hours if kept else sharing.quiet_hours
    return sharing


def explained(choice: Choice) -> dict[str, Any]:
    return {
        "clauses": [
            {
                "holds": not each.refused,
                "says": f"{each.candidate.name} {each.says or 'may answer'}.",
            }
            for each in choice.verdicts
        ]
    }


def answer_by(team: Team | None, settings: RoutingSettings, now: datetime) -> datetime:
    """When somebody is to have answered, by the team's office hours."""
    calendar = calendars.read().of(team.office_hours_id if team else None)
    return calendar.add(now, timedelta(hours=settings.complaint_hours))


def is_answered(conversation: Conversation, seq: int) -> bool:
    """Whether anybody of ours has said something to the customer since."""
    return conversation.messages.public().filter(seq__gt=seq, author_type="teammate").exists()


def found(row: DueRow) -> Conversation | None:
    """The conversation of a due row, locked; None when it is gone, or a part of another by now."""
    try:
        return lock(Conversation(public_id=row.subject_id))
    except (NotFound, StateConflict):
        return None


def name_of(mate: Teammate | None) -> str | None:
    return mate.public_id if mate else None
