"""Segments: groups of contacts by a condition."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from ground.conditions import InvalidCondition
from ground.journal import record
from ground.web.problems import Invalid, NotFound
from people import kinds, segments
from people.actions.fields import checked_fields, one_line
from people.models import Segment
from people.models.teammate import Capability
from people.permissions import Actor, require

NAME_LENGTH = Segment._meta.get_field("name").max_length or 0
DESCRIPTION_LENGTH = Segment._meta.get_field("description").max_length or 0
# All of them are asked of whoever's record is opened.
SEGMENTS_MAX = 100
# Any number that nobody else locks by.
WRITING = 0x7365676D


def create_segment(*, by: Actor, name: Any, condition: Any, description: Any = "") -> Segment:
    """A new segment. Raises NotAllowed and Invalid."""
    require(by, Capability.MANAGE)
    with transaction.atomic():
        one_at_a_time()
        if Segment.objects.count() >= SEGMENTS_MAX:
            raise Invalid(errors={"name": [f"{SEGMENTS_MAX} segments are the most."]})
        segment = Segment()
        after = checked(segment, name=name, description=description, condition=condition)
        for field, value in after.items():
            setattr(segment, field, value)
        segment.save()
        record(kinds.SEGMENT_CREATED, by=by, subject=segment, after=after)
    return segment


def change_segment(segment: Segment, *, by: Actor, **fields: Any) -> Segment:
    """Sets a segment's `name`, `description` or `condition`, and journals what became different.
    Raises as `create_segment` does, and NotFound; a condition that stays need not be sound."""
    require(by, Capability.MANAGE)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(segment)
        if "condition" in fields and fields["condition"] == held.condition:
            del fields["condition"]
        wanted = checked(held, **fields)
        changed = {name: new for name, new in wanted.items() if getattr(held, name) != new}
        if changed:
            before = {name: getattr(held, name) for name in changed}
            for name, value in changed.items():
                setattr(held, name, value)
            held.save()
            record(kinds.SEGMENT_CHANGED, by=by, subject=held, before=before, after=changed)
    return held


def delete_segment(segment: Segment, *, by: Actor) -> None:
    """What asks for it then asks for something that is gone. Raises NotAllowed and NotFound."""
    require(by, Capability.MANAGE)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(segment)
        state = {name: getattr(held, name) for name in ("name", "description", "condition")}
        record(kinds.SEGMENT_DELETED, by=by, subject=held, before=state)
        held.delete()


def one_at_a_time() -> None:
    """Until the transaction ends: two must not both be the last that fits, or take one name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])


def found_again(segment: Segment) -> Segment:
    held = Segment.objects.filter(pk=segment.pk).first()
    if held is None:
        raise NotFound("This segment has been deleted.")
    return held


def checked(segment: Segment, **given: Any) -> dict[str, Any]:
    """The fields in their stored form. Raises Invalid for all that is wrong, by field."""
    checks = {
        "name": lambda name: free_name(segment, name),
        "description": lambda text: one_line(text, "description", max_length=DESCRIPTION_LENGTH),
        "condition": sound_tree,
    }
    return checked_fields(given, checks)


def free_name(segment: Segment, name: Any) -> str:
    name = one_line(name, "name", max_length=NAME_LENGTH)
    if not name:
        raise Invalid(errors={"name": ["Give the segment a name."]})
    same = Segment.objects.alias(folded=Lower("name")).filter(folded=Lower(Value(name)))
    if same.exclude(pk=segment.pk).exists():
        raise Invalid(errors={"name": ["There is a segment of this name."]})
    return name


def sound_tree(tree: Any) -> Any:
    try:
        return segments.sound(tree, segments.language()).to_json()
    except InvalidCondition as wrong:
        raise Invalid(errors={"condition": list(wrong.errors.values())}) from None
