"""What teammates have begun to write, as their composers take it."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string

from inbox import steps
from inbox.models import Attachment, Conversation, Draft
from people.models import Teammate


def drafts_of(conversation: Conversation, teammate: Teammate) -> dict[str, Any]:
    """The teammate's drafts in a conversation, by kind, as the composer takes them."""
    stored = Draft.objects.of(teammate).filter(conversation=conversation)
    return described(list(stored), teammate)


def described(drafts: Iterable[Draft], teammate: Teammate) -> dict[str, Any]:
    """Drafts by kind. Files that are gone, or were sent by now, are left out."""
    drafts = list(drafts)
    ids = [name for draft in drafts for name in draft.attachments]
    files = {}
    if ids:
        own = Attachment.objects.filter(public_id__in=ids, teammate=teammate, message=None)
        files = {file.public_id: file for file in own}
    names = steps.names_for(teammate, [step for draft in drafts for step in draft.then])
    return {
        draft.kind: {
            "version": draft.version,
            # An empty one's id may be that of a message by now.
            "client_id": "" if draft.is_empty else str(draft.client_id or ""),
            "saved_at": draft.saved_at.isoformat(),
            "is_empty": draft.is_empty,
            "body": draft.body,
            "uploads": [upload(files[name]) for name in draft.attachments if name in files],
            "choices": draft.choices,
            "then": [
                {"step": steps.as_text(step), "words": steps.in_words(step, names)}
                for step in draft.then
            ],
            "macros": draft.macros,
        }
        for draft in drafts
    }


def upload(file: Attachment) -> dict[str, str]:
    """A file that waits for its message, as the composer shows it."""
    html = render_to_string("inbox/_file.html", {"file": file})
    return {"id": file.public_id, "name": file.name, "html": html}
