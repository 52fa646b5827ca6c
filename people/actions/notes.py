"""What teammates note of a contact for each other."""

from django.db import transaction
from django.db.models.functions import Now

from ground.journal import record
from ground.web.problems import Invalid, NotFound
from ground.web.text import clean
from people import kinds
from people.actions.merge import current
from people.models import ApiToken, Contact, ContactNote, Teammate
from people.models.teammate import Capability
from people.permissions import Actor, require

NOTE_LENGTH = 4000
CONTACT_NOTES_MAX = 200


def note_of_contact(contact: Contact, *, by: Actor, body: str) -> ContactNote:
    """Adds a note to a contact, or the one it was merged into.

    Raises Invalid for a text that is empty, unsound or longer than NOTE_LENGTH characters, and for
    more than CONTACT_NOTES_MAX notes; NotAllowed.
    """
    require(by, Capability.EDIT_CONTACTS)
    text = clean(body, "body", max_bytes=4 * NOTE_LENGTH).strip()
    if len(text) > NOTE_LENGTH:
        raise Invalid(errors={"body": [f"A note has at most {NOTE_LENGTH:,} characters."]})
    with transaction.atomic():
        held = current(contact)
        check_room(held)
        teammate, name = author_of(by)
        made = ContactNote.objects.create(
            contact=held, teammate=teammate, author_name=name, body=text
        )
        tell(kinds.CONTACT_NOTED, held, made, by)
        return made


def delete_contact_note(contact: Contact, name: str, *, by: Actor) -> ContactNote:
    """Takes a note away; one that is gone already stays gone. Raises NotFound, NotAllowed."""
    require(by, Capability.EDIT_CONTACTS)
    with transaction.atomic():
        held = current(contact)
        found = note_named(held, name)
        if found.deleted_at is None:
            put_away(found, True)
            tell(kinds.CONTACT_NOTE_DELETED, held, found, by)
        return found


def restore_contact_note(contact: Contact, name: str, *, by: Actor) -> ContactNote:
    """Brings a deleted note back, with its author and time. Raises as the two others do."""
    require(by, Capability.EDIT_CONTACTS)
    with transaction.atomic():
        held = current(contact)
        found = note_named(held, name)
        if found.deleted_at is not None:
            check_room(held)
            put_away(found, False)
            tell(kinds.CONTACT_NOTE_RESTORED, held, found, by)
        return found


def author_of(by: Actor) -> tuple[Teammate | None, str]:
    """Who wrote it, and the name that stays when they are gone."""
    if isinstance(by, ApiToken):
        return by.teammate, str(by.teammate or by.name)
    return (by, str(by)) if isinstance(by, Teammate) else (None, getattr(by, "name", ""))


def note_named(held: Contact, name: str) -> ContactNote:
    found = ContactNote.objects.filter(contact=held, public_id=name).first()
    if found is None:
        raise NotFound("There is no such note.")
    return found


def put_away(note: ContactNote, is_deleted: bool) -> None:
    note.deleted_at = Now() if is_deleted else None
    note.save(update_fields=["deleted_at"])


def check_room(held: Contact) -> None:
    if held.notes.kept().count() >= CONTACT_NOTES_MAX:
        raise Invalid(errors={"body": [f"At most {CONTACT_NOTES_MAX} notes fit on a contact."]})


def tell(kind: str, held: Contact, note: ContactNote, by: Actor) -> None:
    record(
        kind,
        by=by,
        subject=held,
        topics=[f"contact.{held.public_id}"],
        after={"note": note.public_id},
    )
