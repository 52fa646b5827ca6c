"""Setting a messenger up for a site, and rotating the secrets that sign its users."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ground.journal import record
from ground.web.problems import Invalid, NotAllowed, StateConflict
from inbox.models import Line
from messenger import kinds
from messenger.models import IdentitySecret, Installation
from people.models import Teammate

LINE_KIND = "messenger"
BAD_ORIGIN = "“{}” is no origin. Write scheme://host or scheme://host:port, without a path."
DEFAULT_PORTS = {"http": 80, "https": 443}


def install(installation: Installation, *, by: Teammate | None) -> IdentitySecret:
    """Stores a new installation with its line and its first secret, which is returned."""
    require_admin(by)
    with transaction.atomic():
        installation.line = Line.objects.create(
            kind=LINE_KIND, name=f"{installation.name} messenger"[:80]
        )
        installation.save()
        record(
            kinds.INSTALLATION_CREATED,
            by=by,
            subject=installation,
            after={"name": installation.name, "allowed_origins": installation.allowed_origins},
        )
        return add_secret(installation, by=by)


def add_secret(installation: Installation, *, by: Teammate | None) -> IdentitySecret:
    """One more secret beside those in force: the first half of a rotation."""
    require_admin(by)
    with transaction.atomic():
        secret = IdentitySecret.objects.create(installation=installation)
        record(kinds.SECRET_ADDED, by=by, subject=installation, after={"key_id": secret.key_id})
    return secret


def retire_secret(secret: IdentitySecret, *, by: Teammate | None) -> IdentitySecret:
    """Puts a secret out of force: the second half of a rotation.

    Raises StateConflict for the last one, since everybody who signs in would be refused.
    """
    require_admin(by)
    with transaction.atomic():
        installation = Installation.objects.select_for_update().get(pk=secret.installation_id)
        held = IdentitySecret.objects.get(pk=secret.pk)
        if held.retired_at is not None:
            return held
        others = installation.identity_secrets.filter(retired_at=None).exclude(pk=held.pk)
        if not others.exists():
            raise StateConflict("This is the last secret in force. Create another one first.")
        held.retired_at = timezone.now()
        held.save(update_fields=["retired_at"])
        record(kinds.SECRET_RETIRED, by=by, subject=installation, before={"key_id": held.key_id})
    return held


def require_admin(by: Teammate | None) -> None:
    if by is not None and not (by.is_active and by.is_admin):
        raise NotAllowed("Only an admin may do this.")


def normalized_origin(text: str) -> str:
    """An origin as browsers send it. Raises Invalid."""
    wrong = Invalid(errors={"allowed_origins": [BAD_ORIGIN.format(text[:100])]})
    try:
        parts = urlsplit(text.strip().lower().rstrip("/"))
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise wrong from None
    is_bare = not (parts.path or parts.query or parts.fragment or parts.username)
    if parts.scheme not in DEFAULT_PORTS or not host or not is_bare or "*" in host:
        raise wrong
    host = f"[{host}]" if ":" in host else host
    is_default = port is None or port == DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"


def snippet(installation: Installation) -> str:
    """The line that goes into the pages of the site."""
    return (
        f'<script async src="{settings.SITE_URL}/m/loader.js" '
        f'data-app="{installation.public_id}"></script>'
    )
