"""A conversation at a moment of its past, and what is read of the journal for many of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from ground.conditions import Clause, Snapshot
from ground.journal.models import Entry
from inbox.models import Conversation, Message
from people.models import Company

# After these nobody can tell what belonged to which.
MIXED = ("merged", "unmerged", "joined", "parted", "split", "split_off", "identified")
CONTACTS_MIXED = ("contact.merged", "contact.unmerged")
HEARD, SENT, UNDERSTOOD, RATED = (
    "message.received",
    "message.sent",
    "message.understood",
    "conversation.rated",
)
# What a conversation's moving times, its mood and its rating are made of.
THREAD = (
    HEARD,
    SENT,
    UNDERSTOOD,
    RATED,
    "conversation.closed",
    "conversation.reopened",
    *(f"conversation.{word}" for word in ("merged", "unmerged", "joined", "parted")),
    *(f"conversation.{word}" for word in ("split", "split_off")),
)
# Of whoever has more, what they wrote before is not looked through.
EARLIER_MAX = 200


class NotKnown(Exception):
    """The journal does not tell."""


@dataclass(frozen=True, eq=False)
class Then:
    """A conversation when its rules were asked, or would have been.

    last: the key of the last entry that had surely been written by then; now: what time it was.
    is_read_at_now: what had been written by that time was read too.
    """

    conversation: Conversation
    last: int
    now: datetime
    asked: Sequence[Clause]
    is_read_at_now: bool = False

    def knew(self, entry: Entry) -> bool:
        """Whether it had happened."""
        return entry.pk <= self.last or (self.is_read_at_now and entry.created_at <= self.now)


@dataclass
class Journal:
    """What has to be read for these moments, each thing once for all of them, and only when it is
    asked for."""

    moments: Sequence[Then]
    spoken: Snapshot
    # What is known of a clause at a moment, in a tuple; None where it cannot be known.
    known: Callable[[Journal, Then, Clause], tuple[Any] | None]
    # Segments that are asked for by name; None for all.
    segments: frozenset[str] | None = None
    # What is worked out once and used again.
    kept: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def oldest(self) -> int:
        return min(each.last for each in self.moments)

    @cached_property
    def conversations(self) -> dict[str, Conversation]:
        return {each.conversation.public_id: each.conversation for each in self.moments}

    # ---- what has changed since ------------------------------------------------------------------

    def since(self, then: Then, subject: str, public_id: str) -> list[Entry]:
        """What has happened to something since then, oldest first."""
        found = self.changes.get((subject, public_id), ())
        return [entry for entry in found if not then.knew(entry)]

    @cached_property
    def changes(self) -> Mapping[tuple[str, str], Sequence[Entry]]:
        rows = self.conversations.values()
        names: dict[str, set[str]] = {
            "conversation": set(self.conversations),
            "contact": {row.contact.public_id for row in rows},
            "team": {row.team.public_id for row in rows if row.team},
        }
        found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for subject, ids in names.items():
            for entry in self.entries_since(subject, ids):
                found[subject, entry.subject_id].append(entry)
        self.add_mixed(found, names["contact"])
        return found

    def entries_since(self, subject: str, ids: Iterable[str]) -> Iterable[Entry]:
        entries = Entry.objects.filter(
            subject_type=subject, subject_id__in=set(ids), pk__gt=self.oldest
        )
        return entries.order_by("id")

    def add_mixed(self, found: dict[tuple[str, str], list[Entry]], contacts: set[str]) -> None:
        """A contact who was a part of another for a while has no entry that says so."""
        mixed = Entry.objects.filter(
            kind__in=CONTACTS_MIXED, pk__gt=self.oldest, after__merged__in=contacts
        )
        for entry in mixed:
            if entry.subject_id != entry.after["merged"]:
                found["contact", entry.after["merged"]].append(entry)

    def of_conversation(self, then: Then) -> list[Entry]:
        return self.since(then, "conversation", then.conversation.public_id)

    def of_contact(self, then: Then) -> list[Entry]:
        """Raises NotKnown where contacts have been merged or parted since."""
        found = self.since(then, "contact", then.conversation.contact.public_id)
        if is_mixed(found):
            raise NotKnown
        return found

    # ---- companies -------------------------------------------------------------------------------

    def company(self, then: Then) -> tuple[Company | None, list[Entry]]:
        """The company that the contact was of then, and what has happened to it since. Raises
        NotKnown where it is gone."""
        contact = then.conversation.contact
        moved = changed_in(self.of_contact(then), "company")
        if moved is None:
            row = contact.company
        else:
            name = moved.before.get("company")
            row = self.companies_before.get(name) if name else None
            if name and row is None:
                raise NotKnown
        if row is None:
            return None, []
        changes = self.company_changes.get(row.public_id, ())
        return row, [entry for entry in changes if not then.knew(entry)]

    @cached_property
    def companies_before(self) -> dict[str, Company]:
        """Those that contacts of these conversations have left since."""
        names = {
            entry.before["company"]
            for (subject, _), entries in self.changes.items()
            for entry in entries
            if subject == "contact" and entry.before.get("company")
        }
        return {row.public_id: row for row in Company.objects.filter(public_id__in=names)}

    @cached_property
    def company_changes(self) -> Mapping[str, Sequence[Entry]]:
        now = {row.contact.company for row in self.conversations.values() if row.contact.company}
        names = {row.public_id for row in now} | set(self.companies_before)
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries_since("company", names):
            found[entry.subject_id].append(entry)
        return found

    # ---- threads ---------------------------------------------------------------------------------

    @cached_property
    def threads(self) -> Mapping[str, Sequence[Entry]]:
        """All that was said and done in these conversations, oldest first."""
        found: dict[str, list[Entry]] = defaultdict(list)
        entries = Entry.objects.filter(
            subject_type="conversation", subject_id__in=set(self.conversations), kind__in=THREAD
        )
        for entry in entries.order_by("id"):
            found[entry.subject_id].append(entry)
        return found

    @cached_property
    def said_at(self) -> Mapping[str, datetime]:
        """When each public message of these conversations was written."""
        keys = [row.pk for row in self.conversations.values()]
        rows = Message.objects.public().filter(conversation__in=keys)
        return dict(rows.values_list("public_id", "created_at"))

    @cached_property
    def contact_words(self) -> Mapping[int, Sequence[tuple[int, str]]]:
        """What the customer wrote in each, as (seq, text), the newest first."""
        keys = [row.pk for row in self.conversations.values()]
        rows = Message.objects.public().filter(
            conversation__in=keys, author_type=Message.Author.CONTACT
        )
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        told = rows.order_by("-seq").values_list("conversation", "seq", "body_text")
        for key, seq, text in told:
            found[key].append((seq, text))
        return found

    # ---- everything that a contact wrote in ------------------------------------------------------

    @cached_property
    def siblings(self) -> Mapping[int, Sequence[Conversation]]:
        """The conversations of each contact, the latest first."""
        keys = {row.contact_id for row in self.conversations.values()}
        found: dict[int, list[Conversation]] = defaultdict(list)
        for row in Conversation.objects.filter(contact__in=keys).order_by("-pk"):
            found[row.contact_id].append(row)
        return found

    def siblings_of(self, then: Then) -> Sequence[Conversation]:
        """Raises NotKnown where there are too many to look through."""
        found = self.siblings.get(then.conversation.contact_id, ())
        if len(found) > EARLIER_MAX:
            raise NotKnown
        return found

    @cached_property
    def sibling_entries(self) -> Mapping[str, Sequence[Entry]]:
        """What is needed to know how these stood: all that was said, rated, and since then done."""
        names = {
            row.public_id
            for rows in self.siblings.values()
            if len(rows) <= EARLIER_MAX
            for row in rows
        }
        found: dict[str, dict[int, Entry]] = defaultdict(dict)
        said = Entry.objects.filter(
            subject_type="conversation", subject_id__in=names, kind__in=(HEARD, SENT, RATED)
        )
        for entry in (*said, *self.entries_since("conversation", names)):
            found[entry.subject_id][entry.pk] = entry
        return {name: [rows[pk] for pk in sorted(rows)] for name, rows in found.items()}


def changed_in(entries: Iterable[Entry], name: str) -> Entry | None:
    """The first of these that changed a field."""
    return next((each for each in entries if name in each.before or name in each.after), None)


def is_mixed(entries: Iterable[Entry]) -> bool:
    return any(each.kind.rpartition(".")[2] in MIXED for each in entries)
