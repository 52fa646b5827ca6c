"""Contacts that look like one person and are two."""

from django.db import transaction
from django.db.models import Q

from ground.journal import record
from ground.web.problems import StateConflict
from people import kinds
from people.actions.merge import both_held
from people.duplicates import known_as
from people.models import Contact, Distinction, Teammate
from people.models.teammate import Capability
from people.permissions import Actor, require


def tell_apart(one: Contact, other: Contact, *, by: Actor) -> Distinction:
    """Suggests these two no more, to nobody, until an address of one of them changes.

    Raises StateConflict for one and the same or for one that was merged, NotAllowed.
    """
    require(by, Capability.MERGE_CONTACTS)
    with transaction.atomic():
        one, other = sound_pair(one, other)
        found, _ = Distinction.objects.update_or_create(
            one=one,
            other=other,
            defaults={
                "known_as": known_as(one, other),
                "by": by if isinstance(by, Teammate) else None,
            },
        )
        note(kinds.CONTACT_TOLD_APART, one, other, by)
        return found


def confuse(one: Contact, other: Contact, *, by: Actor) -> None:
    """Takes that back; leaves no trace where nobody said so. Raises as `tell_apart` does."""
    require(by, Capability.MERGE_CONTACTS)
    with transaction.atomic():
        one, other = sound_pair(one, other)
        pair = Q(one=one, other=other) | Q(one=other, other=one)
        if Distinction.objects.filter(pair).delete()[0]:
            note(kinds.CONTACT_MAY_BE_SAME, one, other, by)


def sound_pair(one: Contact, other: Contact) -> tuple[Contact, Contact]:
    """Both, locked, the one known longer first."""
    if one.pk == other.pk:
        raise StateConflict("This is one contact.")
    held = both_held(*sorted((one, other), key=lambda each: each.pk))
    for each in held:
        if each.is_merged:
            raise StateConflict(f"{each} has been merged already.")
    return held


def note(kind: str, one: Contact, other: Contact, by: Actor) -> None:
    record(
        kind,
        by=by,
        subject=one,
        topics=[f"contact.{one.public_id}", f"contact.{other.public_id}"],
        after={"other": other.public_id},
    )
