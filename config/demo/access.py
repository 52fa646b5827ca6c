"""Who gets into the demo and how: the staff, their passwords and tokens, the shop's messenger.

What cannot be read back from the database (passwords, token texts) is kept in DATA_DIR/demo.json,
so that it stays the same when the demo is made anew.
"""

import json
import os
import secrets
from typing import Any

from django.conf import settings
from django.db import transaction

from config import env
from config.demo.shopfront import dress
from config.demo.story.cast import (
    CUSTOMERS,
    DOMAIN,
    FIRMS,
    HOURS,
    MATES,
    ROLES,
    SHARES_OUT,
    SHOP,
    TEAMS,
)
from ground.hours.models import OfficeHours
from inbox.models import Line
from messenger.models import IdentitySecret, Installation
from people.actions import add_to_team, create_teammate, create_token, find_token, hours_saved
from people.models import Role, Team, Teammate
from people.models.token import Scope
from routing.actions import arrange_sharing
from routing.models import Sharing

Access = dict[str, Any]


def path():
    return settings.DATA_DIR / "demo.json"


def read() -> Access:
    """What an earlier run wrote down, {} when there is nothing readable."""
    try:
        found = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(access: Access) -> None:
    """Replaces the file as a whole; it is never readable by others, not even for a moment."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    fresh = path().with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(access, file, indent=2, ensure_ascii=False)
    fresh.replace(path())


def email_of(key: str) -> str:
    return f"{key}@{DOMAIN}"


def emails() -> list[str]:
    return [email_of(key) for key in MATES]


def grant() -> tuple[dict[str, Teammate], Installation]:
    """Makes or mends staff and messenger for the present address, and writes the access down."""
    known = read()
    for name, week in HOURS.items():
        hours(name, week)
    teams = {name: team(name, is_private) for name, is_private in TEAMS.items()}
    mates = {key: mate(key, teams) for key in MATES}
    share_out(teams[SHARES_OUT], mates["ben"])
    password = settings.DEMO_PASSWORD or kept_password(known) or secrets.token_urlsafe(9)
    for teammate in mates.values():
        if not teammate.check_password(password):
            teammate.set_password(password)
            teammate.save(update_fields=["password"])
    messenger = installation()
    write(
        {
            "url": settings.SITE_URL,
            "live_url": settings.LIVE_URL,
            "app_id": messenger.public_id,
            "identity_secret": secret(messenger).value,
            "logins": {key: {"email": email_of(key), "password": password} for key in mates},
            "api_tokens": {key: token(key, mates[key], known) for key in mates},
            "customers": {key: claims(key) for key in CUSTOMERS},
        }
    )
    return mates, messenger


def kept_password(known: Access) -> str:
    logins = known.get("logins", {})
    return next((login["password"] for login in logins.values()), "")


def hours(name: str, week: dict[str, Any]) -> None:
    """The first of them are the house's own."""
    found, is_new = OfficeHours.objects.get_or_create(name=name, defaults=week)
    if is_new:
        with transaction.atomic():
            hours_saved(found, by=None)


def team(name: str, is_private: bool) -> Team:
    own = OfficeHours.objects.filter(name=name).first()
    defaults = {"is_private": is_private, "office_hours": own}
    return Team.objects.get_or_create(name=name, defaults=defaults)[0]


def share_out(team: Team, mate: Teammate) -> None:
    """What lies with this team goes to who of it is in and has room."""
    if not Sharing.objects.filter(team=team).exists():
        add_to_team(mate, team, by=None)
        arrange_sharing(team, by=None, way=Sharing.Way.BALANCED)


def mate(key: str, teams: dict[str, Team]) -> Teammate:
    cast = MATES[key]
    found = Teammate.objects.filter(email=email_of(key)).first()
    if found is not None:
        return found
    role, _ = Role.objects.get_or_create(name=cast.role, defaults=dict(ROLES[cast.role]))
    teammate = create_teammate(
        by=None, email=email_of(key), name=cast.name, role=role, is_staff=role.is_admin
    )
    if cast.team:
        add_to_team(teammate, teams[cast.team], by=None)
    return teammate


def installation() -> Installation:
    """The shop's messenger. The shop is served on localhost, so that it is a foreign origin."""
    port = env.PORT.read()
    origins = {f"http://localhost:{port}", f"http://127.0.0.1:{port}", settings.SITE_URL}
    found = Installation.objects.filter(name=SHOP).first()
    if found is None:
        line = Line.objects.create(kind="messenger", name=f"{SHOP} messenger")
        found = Installation.objects.create(line=line, name=SHOP)
        dress(found, shop=f"http://localhost:{port}/demo/")
    found.allowed_origins = sorted(origins)
    found.save()
    return found


def secret(messenger: Installation) -> IdentitySecret:
    in_force = messenger.identity_secrets.filter(retired_at=None).order_by("created_at").first()
    return in_force or IdentitySecret.objects.create(installation=messenger)


def token(key: str, teammate: Teammate, known: Access) -> str:
    """The token of an earlier run while it works, else a new one."""
    kept = known.get("api_tokens", {}).get(key)
    found = find_token(kept)
    if found is not None and found.teammate_id == teammate.pk:
        return str(kept)
    _, plain = create_token(teammate=teammate, name="Demo", scopes=Scope.values)
    return plain


def claims(key: str) -> dict[str, Any]:
    """What the shop's own server would sign for a customer."""
    cast = CUSTOMERS[key]
    said: dict[str, Any] = {
        "sub": f"{key}-1",
        "name": cast.name,
        "email": cast.email,
        "attributes": cast.attributes,
    }
    if cast.firm:
        firm = FIRMS[cast.firm]
        said["company"] = {
            "id": cast.firm,
            "name": firm.name,
            "plan": firm.plan,
            "monthly_spend": firm.monthly_spend,
            "attributes": firm.attributes,
        }
    return said
