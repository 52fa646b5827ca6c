"""Customers' messages of the past, with the facts of then: those that were recorded when the rules
were asked, and what the journal still knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from ground import conditions
from ground.conditions import Clause, Snapshot
from ground.journal.models import Decision, Entry
from inbox.models import Conversation
from people.models import Segment
from routing.actions.routing import REOPENED, Heard, all_heard
from routing.asking import SEGMENTS, SUBJECT
from routing.engine import BEGINS, DECIDER, PASSES, WRITES
from routing.rebuilding import rebuilt
from routing.rebuilding.then import HEARD, UNDERSTOOD, Then

# So many messages before those that are looked at are gone through to know what has acted.
EARLIER_MAX = 2_000
STATUS = "conversation.status"


@dataclass(frozen=True)
class Past:
    """A customer's message of the past, as rules are asked about it again."""

    heard: Heard
    conversation: Conversation
    now: datetime
    recorded: Mapping[str, Any]
    acted: Sequence[str]

    @property
    def place(self) -> int:
        return self.heard.entry.pk


@dataclass
class Questions:
    """What is asked of each moment, by moment and key; and of which segments (None: of all)."""

    asked: Mapping[str, Mapping[str, Clause]]
    segments: frozenset[str] | None
    spoken: Snapshot

    @cached_property
    def is_open(self) -> Clause:
        """What is not open is not asked about."""
        tree = {"fact": STATUS, "op": "is", "value": Conversation.Status.OPEN.value}
        found = conditions.parse(tree, subject=SUBJECT, registry=self.spoken)
        assert isinstance(found, Clause)
        return found

    @cached_property
    def redefined(self) -> Sequence[datetime]:
        """When the segments that are asked for were defined as they are."""
        rows = Segment.objects.all()
        if self.segments is not None:
            rows = rows.filter(public_id__in=self.segments)
        return list(rows.values_list("updated_at", flat=True))

    def lacking(self, moment: str, decision: Decision | None) -> list[Clause]:
        """What is asked and was not recorded, or was of segments that are others by now."""
        asked = self.asked[moment]
        if decision is None:
            return [*asked.values(), self.is_open]
        return [
            clause
            for key, clause in asked.items()
            if key not in decision.facts
            or (key == SEGMENTS and any(at > decision.created_at for at in self.redefined))
        ]


def past_of(heard: Sequence[Heard], questions: Questions) -> list[Past]:
    """In the order of what was heard. Without what is gone, and what was not open then."""
    rows = Conversation.objects.filter(
        public_id__in={each.entry.subject_id for each in heard}
    ).select_related("contact__company", "team", "assignee")
    conversations = {row.public_id: row for row in rows}
    known = [each for each in heard if each.entry.subject_id in conversations]
    decided = decisions_on(known)
    ends = ends_of(known)
    lacking = {
        each.entry.pk: questions.lacking(each.moment, decided.get(each.entry.pk)) for each in known
    }
    moments = {
        each.entry.pk: then_of(
            each,
            conversations[each.entry.subject_id],
            decided.get(each.entry.pk),
            ends[each.entry.pk],
            lacking[each.entry.pk],
        )
        for each in known
    }
    asked = [key for key in moments if lacking[key]]
    found = rebuilt([moments[key] for key in asked], questions.spoken, segments=questions.segments)
    more = dict(zip(asked, found, strict=True))
    return [
        Past(
            each,
            then.conversation,
            then.now,
            recorded_of(decided.get(key), lacking[key], more.get(key, {})),
            acted_then(decided.get(key)),
        )
        for each in known
        if (then := moments[key := each.entry.pk])
        and (key in decided or more[key].get(STATUS) in (None, Conversation.Status.OPEN))
    ]


def decisions_on(heard: Sequence[Heard]) -> dict[int, Decision]:
    made = Decision.objects.filter(cause__in=[each.entry.pk for each in heard], decider=DECIDER)
    made = made.exclude(explanation__moment=PASSES)
    return {each.cause_id: each for each in made if each.cause_id is not None}


def ends_of(heard: Sequence[Heard]) -> dict[int, Entry]:
    """Of each message the last entry that belongs to it before rules are asked: what it opened
    again, and what was understood of it."""
    found = {each.entry.pk: each.entry for each in heard}
    effects = Entry.objects.filter(cause__in=set(found), kind__in=(REOPENED, UNDERSTOOD))
    for entry in effects.order_by("id"):
        if entry.cause_id is not None:
            found[entry.cause_id] = entry
    return found


def then_of(
    heard: Heard,
    conversation: Conversation,
    decision: Decision | None,
    end: Entry,
    asked: Sequence[Clause],
) -> Then:
    last = decision.entry_id if decision and decision.entry_id else end.pk
    written = decision.explanation.get("now") if decision else None
    now = datetime.fromisoformat(written) if written else end.created_at
    is_silent = decision is not None and decision.entry_id is None
    return Then(conversation, last, now, asked, is_silent)


def recorded_of(
    decision: Decision | None, lacking: Sequence[Clause], more: Mapping[str, Any]
) -> dict[str, Any]:
    recorded = dict(decision.facts) if decision else {}
    for clause in lacking:
        recorded.pop(clause.key, None)
    return {**recorded, **more}


def acted_then(decision: Decision | None) -> list[str]:
    return list(decision.explanation.get("acted", ())) if decision else []


def before(past: Sequence[Past], questions: Questions) -> list[Past]:
    """What was said, since they began, in conversations of which these are not the first messages:
    a rule acts once for further ones."""
    first: dict[str, Past] = {}
    for each in sorted(past, key=lambda one: one.place):
        first.setdefault(each.conversation.public_id, each)
    names = [name for name, each in first.items() if each.heard.moment == WRITES]
    if not names:
        return []
    entries = Entry.objects.filter(
        kind=HEARD,
        subject_type="conversation",
        subject_id__in=names,
        pk__lt=max(first[name].place for name in names),
    )
    earlier: dict[str, list[Heard]] = defaultdict(list)
    for heard in all_heard(list(entries.order_by("-pk")[:EARLIER_MAX])):
        if heard.entry.pk < first[heard.entry.subject_id].place:
            earlier[heard.entry.subject_id].append(heard)
    return past_of([each for heard in earlier.values() for each in since_begun(heard)], questions)


def since_begun(heard: Iterable[Heard]) -> list[Heard]:
    """Of messages, the latest first, those back to where the conversation began; none where that
    lies too far back."""
    found = []
    for each in heard:
        found.append(each)
        if each.moment == BEGINS:
            return found
    return []
