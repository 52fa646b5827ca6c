"""Telling who waits how long it will take, and keeping the record of what was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.db.models import F

from ground.hours import calendars
from ground.hours.schedule import NeverOpens
from ground.journal import record
from ground.journal.models import Entry
from ground.web.problems import NotFound, StateConflict
from inbox.actions.thread import lock, topics
from inbox.models import Conversation
from routing import kinds
from routing.models import Expectation
from routing.waits import Queue

TOLD = ["team", "ahead", "people", "low_at", "high_at", "told_at"]


def tell_waits(causes: Mapping[str, Entry]) -> int:
    """What the customers who wait may expect of those who have their conversations, by the public
    ids of these and what leads to it; told anew when others have them. Returns how many were told.

    As many queries for many conversations as for one, as long as there is nothing to show.
    """
    waiting = (
        Conversation.objects.open()
        .filter(public_id__in=causes, waiting_since__isnull=False)
        .select_related("team")
    )
    conversations = list(waiting)
    known = told_before(conversations)
    new = [
        each
        for each in conversations
        if each.pk not in known or known[each.pk].team_id != each.team_id
    ]
    if not new:
        return 0
    rows = [expectation_of(each, queue) for queue, each in queued(new)]
    Expectation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["conversation", "since"],
        update_fields=TOLD,
    )
    # Whom somebody answered meanwhile waits no more.
    answered = Expectation.objects.filter(pk__in=[row.pk for row in rows])
    answered.exclude(conversation__waiting_since=F("since")).delete()
    for row in rows:
        if row.high_at is not None or row.conversation_id in known:
            show(row, causes[row.conversation.public_id])
    return len(rows)


def told_before(conversations: Collection[Conversation]) -> dict[int, Expectation]:
    """What was told of the waits that these conversations are in, by the conversations' keys."""
    rows = Expectation.objects.filter(
        conversation__in=conversations, since=F("conversation__waiting_since")
    )
    return {row.conversation_id: row for row in rows}


def queued(conversations: Sequence[Conversation]) -> list[tuple[Queue, Conversation]]:
    """Each with the queue that it stands in, looked at once for each team."""
    hours = calendars.read()
    queues: dict[int | None, Queue] = {}
    for each in conversations:
        if each.team_id not in queues:
            queues[each.team_id] = Queue.of(each.team, hours)
    return [(queues[each.team_id], each) for each in conversations]


def expectation_of(conversation: Conversation, queue: Queue) -> Expectation:
    since = conversation.waiting_since
    assert since is not None
    load = queue.load(before=since)
    row = Expectation(
        conversation=conversation,
        team=conversation.team,
        since=since,
        ahead=load.ahead,
        people=load.people,
        told_at=queue.now,
    )
    said = queue.expected(load)
    if said is not None:
        try:
            row.low_at = queue.calendar.add(since, said.low)
            row.high_at = queue.calendar.add(since, said.high)
        except NeverOpens:
            row.low_at = row.high_at = None
    return row


def show(told: Expectation, cause: Entry) -> None:
    """The contact's own screens follow."""
    with transaction.atomic():
        try:
            conversation = lock(told.conversation)
        except (NotFound, StateConflict):
            return
        conversation.contact_version += 1
        conversation.save(update_fields=["contact_version"])
        record(
            kinds.WAIT_TOLD,
            by=None,
            subject=conversation,
            topics=topics(conversation),
            after={
                "low_at": told.low_at.isoformat() if told.low_at else None,
                "high_at": told.high_at.isoformat() if told.high_at else None,
                "ahead": told.ahead,
                "people": told.people,
            },
            cause=cause,
            rows={"conversation": conversation, "told": told},
        )


def settle_waits(answers: Mapping[str, Entry]) -> int:
    """Answers came, by the public ids of their conversations: the record learns how long it took.
    Returns how many waits ended."""
    rows = Expectation.objects.filter(
        conversation__public_id__in=answers, answered_at=None
    ).select_related("team", "conversation")
    ended = [row for row in rows if row.since <= answers[row.conversation.public_id].created_at]
    if not ended:
        return 0
    hours = calendars.read()
    for row in ended:
        row.answered_at = answers[row.conversation.public_id].created_at
        calendar = hours.of(row.team.office_hours_id if row.team else None)
        row.waited = calendar.worked(row.since, row.answered_at)
    return Expectation.objects.bulk_update(ended, ["answered_at", "waited"])
