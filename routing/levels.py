"""Which service level holds for a conversation, and what happened there: reads for its clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ground.conditions import Condition, Facts, InvalidCondition, Snapshot, judge
from ground.hours import calendars
from ground.hours.calendars import Calendars
from ground.hours.schedule import ALWAYS, Calendar
from ground.journal.models import Entry
from inbox.models import Conversation
from people.models import Team
from routing import asking, readings
from routing.deadlines import Event, Kind
from routing.models import Handling, Policy

# So far back it is looked for what happened in one conversation.
EVENTS_MAX = 500
KINDS = {
    "message.received": Kind.HEARD,
    "message.sent": Kind.ANSWERED,
    "conversation.snoozed": Kind.SNOOZED,
    "conversation.reopened": Kind.OPENED,
    "conversation.closed": Kind.CLOSED,
    "conversation.marked_spam": Kind.PUT_AWAY,
    "conversation.unmarked_spam": Kind.OPENED,
    "conversation.merged": Kind.PUT_AWAY,
    "conversation.unmerged": Kind.OPENED,
}


@dataclass
class Levels:
    """The policies that are on, in order, with the house's calendars: read once for many."""

    # Without a condition: one that only rules give, or that asks for what is gone.
    policies: list[tuple[Policy, Condition | None]]
    hours: Calendars
    team_hours: Mapping[int, int | None]
    spoken: Snapshot

    def calendar_for(self, policy: Policy, conversation: Conversation) -> Calendar:
        if policy.counts == Policy.Counts.WALL:
            return ALWAYS
        return self.hours.of(self.team_hours.get(conversation.team_id or 0))


def read() -> Levels | None:
    """None for a house that promises nothing."""
    rows = list(Policy.objects.filter(is_on=True))
    if not rows:
        return None
    spoken = asking.language()
    team_hours = dict(Team.objects.values_list("pk", "office_hours_id"))
    policies = [(row, None if row.by_rules_only else condition_of(row, spoken)) for row in rows]
    return Levels(policies, calendars.read(), team_hours, spoken)


def condition_of(policy: Policy, spoken: Snapshot) -> Condition | None:
    """None where it asks for what is gone: such a policy is passed over."""
    try:
        condition = asking.stored(policy.condition, spoken)
    except InvalidCondition:
        return None
    return None if asking.gone_in(condition, spoken) else condition


@dataclass(frozen=True)
class Choice:
    """The policy that holds, and why: what was read, and of each that was asked its id, version,
    and what each clause said; or the rule that gives it, by public id."""

    policy: Policy | None
    facts: dict[str, Any]
    asked: list[list[Any]]
    rule: str = ""


def choose(conversation: Conversation, levels: Levels, now: datetime) -> Choice:
    """The one that a rule has given, as long as it is on; else the first that holds."""
    return given_by_rule(conversation, levels) or first_that_holds(conversation, levels, now)


def given_by_rule(conversation: Conversation, levels: Levels) -> Choice | None:
    row = Handling.objects.filter(conversation=conversation, policy__isnull=False).first()
    found = [policy for policy, _ in levels.policies if row and policy.pk == row.policy_id]
    return Choice(found[0], {}, [], row.policy_rule) if row and found else None


def first_that_holds(conversation: Conversation, levels: Levels, now: datetime) -> Choice:
    conditions = [condition for _, condition in levels.policies if condition is not None]
    clauses = {clause.key: clause for each in conditions for clause in each.clauses()}
    facts, _ = readings.read(conversation, clauses, now=now, spoken=levels.spoken)
    known = Facts(None, now=now, recorded=facts)
    asked: list[list[Any]] = []
    for policy, condition in levels.policies:
        if condition is None:
            why = "by_rules" if policy.by_rules_only else "broken"
            asked.append([policy.public_id, policy.version, why, []])
            continue
        judged = judge(condition, known)
        says = "holds" if judged.value else "no"
        asked.append([policy.public_id, policy.version, says, list(judged.truths)])
        if judged.value:
            return Choice(policy, facts, asked)
    return Choice(None, facts, asked)


def events_of(conversation: Conversation) -> list[Event]:
    """What happened in a conversation, as far as it moves a clock, in order."""
    told = Entry.objects.filter(
        subject_type="conversation", subject_id=conversation.public_id, kind__in=KINDS
    )
    rows = told.order_by("-id").values_list("kind", "actor_type", "created_at")[:EVENTS_MAX]
    return events_from(list(rows)[::-1])


def events_from(rows: Sequence[tuple[str, str, datetime]]) -> list[Event]:
    """What a bot says is no answer: only people keep what was promised."""
    return [
        Event(at, KINDS[kind])
        for kind, actor, at in rows
        if kind != "message.sent" or actor == "teammate"
    ]
