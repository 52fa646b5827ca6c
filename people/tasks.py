"""What follows from what happened elsewhere. Each is safe to run twice and in any order."""

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from ground.journal.models import Entry
from ground.web import files
from people.models import Contact


def note_heard(entry: Entry) -> None:
    """A contact wrote: we heard from them, and they were here."""
    note_latest(entry, "last_heard_at", "last_seen_at")


def note_contacted(entry: Entry) -> None:
    """Somebody of ours replied to a contact."""
    note_latest(entry, "last_contacted_at")


def note_latest(entry: Entry, *fields: str) -> None:
    """Moves a contact's times forward to when the entry was written."""
    moved = {field: latest(field, entry.created_at) for field in fields}
    named = Contact.objects.filter(public_id=entry.after.get("contact"))
    if not named.current().update(**moved):
        for contact in named:
            Contact.objects.filter(pk=contact.resolve().pk).update(**moved)


def latest(field: str, moment: datetime) -> Greatest:
    # PostgreSQL's greatest() passes over null.
    return Greatest(F(field), moment)


def forget_picture(entry: Entry) -> None:
    """A teammate has another picture: nobody is shown the one before."""
    key = entry.before["avatar"]
    if key:
        files.delete(key)
