"""Following complaints up: who is not content is answered by somebody.

A bad rating has a few minutes, in which the customer may say more or think better of it. Then the
conversation is open again, more urgent, and somebody's. What a rule takes for a complaint is so at
once. A due row looks whether it was answered; when it was not, somebody else gets it, at most TRIES
times.
"""

from __future__ import annotations

from dataclasses import dataclass
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
# Of a house without teams so many are looked at for one who may answer.
ASKED_MAX = 200
Priority = Conversation.Priority


@dataclass(frozen=True)
class Complaint:
    """Why a customer is taken to be not content: in words, for the journal, and as the decision has
    read it. `rule` is the public id and the name of one that said so; with `is_placed` it lies with
    whom it is meant for."""

    said: str
    told: dict[str, Any]
    facts: dict[str, Any]
    rule: tuple[str, str] | None = None
    is_placed: bool = False

    @classmethod
    def of_rating(cls, rating: Rating, settings: RoutingSettings) -> Complaint:
        facts = {"has_comment": bool(rating.comment), "complaint_score": settings.complaint_score}
        score = {"score": rating.score}
        return cls(f"The customer rated {rating.score} of 5", score, {**score, **facts})

    @classmethod
    def of_rule(cls, rule: str, name: str, *, is_placed: bool) -> Complaint:
        told = {"rule": rule}
        return cls(f"A complaint, by the rule “{name}”", told, told, (rule, name), is_placed)


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
        give(conversation, Complaint.of_rating(rating, settings), settings, cause, tries=1)


def take_up(conversation: Conversation, complaint: Complaint, cause: Entry) -> bool:
    """Follows up at once what a rule takes for a complaint, with whoever it has given it to; False
    when it is being followed up already: the time to answer by stays. Belongs in the transaction
    that holds the conversation."""
    waiting = DueRow.objects.filter(key=key_of(conversation), done_at=None, called_off_at=None)
    if waiting.exists():
        return False
    give(conversation, complaint, RoutingSettings.current(), cause, tries=1)
    return True


def key_of(conversation: Conversation) -> str:
    return f"complaint:{conversation.public_id}"


def look(row: DueRow) -> None:
    """The time for an answer is over: when there is none, somebody else gets it."""
    with transaction.atomic():
        conversation = found(row)
        cause = Entry.objects.filter(pk=row.payload["entry"]).first()
        if conversation is None or conversation.is_spam or cause is None:
            return
        if is_answered(conversation, row.payload["seq"]):
            return
        settings = RoutingSettings.current()
        complaint = complaint_of(row, conversation, settings)
        unanswered = record(
            kinds.COMPLAINT_UNANSWERED,
            by=BY,
            subject=conversation,
            after={"tries": row.payload["tries"], "assignee": name_of(conversation.assignee)},
            cause=cause,
        )
        if complaint is None or row.payload["tries"] >= TRIES:
            return
        if not conversation.is_open:
            reopen(conversation, by=BY, is_waited_for=True, cause=unanswered)
        tries = row.payload["tries"] + 1
        give(conversation, complaint, settings, unanswered, tries=tries)


def complaint_of(
    row: DueRow, conversation: Conversation, settings: RoutingSettings
) -> Complaint | None:
    if rule := row.payload.get("rule"):
        return Complaint.of_rule(*rule, is_placed=True)
    rating = conversation.ratings.order_by("-closed_at").first()
    return Complaint.of_rating(rating, settings) if rating is not None else None


def give(
    conversation: Conversation,
    complaint: Complaint,
    settings: RoutingSettings,
    cause: Entry,
    *,
    tries: int,
) -> None:
    """Gives a complaint to whom it is best with, more urgent, with a time to answer by."""
    conversation = lock(conversation)
    now = database_now()
    first, second = settings.complaint_team, conversation.team
    team = (second or first) if complaint.is_placed else (first or second)
    is_theirs = tries == 1 and (complaint.is_placed or first is None)
    owner, why, explanation = owner_of(
        conversation, team, now, is_theirs=is_theirs, is_again=tries > 1
    )
    if owner is None and is_theirs:
        # Rather than nobody.
        owner = conversation.assignee
    said = complaint.said
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
            **complaint.told,
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
        facts={**complaint.facts, "tries": tries},
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
    payload: dict[str, Any] = {"entry": entry.pk, "seq": conversation.last_seq, "tries": tries}
    if complaint.rule is not None:
        payload["rule"] = list(complaint.rule)
    due.plan(LOOK, conversation, due_at, key=key_of(conversation), payload=payload)


def owner_of(
    conversation: Conversation,
    team: Team | None,
    now: datetime,
    *,
    is_theirs: bool,
    is_again: bool,
) -> tuple[Teammate | None, str, dict[str, Any]]:
    """Who is to answer, why, and what was found of each who might: whoever has had it, if it is
    still theirs; else one of the team, of all where there is none."""
    had = conversation.assignee
    before = had if is_theirs else None
    if before is not None:
        before = Teammate.objects.select_related("role", "office_hours").get(pk=before.pk)
        candidate = crew_of(loose(team), [before], now).candidates()[0]
        if candidate.is_active and candidate.may_reply and not candidate.is_away:
            says = f"{before} had the conversation."
            return before, says, {"clauses": [{"holds": True, "says": says}]}
    mates = [mate for mate in people_of(team)[:ASKED_MAX] if not is_again or mate != had]
    crew = crew_of(loose(team), mates, now)
    choice = choose(crew.candidates(), crew.asked_by(conversation), crew.way)
    if choice.chosen is None:
        return None, choice.why, explained(choice)
    mate = next(each for each in mates if each.public_id == choice.chosen.id)
    return mate, f"{mate} is busy with the least.", explained(choice)


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
