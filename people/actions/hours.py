"""Office hours: everything that counts time counts by them, so what changes them is told."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from ground.hours.models import OfficeHours
from ground.journal import record
from ground.web.problems import Invalid, StateConflict
from people import kinds
from people.models import Teammate
from people.permissions import require_admin

NEVER_OPENS = "These hours never open: nothing is open within a year from now."


def hours_saved(
    hours: OfficeHours, *, by: Teammate | None, before: dict[str, Any] | None = None
) -> OfficeHours:
    """Tells of office hours that a form has just stored, in its transaction; `before` is the state
    that they had, None for new ones.

    The first that a house has are its own. Raises Invalid for hours that never open.
    """
    require_admin(by)
    with transaction.atomic():
        held = OfficeHours.objects.select_for_update().get(pk=hours.pk)
        if not OfficeHours.objects.filter(is_default=True).exists():
            held.is_default = True
            held.save(update_fields=["is_default"])
        if held.calendar.next_opening(timezone.now()) is None:
            raise Invalid(NEVER_OPENS)
        after = held.state
        if before is None:
            record(kinds.HOURS_CREATED, by=by, subject=held, after=after)
        else:
            changed = {name for name in after if after[name] != before[name]}
            if changed:
                record(
                    kinds.HOURS_CHANGED,
                    by=by,
                    subject=held,
                    before={name: before[name] for name in changed},
                    after={name: after[name] for name in changed},
                )
    return held


def make_room_for_default(hours: OfficeHours) -> None:
    """Takes the place of the house's own hours from whichever have it, for these."""
    others = OfficeHours.objects.filter(is_default=True).exclude(pk=hours.pk)
    if hours.is_default:
        others.update(is_default=False)


def delete_hours(hours: OfficeHours, *, by: Teammate | None) -> None:
    """Raises StateConflict for the house's own and for those that somebody works by."""
    require_admin(by)
    with transaction.atomic():
        held = OfficeHours.objects.select_for_update().get(pk=hours.pk)
        if held.is_default:
            raise StateConflict("These are the house's own hours. Make others its own first.")
        if held.teams.exists() or held.teammates.exists():
            raise StateConflict("Somebody works by these hours. Give them others first.")
        record(kinds.HOURS_DELETED, by=by, subject=held, before=held.state)
        held.delete()
