"""Reckoning the clocks of everything that is unfinished anew, when what is promised or the hours by
which it is counted have changed: bit by bit, and each bit in as many statements whatever its size.

What comes of it is what `keep` comes to one by one; a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ground import conditions
from ground.hours import due
from ground.hours.models import DueRow
from ground.journal.live import publish_after_commit, silently
from ground.journal.models import Entry
from ground.journal.recording import Automation
from inbox.actions.due import Due, set_all_due
from inbox.models import Conversation
from routing import asking, levels
from routing.actions import keeping
from routing.deadlines import Event, timed
from routing.levels import Choice, Levels
from routing.models import Clock, Handling, Policy, Promise

AT_ONCE = 100
# What a bit has changed is shown row by row as long as it is all there is to show.
NAMES_CHANGED = {"type": "names"}
_EVENTS = """
SELECT asked.name, told.kind, told.actor_type, told.created_at
  FROM unnest(%s::text[]) AS asked (name)
 CROSS JOIN LATERAL (
       SELECT id, kind, actor_type, created_at FROM journal_entry
        WHERE subject_type = 'conversation' AND subject_id = asked.name AND kind = ANY(%s)
        ORDER BY id DESC LIMIT %s) AS told
 ORDER BY told.id
"""


def recompute(row: DueRow) -> None:
    """A bit of them, and the next bit, behind all that is due meanwhile, when there are more."""
    found = levels.read()
    after = row.payload["after"]
    rows = Conversation.objects.unfinished().filter(pk__gt=after).order_by("pk")
    if found is None:
        rows = rows.filter(due_at__isnull=False)
    keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    is_last = len(keys) < AT_ONCE
    if is_last and not after:
        reckon(keys, found)
        return
    with silently():
        reckon(keys, found)
    if is_last:
        # So many have changed that every screen asks for what it shows once more.
        publish_after_commit(["inbox"], NAMES_CHANGED)
        return
    cause = Entry(pk=row.payload["of"])
    payload = {**row.payload, "after": keys[-1]}
    due.plan(keeping.RECOMPUTE, cause, timezone.now(), key=keeping.RECOMPUTE, payload=payload)


def reckon(keys: Sequence[int], found: Levels | None) -> None:
    """Reckons the clocks of some conversations, by primary key, and plans what is due there."""
    if not keys:
        return
    with transaction.atomic():
        conversations = locked(keys)
        now = timezone.now()
        promises = promises_of(conversations, found, now)
        going = {
            name: policy
            for name, row in conversations.items()
            if found is not None and (policy := promises[row.pk].policy) is not None
        }
        bit = Bit(conversations, events_of(going), clocks_of(conversations.values()), now)
        for name, policy in going.items():
            assert found is not None
            bit.take(name, promises[bit.conversations[name].pk], policy, found)
        bit.drop(set(conversations) - set(going))
        bit.changes.do()
        set_all_due(bit.due, by=Automation(keeping.DECIDER))
        set_all_due(bit.dropped, by=None)
        keeping.plan_many(conversations, bit.wanted)


def locked(keys: Sequence[int]) -> dict[str, Conversation]:
    """By public id, in the order in which they are locked everywhere."""
    rows = Conversation.objects.filter(pk__in=keys).order_by("pk")
    whole = rows.select_related("contact__company", "assignee", "team")
    return {row.public_id: row for row in whole.select_for_update(of=("self",))}


class Bit:
    """What becomes of some conversations: worked out first, then written at once."""

    def __init__(
        self,
        conversations: Mapping[str, Conversation],
        events: Mapping[str, list[Event]],
        clocks: Mapping[int, list[Clock]],
        now: datetime,
    ) -> None:
        self.conversations, self.events, self.clocks, self.now = conversations, events, clocks, now
        self.changes = keeping.Changes()
        self.due: list[Due] = []
        self.dropped: list[Due] = []
        self.wanted: dict[str, keeping.Wanted] = {}

    def take(self, name: str, promise: Promise, policy: Policy, found: Levels) -> None:
        conversation = self.conversations[name]
        calendar = found.calendar_for(policy, conversation)
        clocks = timed(self.events.get(name, []), policy.terms)
        rows = self.clocks.get(conversation.pk, [])
        keeping.note_changes(self.changes, conversation, promise, clocks, calendar, self.now, rows)
        self.due.append(keeping.due_of(conversation, policy, clocks, calendar))
        self.wanted |= keeping.all_wanted_of(conversation, policy, clocks, calendar)

    def drop(self, names: Collection[str]) -> None:
        """Those to which nothing is promised."""
        for name in sorted(names):
            conversation = self.conversations[name]
            rows = self.clocks.get(conversation.pk, [])
            self.changes.gone += [row.pk for row in rows if row.ended_at is None]
            self.dropped.append(Due(conversation, None))


# ---- what is read for all of a bit ---------------------------------------------------------------


def events_of(names: Collection[str]) -> dict[str, list[Event]]:
    """What happened in conversations, by public id: `levels.events_of` for many."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [list(names), list(levels.KINDS), levels.EVENTS_MAX])
        told: dict[str, list[Any]] = defaultdict(list)
        for name, *row in cursor.fetchall():
            told[name].append(row)
    return {name: levels.events_from(rows) for name, rows in told.items()}


def clocks_of(conversations: Collection[Conversation]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = defaultdict(list)
    for row in Clock.objects.filter(conversation__in=conversations):
        found[row.conversation_id].append(row)
    return found


def promises_of(
    conversations: Mapping[str, Conversation], found: Levels | None, now: datetime
) -> dict[int, Promise]:
    """Which policy holds for each, chosen anew. Where sets can tell that it is the one that held,
    nothing more is read and nothing is written, as where each is asked."""
    rows = list(conversations.values())
    held = Promise.objects.select_related("policy").in_bulk([row.pk for row in rows])
    likely = likely_for(rows, found, now)
    made = {}
    for row in rows:
        promise = held.get(row.pk)
        if promise is not None and likely is not None and promise.policy_id == likely.get(row.pk):
            continue
        choice = levels.choose(row, found, now) if found else Choice(None, {}, [])
        if promise is not None and promise.policy == choice.policy:
            continue
        made[row.pk] = Promise(conversation=row, policy=choice.policy, chosen_at=now)
        if promise is not None or choice.policy is not None:
            keeping.store(row, choice, None)
    Promise.objects.bulk_create(
        made.values(),
        update_conflicts=True,
        unique_fields=["conversation"],
        update_fields=["policy", "chosen_at"],
    )
    return held | made


def likely_for(
    rows: Sequence[Conversation], found: Levels | None, now: datetime
) -> dict[int, int] | None:
    """The policy of each, by the conversation's key, asked of all at once; without those for which
    none holds. None where only one conversation at a time can be asked."""
    if found is None:
        return {}
    asked = [(policy, condition) for policy, condition in found.policies if condition is not None]
    if not all(
        conditions.has_set_form(condition, asking.SUBJECT, registry=found.spoken)
        for _, condition in asked
    ):
        return None
    given = Handling.objects.filter(
        conversation__in=rows, policy__in=[p for p, _ in found.policies]
    )
    likely: dict[int, int] = dict(given.values_list("conversation_id", "policy_id"))
    for policy, condition in asked:
        left = [row.pk for row in rows if row.pk not in likely]
        if not left:
            break
        some = Conversation.objects.filter(pk__in=left)
        matching = conditions.filter(some, condition, now=now, registry=found.spoken)
        likely |= dict.fromkeys(matching.values_list("pk", flat=True), policy.pk)
    return likely
