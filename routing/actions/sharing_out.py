"""Giving what nobody has to somebody of its team, by the team's way of sharing out.

Locks are taken in one order everywhere: the ways of sharing out, the people, the conversation.
Whoever holds a conversation never waits for the others; so reactions that share out are `alone`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ground.journal.models import Decision, Entry
from ground.journal.recording import Automation, decide
from ground.web.problems import NotFound, StateConflict
from inbox.actions import assign
from inbox.actions.thread import database_now, lock
from inbox.models import Conversation
from people.models import Teammate
from routing import ways
from routing.choose import Candidate, Choice, Wanted, choose, is_anybody_free
from routing.crew import Crew, crew_of, previous_owner, who_gave_back
from routing.models import Sharing, Turn
from routing.unowned import Waiting, unowned, waiting_for

logger = logging.getLogger(__name__)

DECIDER = "routing.allocator"
ALLOCATOR = Automation("Team sharing")
# So much is given in one transaction: its conversations are locked until it ends.
AT_ONCE = 20


def share_out(
    sharings: Collection[int],
    *,
    cause: Entry | None = None,
    asked: str = "",
    at_most: int = AT_ONCE,
) -> int:
    """Gives what waits in the teams of these ways of sharing out, the most urgent and of these
    first whose customers have waited longest by their own pace, as long as anybody can take it;
    returns how much.

    Of the conversation that is `asked` about it is kept why nobody has got it, if so.
    """
    with transaction.atomic():
        held = lock_sharings(sharings)
        mates = lock_mates(held)
        given = 0
        for sharing in held:
            crew = crew_of(sharing, mates[sharing.pk], database_now())
            given += share_among(crew, cause, at_most - given)
            if asked:
                keep_why_it_waits(crew, asked, cause)
        return given


def share_out_everywhere(seconds: float) -> int:
    """What no event has led to: somebody came in, an answer made room, an hour began. Returns how
    much was given; ends after about so many seconds."""
    until = time.monotonic() + seconds
    total = 0
    for pk in list(with_work().values_list("pk", flat=True)):
        given = AT_ONCE
        while given == AT_ONCE and time.monotonic() < until:
            try:
                given = share_out([pk])
            except Exception:
                # One team must not keep the others from theirs.
                logger.exception("The work of sharing %s could not be shared out", pk)
                break
            total += given
    return total


def with_work() -> QuerySet[Sharing]:
    """The ways of sharing out of teams in which something waits for somebody."""
    work = unowned().filter(team=OuterRef("team"))
    said = work.filter(handling__team=OuterRef("team"), handling__sharing__in=ways.GIVING)
    shares = ~Q(way=Sharing.Way.NOBODY) & Exists(work)
    return Sharing.objects.filter(shares | Exists(said)).order_by("pk")


def lock_sharings(pks: Collection[int]) -> list[Sharing]:
    rows = Sharing.objects.select_for_update(of=("self",)).select_related("team")
    return list(rows.filter(pk__in=pks).at_work().order_by("pk"))


def lock_mates(sharings: Sequence[Sharing]) -> dict[int, list[Teammate]]:
    """The people of each, as they are now. Locked, because two teams must not both fill up what
    one person has left."""
    if not sharings:
        return {}
    teams = {sharing.team_id: sharing.pk for sharing in sharings}
    rows = Teammate.objects.filter(
        pk__in=Teammate.teams.through.objects.filter(team__in=teams).values("teammate_id")
    )
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    with_hours = locked.select_related("role", "office_hours").prefetch_related(
        "office_hours__own_days"
    )
    by_key = {mate.pk: mate for mate in with_hours}
    found: dict[int, list[Teammate]] = {sharing.pk: [] for sharing in sharings}
    members = Teammate.teams.through.objects.filter(team__in=teams).order_by("teammate_id")
    for team, mate in members.values_list("team_id", "teammate_id"):
        if mate in by_key:
            found[teams[team]].append(by_key[mate])
    return found


def share_among(crew: Crew, cause: Entry | None, at_most: int) -> int:
    given = 0
    for waiting in waiting_for(crew.sharing, crew.now):
        if given >= at_most or not is_anybody_free(crew.candidates(), crew.way):
            break
        given += give(waiting, crew, cause)
    return given


def give(waiting: Waiting, crew: Crew, cause: Entry | None) -> bool:
    """Gives one conversation to whom it is best with; False when nobody can take it, or somebody
    has it by now."""
    conversation = still_unowned(waiting.name, crew.sharing)
    if conversation is None:
        return False
    way = ways.way_of(conversation, crew)
    wanted, choice = choice_for(conversation, crew, way)
    if choice.chosen is None or way.is_nobodys:
        return False
    mate = next(each for each in crew.mates if each.public_id == choice.chosen.id)
    assign(conversation, by=ALLOCATOR, assignee=mate, expected=None, cause=cause)
    turn = Turn(sharing=crew.sharing, teammate=mate, given_at=crew.give(mate, wanted))
    Turn.objects.bulk_create(
        [turn],
        update_conflicts=True,
        unique_fields=["sharing", "teammate"],
        update_fields=["given_at"],
    )
    entry = Entry.objects.filter(
        subject_type="conversation",
        subject_id=conversation.public_id,
        kind="conversation.assigned",
    ).latest("id")
    keep(conversation, crew, way, wanted, choice, cause=cause, entry=entry, waiting=waiting)
    return True


def still_unowned(name: str, sharing: Sharing) -> Conversation | None:
    """The conversation, locked, unless somebody has changed its place meanwhile."""
    try:
        locked = lock(Conversation(public_id=name))
    except (NotFound, StateConflict):
        return None
    is_ours = locked.team_id == sharing.team_id and locked.assignee_id is None
    is_waiting = locked.is_open and locked.holder != Conversation.Holder.BOT
    return locked if is_ours and is_waiting else None


def choice_for(conversation: Conversation, crew: Crew, way: ways.WayOfOne) -> tuple[Wanted, Choice]:
    wanted = crew.asked_by(conversation)
    candidates = crew.candidates(
        previous_owner=previous_owner(conversation) if crew.way.previous_owner_first else None,
        gave_back=who_gave_back(conversation, crew.mates, crew.now),
    )
    return wanted, choose(candidates, wanted, way.way)


# ---- why -----------------------------------------------------------------------------------------


def keep_why_it_waits(crew: Crew, name: str, cause: Entry | None) -> None:
    """Keeps why nobody has got a conversation, once for as long as it stays the same."""
    conversation = still_unowned(name, crew.sharing)
    if conversation is None:
        return
    way = ways.way_of(conversation, crew)
    wanted, choice = choice_for(conversation, crew, way)
    if choice.chosen is not None or way.is_nobodys:
        return
    last = Decision.objects.filter(
        subject_type="conversation", subject_id=name, decider=DECIDER
    ).order_by("-id")
    kept = last.first()
    if kept is None or refusals(kept.explanation) != refusals(explained(crew, choice)):
        keep(conversation, crew, way, wanted, choice, cause=cause)


def refusals(explanation: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["refused"] for each in explanation.get("candidates", ())}


def keep(
    conversation: Conversation,
    crew: Crew,
    way: ways.WayOfOne,
    wanted: Wanted,
    choice: Choice,
    *,
    cause: Entry | None,
    entry: Entry | None = None,
    waiting: Waiting | None = None,
) -> Decision:
    """Stores who was chosen, who was not, and why, as they were at that moment; with `waiting` also
    why this conversation came first."""
    sharing = crew.sharing
    since = conversation.waiting_since
    return decide(
        DECIDER,
        version=f"{sharing.team.public_id}.{sharing.version}",
        subject=conversation,
        facts={
            "team": sharing.team.public_id,
            "way": way.way.way,
            **({"way_by": way.rule} if way.rule else {}),
            "skills_matter": sharing.skills,
            "weight": wanted.weight,
            "skills": sorted(wanted.skills),
            "priority": conversation.priority_word,
            "waiting_since": since.isoformat() if since else None,
            **({"pace_seconds": waiting.pace_seconds} if waiting else {}),
        },
        explanation=explained(crew, choice) | ({"first": waiting.says} if waiting else {}),
        result={
            "team": sharing.team.public_id,
            "assignee": choice.chosen.id if choice.chosen else None,
            "name": choice.chosen.name if choice.chosen else None,
            "why": choice.why,
        },
        cause=cause,
        entry=entry,
    )


def explained(crew: Crew, choice: Choice) -> dict[str, Any]:
    """`clauses` say it to people, one for each candidate; `candidates` are for machines."""
    best = choice.chosen
    return {
        "why": choice.why,
        "clauses": [
            {"holds": not each.refused, "says": said_of(each.candidate, each.says, best, choice)}
            for each in choice.verdicts
        ],
        "candidates": [
            {
                "id": each.candidate.id,
                "name": each.candidate.name,
                "load": each.candidate.load,
                "capacity": each.candidate.capacity,
                "refused": each.refused,
            }
            for each in choice.verdicts
        ],
    }


def said_of(candidate: Candidate, refusal: str, best: Candidate | None, choice: Choice) -> str:
    if refusal:
        return f"{candidate.name} {refusal}."
    if best is not None and candidate.id == best.id:
        return f"{candidate.name} {choice.why}."
    return f"{candidate.name} comes after ({candidate.load:g} of {candidate.capacity:g})."
