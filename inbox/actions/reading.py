"""Seen marks: one narrow upsert each, no journal entry, shown live; and taking one back."""

from django.db import connection, transaction
from django.db.models import Q

from ground.journal import record
from ground.journal.live import publish_after_commit
from ground.web.problems import NotFound
from inbox import kinds
from inbox.actions.clearing import clear_read
from inbox.actions.thread import can_see, lock
from inbox.models import Conversation, Message, ReadMarker
from people.models import Contact, Teammate


def mark_read(conversation: Conversation, *, by: Contact | Teammate, seq: int) -> None:
    """Notes how far somebody has read: `public_seq` for a contact, `seq` for a teammate.

    Marks only move forward and never past the end. Visibility is the caller's matter.
    """
    if isinstance(by, Contact):
        read_by_contact(conversation, seq)
    else:
        read_by_teammate(conversation, by, seq)


def read_by_contact(conversation: Conversation, seq: int) -> None:
    with transaction.atomic():
        moved = (
            Conversation.objects.select_for_update(of=("self",))
            .select_related("contact")
            .filter(pk=conversation.pk)
            # What was unread in a part is counted here since it became one.
            .filter(Q(contact_read_seq__lt=seq) | Q(contact_read_seq=seq, contact_unread__gt=0))
            .first()
        )
        if moved is None:
            return
        moved.contact_read_seq = min(seq, moved.public_seq)
        if not moved.is_merged:
            moved.contact_unread = (
                moved.messages.filter(public_seq__gt=moved.contact_read_seq)
                .exclude(author_type=Message.Author.CONTACT)
                .count()
            )
        moved.save(update_fields=["contact_read_seq", "contact_unread"])
        frame = {
            "type": "read",
            "conversation": moved.public_id,
            "by": "contact",
            "seq": moved.contact_read_seq,
        }
        publish_after_commit([f"conversation.{moved.public_id}"], frame)
        publish_after_commit(
            [f"contact.{moved.contact.public_id}"],
            {
                "type": "unread",
                "conversation": moved.public_id,
                "unread": moved.contact_unread,
                "seq": moved.contact_read_seq,
            },
        )


def read_by_teammate(conversation: Conversation, teammate: Teammate, seq: int) -> None:
    seq = max(0, min(seq, conversation.last_seq))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO inbox_readmarker (conversation_id, teammate_id, seq, read_at)
                VALUES (%s, %s, %s, now())
                ON CONFLICT (conversation_id, teammate_id) DO UPDATE
                   SET seq = excluded.seq, is_unread = false, read_at = now()
                 WHERE inbox_readmarker.seq < excluded.seq
                    OR inbox_readmarker.is_unread AND inbox_readmarker.seq = excluded.seq
                """,
                [conversation.pk, teammate.pk, seq],
            )
            is_moved = cursor.rowcount > 0
        if is_moved:
            show_seen(conversation, seq)
            clear_read(conversation, teammate, seq)
            publish_after_commit(
                [f"teammate.{teammate.public_id}"],
                {"type": "read", "conversation": conversation.public_id, "by": "me", "seq": seq},
            )


def mark_unread(conversation: Conversation, *, by: Teammate) -> ReadMarker:
    """Makes a conversation unread for this teammate alone, until they read on.

    Their mark goes back to before the contact's last message; what the contact sees stays. Marking
    it twice leaves no trace. Raises NotFound.
    """
    with transaction.atomic():
        # The mark first and then the conversation, as reading takes them.
        marker, _ = ReadMarker.objects.select_for_update().get_or_create(
            conversation=conversation, teammate=by
        )
        locked = lock(conversation)
        if not can_see(by, locked):
            raise NotFound
        if marker.is_unread:
            return marker
        old_seq = marker.seq
        marker.seq = min(old_seq, max(0, locked.contact_wrote_seq - 1))
        marker.is_unread = True
        marker.save(update_fields=["seq", "is_unread"])
        record(
            kinds.CONVERSATION_MARKED_UNREAD,
            by=by,
            subject=locked,
            before={"seq": old_seq},
            after={"seq": marker.seq},
            rows={"conversation": locked, "marker": marker},
        )
        return marker


def show_seen(conversation: Conversation, seq: int) -> None:
    """Tells the contact how far a teammate has seen; one UPDATE when it moves, none otherwise."""
    seen = (
        conversation.messages.filter(seq__lte=seq, public_seq__isnull=False)
        .order_by("-seq")
        .values_list("public_seq", flat=True)
        .first()
    )
    if seen is None:
        return
    behind = Conversation.objects.filter(pk=conversation.pk, team_read_seq__lt=seen)
    if behind.update(team_read_seq=seen):
        publish_after_commit(
            [f"contact.{conversation.contact.public_id}"],
            {
                "type": "read",
                "conversation": conversation.public_id,
                "by": "teammate",
                "seq": seen,
            },
        )
