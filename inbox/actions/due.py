"""By when something must be done in a conversation, as its row, head and order show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from ground.journal import record
from ground.journal.models import Entry
from inbox import kinds
from inbox.actions.thread import Actor, list_topic
from inbox.models import Conversation


def set_due(
    conversation: Conversation,
    *,
    by: Actor,
    due_at: datetime | None,
    soon_at: datetime | None = None,
    what: str = "",
    cause: Entry | None = None,
) -> Conversation:
    """Repeats on a locked conversation what is due next there; None for nothing. Whoever reckons
    that calls it in the transaction that holds the lock."""
    set_all_due([Due(conversation, due_at, soon_at, what)], by=by, cause=cause)
    return conversation


@dataclass(frozen=True)
class Due:
    """What is due next in a conversation, as `set_due` is told it."""

    conversation: Conversation
    due_at: datetime | None
    soon_at: datetime | None = None
    what: str = ""

    def changes(self) -> dict[str, Any]:
        """What it says other than the row."""
        wanted = {"due_at": self.due_at, "due_soon_at": self.soon_at, "due_for": self.what}
        if all(getattr(self.conversation, name) == value for name, value in wanted.items()):
            return {}
        return wanted


def set_all_due(found: Iterable[Due], *, by: Actor, cause: Entry | None = None) -> int:
    """The same for many, in one statement and an entry each; returns how many it changed."""
    changed = [(each, wanted) for each in found if (wanted := each.changes())]
    before = [(each.conversation.due_at, each.conversation.due_for) for each, _ in changed]
    for each, wanted in changed:
        for name, value in wanted.items():
            setattr(each.conversation, name, value)
    rows = [each.conversation for each, _ in changed]
    rewrite(rows)
    for row, (due_at, due_for) in zip(rows, before, strict=True):
        record(
            kinds.CONVERSATION_DUE_CHANGED,
            by=by,
            subject=row,
            topics=[list_topic(row), f"conversation.{row.public_id}"],
            before={"due_at": said(due_at), "due_for": due_for},
            after={"due_at": said(row.due_at), "due_for": row.due_for},
            cause=cause,
            rows={"conversation": row},
        )
    return len(rows)


# Past the ORM, whose update of many rows takes several times as long as all the rest together.
_REWRITE = """
UPDATE inbox_conversation AS held
   SET due_at = new.due_at, due_soon_at = new.due_soon_at, due_for = new.due_for
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[])
       AS new (id, due_at, due_soon_at, due_for)
 WHERE held.id = new.id
"""


def rewrite(rows: Sequence[Conversation]) -> None:
    if rows:
        values = [(row.pk, row.due_at, row.due_soon_at, row.due_for) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(_REWRITE, [list(column) for column in zip(*values, strict=True)])


def said(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
