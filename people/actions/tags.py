"""Tags: words that a house sorts by."""

from typing import Any

from django.db import IntegrityError, transaction

from ground.journal import record
from ground.web.problems import Invalid
from people import kinds
from people.actions.fields import one_line
from people.models import Tag
from people.models.teammate import Capability
from people.permissions import Actor, require

NAME_LENGTH = Tag._meta.get_field("name").max_length


def find_or_create_tag(name: Any, *, by: Actor) -> tuple[Tag, bool]:
    """The tag of that name, in whatever case, and whether it is new; an archived one is offered
    again. Raises Invalid."""
    require(by, Capability.MANAGE)
    name = one_line(name, "name", max_length=NAME_LENGTH or 0)
    if not name:
        raise Invalid(errors={"name": ["Give the tag a name."]})
    try:
        with transaction.atomic():
            return found_or_new(name, by)
    except IntegrityError:
        with transaction.atomic():
            return found_or_new(name, by)


def found_or_new(name: str, by: Actor) -> tuple[Tag, bool]:
    # Not kept from those who put it on something: they hold that, which we may want next.
    known = Tag.objects.select_for_update(no_key=True).called(name).first()
    if known is None:
        fresh = Tag.objects.create(name=name)
        record(kinds.TAG_CREATED, by=by, subject=fresh, after={"name": name})
        return fresh, True
    if known.is_archived:
        change_tag(known, by=by, is_archived=False)
    return known, False


def change_tag(tag: Tag, *, by: Actor, **fields: Any) -> Tag:
    """Sets a tag's name, or whether it is archived, and journals what became different.

    Raises Invalid for a name that another tag has.
    """
    require(by, Capability.MANAGE)
    with transaction.atomic():
        held = Tag.objects.select_for_update(no_key=True).get(pk=tag.pk)
        if "name" in fields:
            fields["name"] = free_name(held, fields["name"])
        changed = {name: new for name, new in fields.items() if getattr(held, name) != new}
        if changed:
            before = {name: getattr(held, name) for name in changed}
            for name, value in changed.items():
                setattr(held, name, value)
                setattr(tag, name, value)
            held.save(update_fields=list(changed))
            record(kinds.TAG_CHANGED, by=by, subject=held, before=before, after=changed)
    return tag


def free_name(tag: Tag, name: Any) -> str:
    name = one_line(name, "name", max_length=NAME_LENGTH or 0)
    if not name:
        raise Invalid(errors={"name": ["Give the tag a name."]})
    if Tag.objects.called(name).exclude(pk=tag.pk).exists():
        raise Invalid(errors={"name": ["There is a tag of this name."]})
    return name
