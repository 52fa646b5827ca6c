"""What colleagues wrote beside the threads: notes of contacts' records, and side conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from inbox.finding.excerpts import Piece, excerpt
from inbox.finding.people import ids
from inbox.finding.query import Term
from inbox.models import Conversation, SideMessage
from inbox.models.indexed import IndexedBeside
from people.models import Contact, ContactNote, Teammate

# So many of the newest are looked at for those that the viewer may see.
LOOKED_AT = 200

_BESIDE = """
SELECT id FROM inbox_indexedbeside WHERE words @@ %s::tsquery ORDER BY at DESC, id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Aside:
    """A note of a contact's record, or a message of a side conversation; the other is None."""

    excerpt: list[Piece]
    note: ContactNote | None = None
    said: SideMessage | None = None

    @property
    def written(self) -> ContactNote | SideMessage:
        written = self.note or self.said
        assert written is not None
        return written

    @property
    def address(self) -> str:
        """Where it is read: in the contact's record, or beside its conversation."""
        if self.said is None:
            return f"{reverse('inbox:search')}?q=contact:{self.contact.public_id}"
        conversation = self.said.side.conversation
        place = reverse("inbox:conversation", args=["all", conversation.public_id])
        return f"{place}?side={self.said.side.public_id}"

    @property
    def contact(self) -> Contact:
        if self.note is not None:
            return self.note.contact
        assert self.said is not None
        return self.said.side.conversation.contact


def rows_beside(tsquery: str, viewer: Teammate | None, limit: int) -> Sequence[IndexedBeside]:
    """The newest that were found and that the viewer may see; nothing of spam."""
    found = ids(_BESIDE, [tsquery, LOOKED_AT])
    if not found:
        return []
    conversations = Conversation.objects.visible_to(viewer).exclude(status="spam")
    contacts = Contact.objects.visible_to(viewer).current()
    visible = Q(note__deleted_at=None, note__contact__in=contacts) | Q(
        side_message__side__conversation__in=conversations
    )
    rows = IndexedBeside.objects.filter(visible, pk__in=found).select_related(
        "note__contact", "side_message__side__conversation__contact"
    )
    return rows.order_by("-at", "-pk")[:limit]


def text_of(row: IndexedBeside) -> str:
    if row.note is not None:
        return row.note.body
    assert row.side_message is not None
    subject = row.side_message.side.subject if row.side_message.seq == 1 else ""
    return f"{row.side_message.body_text} {subject}".strip()


def aside_of(row: IndexedBeside, terms: Sequence[Term], alike: set[str]) -> Aside:
    return Aside(excerpt(text_of(row), terms, alike), row.note, row.side_message)
