"""Keeping how quickly customers write: read from the last words of their conversations."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.db.models import F

from ground.journal.models import Entry
from inbox.models import Message
from routing.models import Pace
from routing.pace import WORDS_NEEDED, Word, pace

HEARD = "message.received"
# Of a conversation so many of the last public words are read, those of bots among them.
WORDS_READ = 40


def keep_paces(entries: Iterable[Entry]) -> int:
    """Customers wrote: how long they usually take is kept, in one question and one statement for
    all of them, and in none where it cannot be known yet. Returns of how many it is known."""
    names = {
        entry.subject_id
        for entry in entries
        if entry.kind == HEARD and (entry.after.get("public_seq") or 0) >= WORDS_NEEDED
    }
    if not names:
        return 0
    # What the house says by itself, and what a bot says, is no answer that anybody waits for.
    said = Message.objects.filter(
        conversation__public_id__in=names,
        public_seq__gt=F("conversation__public_seq") - WORDS_READ,
        author_type__in=[Message.Author.CONTACT, Message.Author.TEAMMATE],
    ).order_by("conversation_id", "public_seq")
    rows = said.values_list("conversation_id", "author_type", "created_at")
    known = []
    for conversation, words in groupby(rows, key=lambda row: row[0]):
        usual = pace(Word(at, author == Message.Author.TEAMMATE) for _, author, at in words)
        if usual is not None:
            known.append(Pace(conversation_id=conversation, seconds=int(usual.total_seconds())))
    Pace.objects.bulk_create(
        known,
        update_conflicts=True,
        unique_fields=["conversation"],
        update_fields=["seconds"],
    )
    return len(known)
