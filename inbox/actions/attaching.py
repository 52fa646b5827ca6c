"""Files: stored first, then named by the message that carries them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.db.models.functions import Now

from ground.web import files
from ground.web.problems import Invalid
from inbox.models import Attachment, DeletedNote, Draft, LaterMessage, Message
from people.models import Contact, Teammate

UNUSED_FOR = timedelta(hours=24)


def attach(
    upload: UploadedFile, *, by: Contact | Teammate | None = None, visitor: str = ""
) -> Attachment:
    """Stores a file for whoever will name it in a message: `by`, or an anonymous `visitor`.

    Raises TooLarge, Invalid and Unavailable as `ground.web.files.store` does.
    """
    stored = files.store(upload)
    return Attachment.objects.create(
        contact=by if isinstance(by, Contact) else None,
        teammate=by if isinstance(by, Teammate) else None,
        visitor=visitor,
        key=stored.key,
        thumb_key=stored.thumb_key,
        name=stored.name,
        content_type=stored.content_type,
        size=stored.size,
        width=stored.width,
        height=stored.height,
    )


def hand_uploads(visitor: str, successor: str) -> None:
    """What an anonymous visitor uploaded and has not sent yet is the signed-in one's to send."""
    Attachment.objects.filter(visitor=visitor, message=None).update(visitor=successor)


def take(names: Iterable[str], message: Message, *, by: Any, visitor: str = "") -> None:
    """Hangs uploads on a message. Raises Invalid unless each is the speaker's own and unused."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return
    unused = Attachment.objects.filter(public_id__in=wanted, message=None)
    if isinstance(by, Teammate):
        own = unused.filter(teammate=by)
    else:
        own = unused.filter(contact=by)
        if visitor:
            own = own | unused.filter(visitor=visitor, contact=None, teammate=None)
    if own.update(message=message) != len(wanted):
        raise Invalid(errors={"attachments": ["One of the files is not there. Upload it again."]})


def wanted() -> set[str]:
    """The uploads that a draft, a reply that waits or a note that may come back still names."""
    unfinished = (
        Draft.objects.filter(is_empty=False),
        LaterMessage.objects.not_over(),
        DeletedNote.objects.all(),
    )
    return {
        name
        for rows in unfinished
        for names in rows.exclude(attachments=[]).values_list("attachments", flat=True)
        for name in names
    }


def forget_unused() -> int:
    """Deletes uploads that nothing has named for a day; returns how many."""
    unused = Attachment.objects.filter(message=None, created_at__lt=Now() - UNUSED_FOR)
    return erase(unused.exclude(public_id__in=wanted())[:500])


def erase(attachments: QuerySet[Attachment]) -> int:
    """Deletes these files, unless a message has named one meanwhile; returns how many."""
    count = 0
    for attachment in attachments:
        if Attachment.objects.filter(pk=attachment.pk, message=None).delete()[0]:
            files.delete(attachment.key)
            if attachment.thumb_key:
                files.delete(attachment.thumb_key)
            count += 1
    return count
