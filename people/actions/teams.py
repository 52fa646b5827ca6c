"""Teams: made, named, closed to others and deleted.

A team's topic is heard by those who may see it while it is private; everybody hears the inbox's.
"""

from typing import Any

from django.db import transaction

from ground.hours.models import OfficeHours
from ground.journal import record
from people import kinds
from people.models import Team, Teammate
from people.permissions import require_admin


def add_team(team: Team, *, by: Teammate | None) -> None:
    """Stores a team that was put together elsewhere, e.g. by a form that checked it."""
    require_admin(by)
    with transaction.atomic():
        team.save(force_insert=True)
        # Nobody hears of a private one yet: those who see it all the same have to look again.
        seeing = Teammate.objects.active().admins() if team.is_private else Teammate.objects.none()
        names = seeing.values_list("public_id", flat=True)
        record(
            kinds.TEAM_CREATED,
            by=by,
            subject=team,
            topics=[f"teammate.{name}" for name in names],
            after={"name": team.name, "is_private": team.is_private},
            rows={"team": team},
        )


def change_team(team: Team, *, by: Teammate | None, **changes: Any) -> Team:
    """Changes a team's name, privacy or office hours; the first two decide what screens show."""
    require_admin(by)
    with transaction.atomic():
        held = Team.objects.select_for_update().get(pk=team.pk)
        before = {name: getattr(held, name) for name in changes}
        if before == changes:
            return held
        for name, value in changes.items():
            setattr(held, name, value)
        held.save(update_fields=list(changes))
        record(
            kinds.TEAM_CHANGED,
            by=by,
            subject=held,
            topics=["inbox", f"team.{held.public_id}"],
            before=named(before),
            after=named(changes),
            rows={"team": held},
        )
    return held


def delete_team(team: Team, *, by: Teammate | None) -> None:
    """Deletes a team once everybody has left it. Raises ProtectedError for one that still has
    conversations."""
    require_admin(by)
    with transaction.atomic():
        held = Team.objects.select_for_update().get(pk=team.pk)
        record(
            kinds.TEAM_DELETED,
            by=by,
            subject=held,
            topics=[f"team.{held.public_id}"],
            before={"name": held.name, "is_private": held.is_private},
            rows={"team": held},
        )
        held.delete()


def named(values: dict[str, Any]) -> dict[str, Any]:
    """As the journal has them: office hours by their name, teammates by their id."""
    return {name: told(value) for name, value in values.items()}


def told(value: Any) -> Any:
    if isinstance(value, Teammate):
        return value.public_id
    return str(value) if isinstance(value, OfficeHours) else value
