"""How far teammates have read a side conversation: no journal entry, shown live."""

from django.db import connection, transaction

from ground.journal.live import publish_after_commit
from inbox.actions.clearing import clear_side
from inbox.models import SideConversation
from people.models import Teammate


def mark_side_read(side: SideConversation, *, by: Teammate, seq: int) -> None:
    """Marks only move forward and never past the end. Visibility is the caller's matter."""
    seq = max(0, min(seq, side.last_seq))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO inbox_sidereadmarker (side_id, teammate_id, seq) VALUES (%s, %s, %s)
                ON CONFLICT (side_id, teammate_id) DO UPDATE SET seq = excluded.seq
                 WHERE inbox_sidereadmarker.seq < excluded.seq
                """,
                [side.pk, by.pk, seq],
            )
            is_moved = cursor.rowcount > 0
        clear_side(side, by, seq)
        if is_moved:
            frame = {
                "type": "side",
                "conversation": side.conversation.public_id,
                "side": side.public_id,
                "is_read": True,
            }
            publish_after_commit([f"teammate.{by.public_id}"], frame)
