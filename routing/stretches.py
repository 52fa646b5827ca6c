"""How long customers waited, were silent, or had nobody, as the journal tells: what rules by time
count, gone through again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ground.journal.models import Entry
from inbox.models import Conversation
from routing.rebuilding.then import HEARD, SENT, is_mixed
from routing.timing import SILENT, UNASSIGNED, WAITING

ASSIGNED, CLOSED, REOPENED, SNOOZED, SPAM, UNSPAM = (
    f"conversation.{word}"
    for word in ("assigned", "closed", "reopened", "snoozed", "marked_spam", "unmarked_spam")
)
MIXING = tuple(
    f"conversation.{word}"
    for word in ("merged", "unmerged", "joined", "parted", "split", "split_off")
)
# All that is gone through of a conversation.
TOLD = (HEARD, SENT, ASSIGNED, CLOSED, REOPENED, SNOOZED, SPAM, UNSPAM, *MIXING)
# What can begin a stretch, by its kind.
BEGINNINGS = {
    WAITING: (HEARD, REOPENED, UNSPAM),
    UNASSIGNED: (HEARD, REOPENED, UNSPAM, ASSIGNED),
    SILENT: (SENT, REOPENED, UNSPAM, SNOOZED),
}
OPEN = Conversation.Status.OPEN.value
FIELDS = ("status", "assignee", "team", "snoozed_until")


@dataclass(frozen=True)
class Stand:
    """How a conversation stood between two entries. said_at: our last word; given_up_at: when it
    was last taken from somebody; opened_at: when it was last opened again. Others as its fields."""

    status: str
    assignee: str | None
    team: str | None
    snoozed_until: str | None
    waiting_since: datetime | None = None
    said_at: datetime | None = None
    given_up_at: datetime | None = None
    opened_at: datetime | None = None

    @property
    def anchors(self) -> dict[str, datetime]:
        """Since when it is what rules count from, as `routing.timing.anchors_of` has it."""
        if self.status == OPEN and self.waiting_since is not None:
            found = {WAITING.value: self.waiting_since}
            if self.assignee is None:
                found[UNASSIGNED.value] = later(self.waiting_since, self.given_up_at)
            return found
        is_put_off = self.status == Conversation.Status.SNOOZED and self.snoozed_until is None
        is_theirs = self.waiting_since is None and (self.status == OPEN or is_put_off)
        if is_theirs and self.said_at is not None:
            return {SILENT.value: later(self.said_at, self.opened_at)}
        return {}

    def after(self, entry: Entry, at: datetime) -> Stand:
        """at: when it happened, of a message when it was written."""
        if entry.kind == HEARD:
            return replace(self, waiting_since=self.waiting_since or at)
        if entry.kind == SENT:
            if entry.after.get("is_automatic"):
                return self
            return replace(self, waiting_since=None, said_at=at)
        changed = {name: entry.after[name] for name in FIELDS if name in entry.after}
        stand = replace(self, **changed)
        if "waiting_since" in entry.after:
            since = entry.after["waiting_since"]
            waits = datetime.fromisoformat(since) if since else None
            stand = replace(stand, waiting_since=waits)
        if entry.kind == REOPENED:
            stand = replace(stand, opened_at=at)
        if entry.kind == ASSIGNED and "assignee" in changed:
            is_given_up = bool(entry.before.get("assignee")) and not changed["assignee"]
            stand = replace(stand, given_up_at=at if is_given_up else None)
        return stand


def later(one: datetime, other: datetime | None) -> datetime:
    return one if other is None else max(one, other)


@dataclass(frozen=True)
class Span:
    """A time in which a stretch lasted without a break. until: None while it does."""

    start: datetime
    until: datetime | None
    team: str | None


@dataclass
class Stretch:
    """What rules count from. began: the key of the entry that began it, by which it is found once.
    is_mixed: what happened in it is not told for sure. is_doubtful: nor is how long it would have
    lasted, where it ended."""

    since: str
    anchor: datetime
    began: int
    spans: list[Span] = field(default_factory=list)
    is_mixed: bool = False
    is_doubtful: bool = False


def stretches_of(
    row: Conversation, entries: Iterable[Entry], written: Mapping[str, datetime]
) -> list[Stretch]:
    """All of one conversation. entries: what is told of it of the kinds in `TOLD`, oldest first;
    written: when each of its messages was. Where what they tell does not come to what the
    conversation is now, or it was mixed with another, all are doubtful."""
    told = list(entries)
    stand = beginning(row, told)
    found: dict[tuple[str, datetime], Stretch] = {}
    for place, entry in enumerate(told):
        if entry.kind == SPAM:
            for key in stand.anchors.items():
                found[key].is_doubtful = True
        at = time_of(entry, written)
        stand = stand.after(entry, at)
        until = time_of(told[place + 1], written) if place + 1 < len(told) else None
        for since, anchor in stand.anchors.items():
            new = Stretch(since, anchor, entry.pk)
            found.setdefault((since, anchor), new).spans.append(Span(at, until, stand.team))
    if is_mixed(told) or not is_as_now(stand, row):
        for each in found.values():
            each.is_mixed = each.is_doubtful = True
    return list(found.values())


def time_of(entry: Entry, written: Mapping[str, datetime]) -> datetime:
    is_message = entry.kind in (HEARD, SENT)
    return written.get(entry.after["message"], entry.created_at) if is_message else entry.created_at


def beginning(row: Conversation, told: Iterable[Entry]) -> Stand:
    """What it was before anything is told of it: what the first change of each field was from."""
    was = now_of(row)
    for entry in reversed(list(told)):
        was.update({name: entry.before[name] for name in FIELDS if name in entry.before})
    status, assignee, team, until = (was[name] for name in FIELDS)
    return Stand(str(status), assignee, team, until)


def now_of(row: Conversation) -> dict[str, str | None]:
    until = row.snoozed_until
    return {
        "status": str(row.status),
        "assignee": row.assignee.public_id if row.assignee else None,
        "team": row.team.public_id if row.team else None,
        "snoozed_until": until.isoformat() if until else None,
    }


def is_as_now(stand: Stand, row: Conversation) -> bool:
    now = now_of(row)
    is_same = all(getattr(stand, name) == now[name] for name in ("status", "assignee", "team"))
    return is_same and stand.waiting_since == row.waiting_since
