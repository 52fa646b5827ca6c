"""What followed from all that was said and done in a conversation, gone through again up to a
moment. Only where the same walk, up to the end, comes to what is stored now is it believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ground.conditions import Clause
from ground.journal.models import Entry
from inbox.facts import NO_HISTORY, SAID_MAX
from inbox.models import Conversation
from inbox.moods import felt, mood_of
from routing.rebuilding.then import (
    HEARD,
    RATED,
    SENT,
    UNDERSTOOD,
    Journal,
    NotKnown,
    Then,
    changed_in,
    is_mixed,
)


@dataclass(frozen=True)
class Walked:
    """How far a thread had come. seq: of the customer's last word; answers: of ours since."""

    waiting_since: datetime | None = None
    last_message_at: datetime | None = None
    sentiment: float | None = None
    rating: int | None = None
    seq: int = 0
    answers: int = 0

    def after(self, entry: Entry, said_at: Mapping[str, datetime]) -> Walked:
        if entry.kind == UNDERSTOOD:
            return replace(self, sentiment=felt(self.sentiment, entry.after["sentiment"]))
        if entry.kind == RATED:
            return replace(self, rating=entry.after["score"])
        if entry.kind in (HEARD, SENT):
            return self.said(entry, said_at)
        if "waiting_since" in entry.after:
            return replace(self, waiting_since=moment(entry.after["waiting_since"]))
        return self

    def said(self, entry: Entry, said_at: Mapping[str, datetime]) -> Walked:
        at = said_at.get(entry.after["message"])
        if at is None:
            raise NotKnown
        if entry.kind == HEARD:
            since = self.waiting_since or at
            seq = entry.after["seq"]
            return replace(self, waiting_since=since, last_message_at=at, seq=seq, answers=0)
        waits = self.waiting_since if is_no_answer(entry) else None
        return replace(self, waiting_since=waits, last_message_at=at, answers=self.answers + 1)


def is_no_answer(entry: Entry) -> bool:
    """Whether the customer waits on after a word of ours."""
    return bool(entry.after.get("is_automatic"))


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def walk(entries: Iterable[Entry], said_at: Mapping[str, datetime]) -> Walked:
    found = Walked()
    for entry in entries:
        found = found.after(entry, said_at)
    return found


def walked(journal: Journal, then: Then, name: str) -> Any:
    """What a column was. Raises NotKnown where the thread does not explain what it is now."""
    thread = thread_of(journal, then)
    now = walk(thread, journal.said_at)
    if getattr(now, name) != getattr(then.conversation, name):
        raise NotKnown
    return getattr(walk(until(thread, then), journal.said_at), name)


def thread_of(journal: Journal, then: Then) -> Sequence[Entry]:
    thread = journal.threads.get(then.conversation.public_id, ())
    if is_mixed(thread):
        raise NotKnown
    return thread


def until(entries: Iterable[Entry], then: Then) -> list[Entry]:
    return [entry for entry in entries if then.knew(entry)]


def waiting_since(journal: Journal, then: Then, clause: Clause) -> Any:
    return walked(journal, then, "waiting_since")


def last_message_at(journal: Journal, then: Then, clause: Clause) -> Any:
    return walked(journal, then, "last_message_at")


def sentiment_score(journal: Journal, then: Then, clause: Clause) -> Any:
    return walked(journal, then, "sentiment")


def sentiment(journal: Journal, then: Then, clause: Clause) -> Any:
    return mood_of(walked(journal, then, "sentiment"))


def rating(journal: Journal, then: Then, clause: Clause) -> Any:
    return walked(journal, then, "rating")


def contact_unread(journal: Journal, then: Then, clause: Clause) -> Any:
    """Whoever writes has seen all that there is. What they saw later, no entry tells."""
    thread = until(thread_of(journal, then), then)
    if not any(entry.kind == HEARD for entry in thread):
        raise NotKnown
    if walk(thread, journal.said_at).answers:
        raise NotKnown
    return 0


def said(journal: Journal, then: Then, clause: Clause) -> Any:
    """All that they had written: no message is ever changed or moved."""
    thread = journal.threads.get(then.conversation.public_id, ())
    seqs = [entry.after["seq"] for entry in until(thread, then) if entry.kind == HEARD]
    words = journal.contact_words.get(then.conversation.pk, ())
    last = max(seqs, default=0)
    return "\n".join(text for seq, text in words if seq <= last)[:SAID_MAX]


def channel(journal: Journal, then: Then, clause: Clause) -> Any:
    """Known while there has been one way to answer only."""
    kinds = channels(journal).get(then.conversation.pk, set())
    if len(kinds) != 1:
        raise NotKnown
    return next(iter(kinds))


def channels(journal: Journal) -> Mapping[int, set[str]]:
    if channels not in journal.kept:
        found: dict[int, set[str]] = {}
        rows = Conversation.objects.filter(public_id__in=set(journal.conversations))
        for key, kind in rows.values_list("pk", "bindings__line__kind"):
            found.setdefault(key, set()).add(kind)
        journal.kept[channels] = found
    known: Mapping[int, set[str]] = journal.kept[channels]
    return known


# ---- what they began before ----------------------------------------------------------------------


def earlier(journal: Journal, then: Then) -> list[Conversation]:
    """Those that counted, the latest first. Raises NotKnown where one of them cannot be told."""
    journal.of_contact(then)
    rows = [row for row in journal.siblings_of(then) if row.pk < then.conversation.pk]
    return [row for row in rows if status_of(journal, then, row) not in NO_HISTORY]


def status_of(journal: Journal, then: Then, row: Conversation) -> str:
    later = [entry for entry in told_of(journal, row) if not then.knew(entry)]
    if is_mixed(later):
        raise NotKnown
    changed = next((entry for entry in later if "status" in entry.before), None)
    return str(changed.before["status"] if changed else row.status)


def told_of(journal: Journal, row: Conversation) -> Sequence[Entry]:
    return journal.sibling_entries.get(row.public_id, ())


def earlier_count(journal: Journal, then: Then, clause: Clause) -> Any:
    return len(earlier(journal, then))


def earlier_at(journal: Journal, then: Then, clause: Clause) -> Any:
    found = earlier(journal, then)
    if not found:
        return None
    said = [entry for entry in told_of(journal, found[0]) if entry.kind in (HEARD, SENT)]
    if all(then.knew(entry) for entry in said):
        return found[0].last_message_at
    known = until(said, then)
    if not known:
        raise NotKnown
    written = found[0].messages.filter(public_id=known[-1].after["message"])
    return written.values_list("created_at", flat=True).first()


def earlier_rating(journal: Journal, then: Then, clause: Clause) -> Any:
    for row in earlier(journal, then):
        rated = [entry for entry in told_of(journal, row) if entry.kind == RATED]
        if (rated[-1].after["score"] if rated else None) != row.rating:
            raise NotKnown
        if known := until(rated, then):
            return known[-1].after["score"]
    return None


# ---- when the contact was heard from -------------------------------------------------------------


def last_heard_at(journal: Journal, then: Then, clause: Clause) -> Any:
    return talked(journal, then, HEARD, "last_heard_at")


def last_contacted_at(journal: Journal, then: Then, clause: Clause) -> Any:
    return talked(journal, then, SENT, "last_contacted_at")


def talked(journal: Journal, then: Then, kind: str, name: str) -> Any:
    """When one last wrote to the other, in whatever conversation."""
    if changed_in(journal.of_contact(then), name):
        raise NotKnown
    entries = [
        entry
        for row in journal.siblings_of(then)
        for entry in journal.sibling_entries.get(row.public_id, ())
        if entry.kind == kind
    ]
    latest = max((entry.created_at for entry in entries), default=None)
    if latest != getattr(then.conversation.contact, name):
        raise NotKnown
    return max((entry.created_at for entry in until(entries, then)), default=None)
