"""The time of rules is over: they are asked, and what they say is done, once in each wait."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ground.conditions.values import written
from ground.hours.models import DueRow
from ground.journal import record
from ground.journal.models import Entry
from ground.journal.recording import Automation, CausationTooDeep
from ground.journal.recording import decide as store_decision
from inbox.actions.thread import database_now
from inbox.models import Conversation
from routing import asking, kinds, readings, rulebooks, rulings, timing
from routing.actions import watching
from routing.actions.routing import (
    Done,
    Heard,
    House,
    carry_out,
    flag_unread,
    house_of,
    unflag,
)
from routing.engine import DECIDER, PASSES, Decided, asked_by, decide
from routing.models import RuleMatch
from routing.timing import Moment, Times

# So many moments of one conversation are looked after in one transaction.
AT_ONCE = 10
TOO_DEEP = "It would have been one effect too many of one cause, so it was left."


def look(row: DueRow) -> None:
    """Asks the rules whose time in a conversation is over by now, as far as its customer still
    waits, or is still silent, since then; and sees to the next."""
    times = timing.read()
    conversation = Conversation.objects.locked(public_id=row.subject_id)
    if times is None or conversation is None:
        return
    now = database_now()
    cause = Entry.objects.filter(pk=row.payload.get("cause")).first()
    for _ in range(AT_ONCE):
        moment = first_over(conversation, times, now)
        if moment is None:
            break
        ask(conversation, moment, now, cause)
        conversation = Conversation.objects.locked(public_id=row.subject_id)
        if conversation is None:
            return
    watching.plan(conversation, times, held=row, cause=cause)


def first_over(conversation: Conversation, times: Times, now: datetime) -> Moment | None:
    anchors = timing.anchors_of(conversation, times.sinces)
    moments = timing.moments_of(conversation, times, anchors, now)
    over = [each for each in moments if each.at <= now]
    if not over:
        return None
    left = timing.still_to_ask(over, timing.asked_before(conversation))
    return left[0] if left else None


def ask(conversation: Conversation, moment: Moment, now: datetime, cause: Entry | None) -> None:
    """Asks the rules of a moment about a locked conversation, stores why they decide as they do,
    and does it."""
    spoken = asking.language()
    rows = asking.in_their_order(moment.rules)
    house = house_of(rulebooks.made_known(rows, spoken), spoken, conversation.public_id)
    asked = asked_by(house.rules, PASSES, house.vip)
    recorded, failed = readings.read(conversation, asked, now=now, spoken=house.spoken)
    decided = decide(house.rules, recorded, now=now, moment=PASSES, vip=house.vip)
    flag_unread(decided, failed, at=conversation.public_id, cause=cause)
    unflag(decided, house)
    entry, done = act(conversation, decided, house, moment, cause)
    stored = store_decision(
        DECIDER,
        version=house.version,
        subject=conversation,
        facts=recorded,
        explanation={
            "moment": PASSES,
            "now": written(now),
            "since": moment.since,
            "anchor": moment.anchor.isoformat(),
            "due_at": moment.at.isoformat(),
            "asked": list(moment.rules),
            **rulings.stored(decided.rulings, house.version),
            "stopped_by": decided.stopped_by,
            **({"failed": failed} if failed else {}),
            **({"vip": house.vip.value} if house.vip else {}),
        },
        result={"wanted": decided.wanted.to_json(), **done.to_json()},
        cause=cause,
        entry=entry,
    )
    RuleMatch.objects.bulk_create(
        RuleMatch(rule=rule, decision=stored) for rule in decided.wanted.rules
    )


def act(
    conversation: Conversation,
    decided: Decided,
    house: House,
    moment: Moment,
    cause: Entry | None,
) -> tuple[Entry | None, Done]:
    """Does what the rules want, all of it or, where it would be too deep in a chain of effects,
    nothing."""
    wanted = decided.wanted.to_json()
    if not wanted:
        return None, Done()
    try:
        with transaction.atomic():
            entry = record(
                kinds.TIME_PASSED,
                by=Automation(DECIDER),
                subject=conversation,
                after={
                    "since": moment.since,
                    "anchor": moment.anchor.isoformat(),
                    "due_at": moment.at.isoformat(),
                    "wanted": wanted,
                },
                cause=cause,
                rows={"conversation": conversation},
            )
            began = cause or entry
            heard = Heard(began, began, PASSES, is_new=False)
            return entry, carry_out(conversation, decided, house, heard, entry)
    except CausationTooDeep:
        return None, Done(refused=[TOO_DEEP])
