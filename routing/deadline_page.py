"""What agents see of routing: why something is due when it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from inbox import default_views
from inbox.models import Conversation
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates
from inbox.zones import zone_of
from routing import asking, levels, spans
from routing.deadlines import State, Timed, timed
from routing.models import Handling, Policy, Promise, RuleEdition

STATES = {
    State.RUNNING: "Running",
    State.PAUSED: "Standing still",
    State.KEPT: "Kept",
    State.MISSED: "Missed",
    State.VOID: "Ended before",
}


@dataclass(frozen=True)
class Day:
    """One line of the sum: the stretches of a day that counted, and what they come to."""

    day: Any
    stretches: list[tuple[datetime, datetime]]
    worked: str
    why: str


@dataclass(frozen=True)
class Sum:
    """One deadline, explained."""

    label: str
    promised: str
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    state: str
    word: str
    days: list[Day]
    counted: str


@for_teammates
@require_safe
def explain_due(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """The sum of each deadline of a conversation, day by day."""
    viewer: Any = request.user
    found = find(visible_to(request), conversation)
    promise = Promise.objects.select_related("policy").filter(conversation=found).first()
    policy = promise.policy if promise else None
    house = levels.read()
    zone = zone_of(viewer)
    context: dict[str, Any] = {
        "view": default_views.find(view, viewer),
        "conversation": found,
        "policy": policy,
        "zone": zone,
        "sums": [],
    }
    if policy is not None and house is not None:
        calendar = house.calendar_for(policy, found)
        clocks = timed(levels.events_of(found), policy.terms)
        now = timezone.now()
        context |= {
            "says": asking.in_words(policy.condition, asking.readable_by(viewer)),
            "given_by": rule_that_gave(found, policy),
            "hours_zone": None if calendar.is_always else calendar.zone,
            "sums": [sum_of(clock, calendar, now, zone) for clock in reversed(clocks)],
        }
    return render(request, "routing/due.html", context)


def rule_that_gave(conversation: Conversation, policy: Policy) -> str:
    """The name of the rule by which it holds, as it is or last was; "" where it holds by itself."""
    row = Handling.objects.filter(conversation=conversation, policy=policy).first()
    if row is None:
        return ""
    rules = RuleEdition.objects.filter(rule=row.policy_rule).order_by("-version")
    name: str | None = rules.values_list("name", flat=True).first()
    return name or row.policy_rule


def sum_of(clock: Timed, calendar: Any, now: datetime, zone: ZoneInfo) -> Sum:
    def here(stretch: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
        return stretch[0].astimezone(zone), stretch[1].astimezone(zone)

    state = clock.state(calendar, now)
    days = clock.by_day(calendar, now)
    counted = sum((day.worked for day in days), timedelta(0))
    return Sum(
        label=Conversation.Due(clock.target).label,
        promised=spans.in_words(clock.span),
        began_at=clock.began_at.astimezone(zone),
        due_at=local(clock.due_at(calendar), zone),
        ended_at=local(clock.ended_at, zone),
        state=str(state),
        word=STATES[state],
        days=[
            Day(
                one.day,
                [here(stretch) for stretch in one.stretches],
                spans.in_words(one.worked),
                one.name or ("" if one.is_open else "Closed"),
            )
            for one in days
        ],
        counted=spans.in_words(counted),
    )


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None
