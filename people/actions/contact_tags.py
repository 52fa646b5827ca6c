"""Which tags a contact has."""

from collections.abc import Collection

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid
from people import kinds
from people.actions.merge import current
from people.models import Contact, ContactTagging, Tag, Teammate
from people.models.teammate import Capability
from people.permissions import Actor, require

CONTACT_TAGS_MAX = 50


def tag_contact(
    contact: Contact, *, by: Actor, add: Collection[Tag] = (), remove: Collection[Tag] = ()
) -> Contact:
    """Puts tags on a contact, or the one it was merged into, and takes tags off; what is so
    already leaves no trace.

    An archived tag stays where it is and is put on nobody more. Raises Invalid for one, and for
    more than CONTACT_TAGS_MAX; NotAllowed.
    """
    require(by, Capability.EDIT_CONTACTS)
    with transaction.atomic():
        held = current(contact)
        before = list(held.tags)
        gone = [each for each in before if each in remove]
        fresh = [each for each in dict.fromkeys(add) if each not in before]
        check_fresh(fresh, size=len(before) - len(gone) + len(fresh))
        if gone or fresh:
            ContactTagging.objects.filter(contact=held, tag__in=gone).delete()
            teammate = by if isinstance(by, Teammate) else None
            ContactTagging.objects.bulk_create(
                ContactTagging(contact=held, tag=each, teammate=teammate) for each in fresh
            )
            after = [each for each in before if each not in gone] + fresh
            record(
                kinds.CONTACT_TAGGED,
                by=by,
                subject=held,
                topics=[f"contact.{held.public_id}"],
                before={"tags": [each.public_id for each in before]},
                after={"tags": [each.public_id for each in after]},
            )
    return held


def set_contact_tags(contact: Contact, *, by: Actor, tags: Collection[Tag]) -> Contact:
    """Makes these a contact's only tags, as `tag_contact` does."""
    with transaction.atomic():
        held = current(contact)
        others = [each for each in held.tags if each not in tags]
        return tag_contact(held, by=by, add=tags, remove=others)


def check_fresh(fresh: Collection[Tag], *, size: int) -> None:
    archived = [each.name for each in fresh if each.is_archived]
    if archived:
        raise Invalid(errors={"tags": [f"This tag is archived: {archived[0]}."]})
    if fresh and size > CONTACT_TAGS_MAX:
        raise Invalid(errors={"tags": [f"At most {CONTACT_TAGS_MAX} tags fit on a contact."]})
