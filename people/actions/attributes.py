"""Own fields of contacts and companies: which there are, and what people call them."""

from typing import Any

from django.db import transaction

from ground.journal import record
from people import kinds
from people.models import Attribute, Teammate
from people.permissions import require_admin

FIELDS = ("subject", "key", "label", "type", "choices")


def save_attribute(attribute: Attribute, *, by: Teammate | None) -> Attribute:
    """Stores a field that a form has checked, new or changed, and journals what became different.
    Raises NotAllowed."""
    require_admin(by)
    with transaction.atomic():
        held = Attribute.objects.select_for_update().filter(pk=attribute.pk).first()
        before, after = state_of(held), state_of(attribute)
        changed = [name for name in FIELDS if before.get(name) != after[name]]
        attribute.save()
        if changed:
            record(
                kinds.ATTRIBUTE_CHANGED if held else kinds.ATTRIBUTE_CREATED,
                by=by,
                subject=attribute,
                before={name: before[name] for name in changed if held},
                after={name: after[name] for name in changed},
            )
    return attribute


def delete_attribute(attribute: Attribute, *, by: Teammate | None) -> None:
    """What is stored under its key stays, and is then called by that. Raises NotAllowed."""
    require_admin(by)
    with transaction.atomic():
        record(kinds.ATTRIBUTE_DELETED, by=by, subject=attribute, before=state_of(attribute))
        attribute.delete()


def state_of(attribute: Attribute | None) -> dict[str, Any]:
    return {name: getattr(attribute, name) for name in FIELDS} if attribute else {}
