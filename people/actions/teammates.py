"""Staff: who works here, in which role and in which teams.

Most of these change what somebody may see, so each entry goes to the teammate's own topic, where
open sockets ask again what they may hear.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from ground.journal import record
from ground.journal.models import Entry
from ground.web.problems import Invalid, NotFound, StateConflict
from people import kinds
from people.actions.fields import one_line
from people.actions.teams import named
from people.models import ApiToken, Membership, Role, Team, Teammate
from people.permissions import require_admin

TAKEN = "Another teammate has this address."
MUST_REMAIN = "Somebody must remain admin. Make another teammate admin first."


def create_teammate(
    *,
    by: Teammate | None,
    email: str,
    name: str,
    password: str | None = None,
    role: Role | None = None,
    is_staff: bool = False,
    teams: Iterable[Team] = (),
) -> Teammate:
    """Makes a teammate; without a password nobody can log in as them yet.

    Raises NotAllowed for who is no admin, Invalid for an address that is taken.
    """
    require_admin(by)
    if Teammate.objects.filter(email__iexact=email).exists():
        raise Invalid(errors={"email": [TAKEN]})
    teammate = Teammate(
        email=Teammate.objects.normalize_email(email),
        name=one_line(name, "name", max_length=80),
        role=role,
        is_staff=is_staff,
    )
    teammate.set_password(password)
    with transaction.atomic():
        add_teammate(teammate, by=by)
        for team in teams:
            add_to_team(teammate, team, by=by)
    return teammate


def add_teammate(teammate: Teammate, *, by: Teammate | None) -> None:
    """Stores a teammate who was put together elsewhere, e.g. by a form that checked them."""
    require_admin(by)
    with transaction.atomic():
        teammate.save(force_insert=True)
        role = str(teammate.role) if teammate.role else None
        tell(kinds.TEAMMATE_CREATED, teammate, by=by, after={"name": teammate.name, "role": role})


def change_teammate(teammate: Teammate, *, by: Teammate | None, **changes: Any) -> Teammate:
    """Changes a teammate's own fields: name, email, is_staff, office_hours, senior, needs_release.
    Raises Invalid."""
    require_admin(by)
    if changes.get("senior") == teammate:
        raise Invalid(errors={"senior": ["Choose somebody else."]})
    if "name" in changes:
        changes["name"] = one_line(changes["name"], "name", max_length=80)
        if not changes["name"]:
            raise Invalid(errors={"name": ["Give the teammate a name."]})
    if "email" in changes:
        changes["email"] = Teammate.objects.normalize_email(changes["email"])
        others = Teammate.objects.exclude(pk=teammate.pk)
        if others.filter(email__iexact=changes["email"]).exists():
            raise Invalid(errors={"email": [TAKEN]})
    with transaction.atomic():
        held = lock(teammate)
        differing = {name: value for name, value in changes.items() if getattr(held, name) != value}
        if not differing:
            return held
        before = {name: getattr(held, name) for name in differing}
        for name, value in differing.items():
            setattr(held, name, value)
        held.save(update_fields=list(differing))
        was, has = named(before), named(differing)
        tell(kinds.TEAMMATE_CHANGED, held, by=by, before=was, after=has)
    return held


def change_role(teammate: Teammate, role: Role | None, *, by: Teammate | None) -> Teammate:
    """Gives another role, which ends all sessions. Raises StateConflict for the last admin."""
    require_admin(by)
    with transaction.atomic():
        held = lock(teammate)
        if held.role == role:
            return held
        before = {"role": str(held.role) if held.role else None}
        held.role = role
        held.save(update_fields=["role"])
        check_admin_remains()
        end_sessions(held)
        after = {"role": str(role) if role else None}
        tell(kinds.TEAMMATE_ROLE_CHANGED, held, by=by, before=before, after=after)
    return held


def change_role_rights(role: Role, *, by: Teammate | None, **rights: Any) -> Role:
    """Changes what a role allows (name, is_admin, capabilities), for everybody who has it."""
    require_admin(by)
    with transaction.atomic():
        held = Role.objects.select_for_update().get(pk=role.pk)
        before = {name: getattr(held, name) for name in rights}
        if before == rights:
            return held
        for name, value in rights.items():
            setattr(held, name, value)
        held.save(update_fields=list(rights))
        check_admin_remains()
        for teammate in held.teammate_set.order_by("pk"):
            tell(kinds.TEAMMATE_ROLE_CHANGED, teammate, by=by, before=before, after=dict(rights))
    return held


def add_to_team(teammate: Teammate, team: Team, *, by: Teammate | None) -> None:
    """Puts a teammate into a team; nothing happens when they are in it."""
    require_admin(by)
    with transaction.atomic():
        _, is_new = Membership.objects.get_or_create(teammate=teammate, team=team)
        if is_new:
            after = {"team": team.public_id, "name": team.name}
            tell(kinds.TEAMMATE_JOINED_TEAM, teammate, by=by, after=after, team=team)


def remove_from_team(teammate: Teammate, team: Team, *, by: Teammate | None) -> None:
    """Takes a teammate out of a team; nothing happens when they are not in it."""
    require_admin(by)
    with transaction.atomic():
        gone, _ = Membership.objects.filter(teammate=teammate, team=team).delete()
        if gone:
            before = {"team": team.public_id, "name": team.name}
            tell(kinds.TEAMMATE_LEFT_TEAM, teammate, by=by, before=before, team=team)


def deactivate(teammate: Teammate, *, by: Teammate | None) -> Teammate:
    """Takes all access away at once: log-in, sessions, sockets, API tokens.

    Raises StateConflict for the last admin.
    """
    require_admin(by)
    with transaction.atomic():
        held = lock(teammate)
        if not held.is_active:
            return held
        held.is_active = False
        held.save(update_fields=["is_active"])
        check_admin_remains()
        end_sessions(held)
        ApiToken.objects.filter(teammate=held, revoked_at=None).update(revoked_at=Now())
        before, after = {"is_active": True}, {"is_active": False}
        tell(kinds.TEAMMATE_DEACTIVATED, held, by=by, before=before, after=after)
    return held


def reactivate(teammate: Teammate, *, by: Teammate | None) -> Teammate:
    """Lets a teammate log in again. Old sessions and tokens stay dead."""
    require_admin(by)
    with transaction.atomic():
        held = lock(teammate)
        if held.is_active:
            return held
        held.is_active = True
        held.save(update_fields=["is_active"])
        before, after = {"is_active": False}, {"is_active": True}
        tell(kinds.TEAMMATE_REACTIVATED, held, by=by, before=before, after=after)
    return held


def password_changed(teammate: Teammate, *, by: Teammate | None) -> None:
    """Tells of a password that was just set: the old one's sessions are over, so its sockets must
    look again. Call it in the transaction that sets the password."""
    tell(kinds.TEAMMATE_PASSWORD_CHANGED, teammate, by=by)


def end_sessions(teammate: Teammate) -> None:
    """Makes every session of the teammate invalid, wherever it is kept."""
    teammate.session_generation = F("session_generation") + 1
    teammate.save(update_fields=["session_generation"])
    teammate.refresh_from_db(fields=["session_generation"])


def lock(teammate: Teammate) -> Teammate:
    held = (
        Teammate.objects.select_for_update(of=("self",))
        .select_related("role")
        .filter(pk=teammate.pk)
        .first()
    )
    if held is None:
        raise NotFound("This teammate is gone.")
    return held


def check_admin_remains() -> None:
    """Raises StateConflict when nobody could undo what was just done."""
    # Locked, so that two admins cannot take each other's role at the same moment.
    admins = Teammate.objects.active().admins().select_for_update(of=("self",)).order_by("pk")
    if not admins:
        raise StateConflict(MUST_REMAIN)


def tell(
    kind: str,
    teammate: Teammate,
    *,
    by: Teammate | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    team: Team | None = None,
) -> Entry:
    topics = [f"teammate.{teammate.public_id}"]
    if team is not None:
        topics.append(f"team.{team.public_id}")
    return record(kind, by=by, subject=teammate, topics=topics, before=before, after=after)
