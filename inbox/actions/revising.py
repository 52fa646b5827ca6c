"""Internal notes after they were written: edited, deleted, brought back.

Only notes: what a customer may have seen stays as it was. No text goes to the journal, so that what
is deleted is gone: its words are kept apart while it can be brought back, and then erased.
"""

from datetime import UTC, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from ground.journal import record
from ground.web.markup import plain as plain_text
from ground.web.markup import render
from ground.web.problems import NotAllowed, NotFound, StateConflict
from ground.web.text import clean
from inbox import kinds
from inbox.actions import mentioning
from inbox.actions.attaching import erase
from inbox.actions.clearing import forget_mentions
from inbox.actions.telling import PREVIEW
from inbox.actions.thread import database_now, lock, require, topics
from inbox.models import (
    Attachment,
    Conversation,
    DeletedNote,
    IndexedMessage,
    Message,
    Notification,
)
from people.models import Team, Teammate
from people.models.teammate import Capability

RESTORABLE_FOR = timedelta(minutes=10)
NO_NOTE = "There is no such note."
NOT_YOURS = "Only who wrote a note edits it."
NOT_YOURS_TO_DELETE = "A note is deleted by who wrote it, or by an admin."
CHANGED = "This note was changed meanwhile. Look at it again; what you wrote is still here."
GONE = "It can no longer be brought back."
DELETED = "note_deleted"


def edit_note(
    conversation: Conversation,
    name: str,
    *,
    by: Teammate,
    body: str,
    seen: str | None = None,
) -> Message:
    """Gives a note other words, which its author may. Whom they name now and did not before is
    told; who is named no more has no news of it.

    `seen` is the version of the note that was edited (`version_of`): one that was changed since
    raises StateConflict. Raises Invalid, NotFound, NotAllowed.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.NOTE)
        note = note_named(locked, name)
        if note.teammate_id != by.pk:
            raise NotAllowed(NOT_YOURS)
        if seen is not None and seen != version_of(note):
            raise StateConflict(CHANGED)
        text = clean(
            body,
            "body",
            max_bytes=settings.MESSAGE_MAX_KB * 1024,
            required=not note.attachments.all(),
        )
        if text == note.body_text:
            return note
        named = mentioning.named_in(text, render(text), locked, by=by)
        old = plain_text(note.body_text, length=PREVIEW)
        before = {"edited_at": note.edited_at.isoformat() if note.edited_at else None}
        now = database_now()
        note.body_text, note.body_html = text, named.html
        note.edited_at = note.changed_at = now
        note.save(update_fields=["body_text", "body_html", "edited_at", "changed_at"])
        news = mentioning.replace(note, named.reached)
        requote(locked, old, plain_text(text, length=PREVIEW))
        forget_mentions(locked, news.removed)
        tell(kinds.NOTE_EDITED, note, by, before, {"edited_at": now.isoformat()} | news.journaled)
        return note


def delete_note(conversation: Conversation, name: str, *, by: Teammate) -> Message:
    """Puts in the place of a note the line that says who deleted it. Its author may, and an admin.
    For RESTORABLE_FOR whoever deleted it may bring it back. One that is deleted stays so.

    Raises NotFound, NotAllowed.
    """
    with transaction.atomic():
        locked = lock(conversation)
        note = line_named(locked, name)
        is_own = note.teammate_id == by.pk and note.kind == Message.Kind.NOTE
        require(by, locked, Capability.NOTE if is_own or not by.is_admin else Capability.MANAGE)
        if is_deleted(note):
            return note
        if note.kind != Message.Kind.NOTE:
            raise NotFound(NO_NOTE)
        if not is_own and not by.is_admin:
            raise NotAllowed(NOT_YOURS_TO_DELETE)
        author, files = note.teammate, list(note.attachments.all())
        before = {
            "author": author.public_id if author else None,
            "attachments": [file.public_id for file in files],
        }
        put_aside(note, files, by)
        news = mentioning.replace(note, {})
        Attachment.objects.filter(message=note).update(message=None)
        IndexedMessage.objects.filter(message=note).delete()
        requote(locked, plain_text(note.body_text, length=PREVIEW), "")
        forget_mentions(locked, news.removed)
        note.kind, note.activity = Message.Kind.ACTIVITY, {"kind": DELETED}
        if not is_own:
            note.activity["author"] = note.author_name
        note.body_text = note.body_html = ""
        note.teammate, note.author_name, note.edited_at = by, str(by), None
        save_line(note)
        tell(kinds.NOTE_DELETED, note, by, before, news.journaled)
        return note


def restore_note(conversation: Conversation, name: str, *, by: Teammate) -> Message:
    """Brings back a note that the teammate has deleted, with its files and whom it mentioned; one
    that is there stays as it is. Raises NotFound, NotAllowed, and StateConflict when it is erased.
    """
    with transaction.atomic():
        locked = lock(conversation)
        require(by, locked, Capability.NOTE)
        note = line_named(locked, name)
        if note.kind == Message.Kind.NOTE:
            return note
        if not is_deleted(note):
            raise NotFound(NO_NOTE)
        said = DeletedNote.objects.filter(message=note, deleted_at__gt=Now() - RESTORABLE_FOR)
        kept = said.select_related("teammate").first()
        if kept is None:
            raise StateConflict(GONE)
        if kept.deleted_by_id != by.pk:
            raise NotAllowed("Only who deleted a note brings it back.")
        note.kind, note.activity = Message.Kind.NOTE, None
        note.body_text, note.body_html = kept.body_text, kept.body_html
        note.teammate, note.author_name = kept.teammate, kept.author_name
        note.edited_at = kept.edited_at
        save_line(note)
        Attachment.objects.filter(public_id__in=kept.attachments, message=None).update(message=note)
        reached = known_among(kept.mentions, locked)
        mentioning.replace(note, reached)
        kept.delete()
        tell(kinds.NOTE_RESTORED, note, by, {}, {})
        return note


def erase_deleted() -> int:
    """Erases what deleted notes said that cannot be brought back any more; returns how many."""
    count = 0
    due = DeletedNote.objects.filter(deleted_at__lte=Now() - RESTORABLE_FOR)
    for kept in due.order_by("deleted_at")[:500]:
        with transaction.atomic():
            if not DeletedNote.objects.filter(pk=kept.pk).delete()[0]:
                continue
            count += 1
        erase(Attachment.objects.filter(public_id__in=kept.attachments, message=None))
    return count


def restorable(note: Message, by: Teammate) -> bool:
    """Whether the teammate can still bring this line's note back."""
    kept = DeletedNote.objects.filter(message=note, deleted_by=by)
    return is_deleted(note) and kept.filter(deleted_at__gt=Now() - RESTORABLE_FOR).exists()


def version_of(note: Message) -> str:
    """A text that is another whenever the note was changed; "" for one that never was."""
    at = note.changed_at
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""


def is_deleted(line: Message) -> bool:
    return (line.activity or {}).get("kind") == DELETED


def line_named(conversation: Conversation, name: str) -> Message:
    """Raises NotFound."""
    found = conversation.messages.for_thread().filter(public_id=name).first()
    if found is None:
        raise NotFound(NO_NOTE)
    return found


def note_named(conversation: Conversation, name: str) -> Message:
    """Raises NotFound."""
    found = line_named(conversation, name)
    if found.kind != Message.Kind.NOTE:
        raise NotFound(NO_NOTE)
    return found


def put_aside(note: Message, files: list[Attachment], by: Teammate) -> None:
    rows = note.mentions.select_related("teammate", "team")
    DeletedNote.objects.create(
        message=note,
        teammate=note.teammate,
        author_name=note.author_name,
        body_text=note.body_text,
        body_html=note.body_html,
        edited_at=note.edited_at,
        mentions=[
            [row.teammate.public_id, row.team.public_id if row.team else None] for row in rows
        ],
        attachments=[file.public_id for file in files],
        deleted_by=by,
    )


def save_line(note: Message) -> None:
    note.changed_at = database_now()
    note._prefetched_objects_cache = {}
    names = ("kind", "activity", "body_text", "body_html", "teammate", "author_name")
    note.save(update_fields=[*names, "edited_at", "changed_at"])


def known_among(mentions: list[Any], conversation: Conversation) -> dict[Teammate, Team | None]:
    """Those whom a note mentioned and who may see the conversation still."""
    seeing = Teammate.objects.seeing(conversation.team)
    mates = seeing.filter(public_id__in=[mate for mate, _ in mentions])
    by_name = {mate.public_id: mate for mate in mates}
    named = Team.objects.filter(public_id__in=[team for _, team in mentions if team])
    teams = {team.public_id: team for team in named}
    return {by_name[mate]: teams.get(team) for mate, team in mentions if mate in by_name}


def requote(conversation: Conversation, old: str, new: str) -> None:
    """Notifications that quote a note say what it says now."""
    if old:
        quoting = Notification.objects.filter(conversation=conversation, preview=old)
        quoting.update(preview=new)


def tell(
    kind: str, note: Message, by: Teammate, before: dict[str, Any], after: dict[str, Any]
) -> None:
    record(
        kind,
        by=by,
        subject=note.conversation,
        topics=topics(note.conversation),
        before=before,
        after={"message": note.public_id, "seq": note.seq} | after,
        rows={"conversation": note.conversation, "message": note},
    )
