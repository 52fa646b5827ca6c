"""What follows from what happened elsewhere. Each is safe to run twice and in any order."""

from datetime import datetime

from ground.journal.models import Entry
from ground.journal.reactions import together
from ground.web import files
from people.actions.contacts import latest, move_times
from people.actions.devices import drop_ended_devices
from people.models import Teammate


@together
def note_heard(entries: list[Entry]) -> None:
    """Contacts wrote: we heard from them, and they were here."""
    move_times(moments(entries), "last_heard_at", "last_seen_at")


@together
def note_contacted(entries: list[Entry]) -> None:
    """Somebody of ours replied to contacts."""
    move_times(moments(entries), "last_contacted_at")


def moments(entries: list[Entry]) -> dict[str, datetime]:
    """When each contact was last written to or by."""
    return latest(
        (entry.after["contact"], entry.created_at) for entry in entries if "contact" in entry.after
    )


def forget_picture(entry: Entry) -> None:
    """A teammate has another picture: nobody is shown the one before."""
    key = entry.before["avatar"]
    if key:
        files.delete(key)


def drop_devices(entry: Entry) -> None:
    """Sessions of a teammate are over: the browsers that were notified by them are not any more."""
    teammate = Teammate.objects.filter(public_id=entry.subject_id).first()
    if teammate is not None:
        drop_ended_devices(teammate)
