"""Keeping the clocks of conversations: what is due, who is warned, what is missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ground.hours import due
from ground.hours.models import DueRow
from ground.hours.schedule import Calendar
from ground.journal.models import Entry
from ground.journal.recording import Automation
from ground.journal.recording import decide as store_decision
from inbox.actions.due import Due, set_all_due, set_due
from inbox.models import Conversation
from routing import levels
from routing.deadlines import Timed, most_pressing, timed
from routing.levels import Choice, Levels
from routing.models import Clock, Policy, Promise

DECIDER = "routing.sla"
SOON, MISSED, STEP, RECOMPUTE = "sla.soon", "sla.missed", "sla.step", "sla.recompute"
ABOUT_ONE = (SOON, MISSED, STEP)
# After these another policy may hold.
MOVES = {
    "conversation.routed",
    "conversation.assigned",
    "conversation.prioritized",
    "conversation.tagged",
    "conversation.reopened",
}


def keep_clocks(entries: Sequence[Entry]) -> None:
    """Something happened in conversations: their clocks are reckoned anew."""
    last = {entry.subject_id: entry for entry in entries}
    moved = {entry.subject_id for entry in entries if entry.kind in MOVES}
    found = levels.read()
    if found is None:
        promised = Promise.objects.filter(
            conversation__public_id__in=last, policy__isnull=False
        ) | Promise.objects.filter(
            conversation__public_id__in=last, conversation__due_at__isnull=False
        )
        wanted = set(promised.values_list("conversation__public_id", flat=True))
        last = {name: entry for name, entry in last.items() if name in wanted}
    for name, entry in sorted(last.items()):
        keep(name, found, is_chosen_anew=name in moved, cause=entry)


def keep(
    name: str, found: Levels | None, *, is_chosen_anew: bool, cause: Entry | None = None
) -> None:
    """Reckons the clocks of one conversation from what happened there, and plans what is due."""
    with transaction.atomic():
        pk = Conversation.objects.filter(public_id=name).values_list("pk", flat=True).first()
        conversation = pk and Conversation.objects.locked_even_as_part(pk)
        if not conversation:
            return
        now = timezone.now()
        promise = promise_of(conversation, found, now, is_chosen_anew=is_chosen_anew, cause=cause)
        policy = promise.policy
        if policy is None or found is None:
            Clock.objects.filter(conversation=conversation, ended_at=None).delete()
            plan(conversation, {})
            set_due(conversation, by=None, due_at=None, cause=cause)
            return
        calendar = found.calendar_for(policy, conversation)
        clocks = timed(levels.events_of(conversation), policy.terms)
        changes = Changes()
        rows = Clock.objects.filter(conversation=conversation)
        note_changes(changes, conversation, promise, clocks, calendar, now, rows)
        changes.do()
        due_next = due_of(conversation, policy, clocks, calendar)
        set_all_due([due_next], by=Automation(DECIDER), cause=cause)
        plan(conversation, all_wanted_of(conversation, policy, clocks, calendar))


def promise_of(
    conversation: Conversation,
    found: Levels | None,
    now: datetime,
    *,
    is_chosen_anew: bool,
    cause: Entry | None,
) -> Promise:
    """Which policy holds; chosen when nothing was, and when what it may hang on has changed."""
    held = Promise.objects.select_related("policy").filter(conversation=conversation).first()
    known = {policy.pk for policy, _ in found.policies} if found else set()
    if held is not None and not is_chosen_anew and (held.policy_id in known or not held.policy_id):
        return held
    choice = Choice(None, {}, [])
    if found is not None:
        rows = Conversation.objects.select_related("contact__company", "assignee", "team")
        choice = levels.choose(rows.get(pk=conversation.pk), found, now)
    if held is not None and held.policy == choice.policy:
        return held
    promise, _ = Promise.objects.update_or_create(
        conversation=conversation, defaults={"policy": choice.policy, "chosen_at": now}
    )
    if held is not None or choice.policy is not None:
        store(conversation, choice, cause)
    return promise


def store(conversation: Conversation, choice: Choice, cause: Entry | None) -> None:
    policy = choice.policy
    store_decision(
        DECIDER,
        version=f"{policy.public_id}.{policy.version}" if policy else "none",
        subject=conversation,
        facts=choice.facts,
        explanation={"policies": choice.asked, **({"rule": choice.rule} if choice.rule else {})},
        result={"policy": policy.public_id if policy else None},
        cause=cause,
    )


# ---- rows ----------------------------------------------------------------------------------------


KEPT = ("policy_id", "due_at", "ended_at", "state")
# Past the ORM, whose update of many rows takes several times as long as all the rest together.
_REWRITE = """
UPDATE routing_clock AS held
   SET policy_id = new.policy_id, due_at = new.due_at, ended_at = new.ended_at, state = new.state
  FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[])
       AS new (id, policy_id, due_at, ended_at, state)
 WHERE held.id = new.id
"""


@dataclass
class Changes:
    """What becomes of clocks that are kept as rows."""

    made: list[Clock] = field(default_factory=list)
    changed: list[Clock] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def do(self) -> None:
        Clock.objects.bulk_create(self.made)
        if self.changed:
            rows = [(row.pk, *(getattr(row, name) for name in KEPT)) for row in self.changed]
            with connection.cursor() as cursor:
                cursor.execute(_REWRITE, [list(column) for column in zip(*rows, strict=True)])
        if self.gone:
            Clock.objects.filter(pk__in=self.gone).delete()


def note_changes(
    changes: Changes,
    conversation: Conversation,
    promise: Promise,
    clocks: Iterable[Timed],
    calendar: Calendar,
    now: datetime,
    rows: Iterable[Clock],
) -> None:
    """Adds how the rows of a conversation differ from its clocks. What ended stays as it was,
    whatever is promised now."""
    held = {(row.target, row.began_at): row for row in rows}
    wanted = set()
    for clock in clocks:
        key = (str(clock.target), clock.began_at)
        row = held.get(key)
        if row is None and clock.ended_at is not None and clock.ended_at < promise.chosen_at:
            continue
        wanted.add(key)
        if row is not None and row.ended_at is not None:
            continue
        values = {
            "policy_id": promise.policy_id,
            "due_at": clock.due_at(calendar),
            "ended_at": clock.ended_at,
            "state": str(clock.state(calendar, now)),
        }
        if row is None:
            changes.made.append(
                Clock(conversation=conversation, target=key[0], began_at=clock.began_at, **values)
            )
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changes.changed.append(row)
    changes.gone += [
        row.pk for key, row in held.items() if key not in wanted and row.ended_at is None
    ]


def due_of(
    conversation: Conversation, policy: Policy, clocks: Sequence[Timed], calendar: Calendar
) -> Due:
    """What lists show: what is due next."""
    soon = timedelta(minutes=policy.soon_minutes)
    clock, due_at = most_pressing(clocks, calendar)
    if clock is None:
        return Due(conversation, None)
    return Due(conversation, due_at, clock.due_at(calendar, -soon), str(clock.target))


def all_wanted_of(
    conversation: Conversation, policy: Policy, clocks: Sequence[Timed], calendar: Calendar
) -> dict[str, Wanted]:
    """What must happen as the clocks of a conversation run out."""
    wanted: dict[str, Wanted] = {}
    for each in clocks:
        if each.ended_at is None and not each.is_paused:
            wanted |= wanted_of(conversation, policy, each, calendar)
    return wanted


Wanted = tuple[str, datetime, dict[str, Any]]


def wanted_of(
    conversation: Conversation, policy: Policy, clock: Timed, calendar: Calendar
) -> dict[str, Wanted]:
    """What must happen as a clock runs out, by its key. It stays the same while the deadline does,
    so that what has been done is not done again."""
    due_at = clock.due_at(calendar)
    if due_at is None:
        return {}
    began = round(clock.began_at.timestamp() * 1_000_000)
    stem = f"sla:{conversation.public_id}:{clock.target}:{began}"
    about = {"target": str(clock.target), "began_at": clock.began_at.isoformat()}
    found: dict[str, Wanted] = {f"{stem}:missed": (MISSED, due_at, about)}
    soon_at = clock.due_at(calendar, -timedelta(minutes=policy.soon_minutes))
    if soon_at is not None and soon_at > clock.began_at:
        found[f"{stem}:soon"] = (SOON, soon_at, about)
    for step in policy.steps:
        if step["target"] not in ("any", clock.target):
            continue
        at = clock.due_at(calendar, timedelta(minutes=step["minutes"]))
        if at is not None:
            key = f"{stem}:{step['minutes']}:{step['do']}:{step['value']}"
            found[key] = (STEP, at, {**about, "step": step})
    return found


def plan(conversation: Conversation, wanted: dict[str, Wanted]) -> None:
    plan_many({conversation.public_id: conversation}, wanted)


def plan_many(conversations: Mapping[str, Conversation], wanted: Mapping[str, Wanted]) -> None:
    """Plans what must happen in some conversations, by key, and calls off what else waits there.
    A key names the conversation that it is about."""
    waiting = DueRow.objects.filter(
        subject_type="conversation",
        subject_id__in=list(conversations),
        kind__in=ABOUT_ONE,
        done_at=None,
        called_off_at=None,
    )
    due.call_off(set(waiting.values_list("key", flat=True)) - set(wanted))
    due.plan_all(
        [
            due.Planned(kind, conversations[key.split(":", 2)[1]], at, key, payload)
            for key, (kind, at, payload) in wanted.items()
        ]
    )


# ---- everybody's, when what is promised or the hours change --------------------------------------


def reckon_anew(entry: Entry) -> None:
    """Has the clocks of all that is unfinished reckoned anew, bit by bit."""
    if entry.kind == "team.changed" and said_hours(entry.before) == said_hours(entry.after):
        return
    due.plan(RECOMPUTE, entry, timezone.now(), key=RECOMPUTE, payload={"after": 0, "of": entry.pk})


def said_hours(state: dict[str, Any]) -> Any:
    return state.get("office_hours")
