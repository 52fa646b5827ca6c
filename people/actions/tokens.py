"""API tokens. Their text is shown once; only its digest is kept."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from ground.journal import record
from ground.web.problems import Invalid, NotAllowed
from people import kinds
from people.actions.fields import one_line
from people.models import ApiToken, Teammate
from people.models.token import Scope

PREFIX = "cf_"
LENGTH = len(PREFIX) + 43
HINT_LENGTH = 4
TOUCH_EVERY = timedelta(minutes=1)


def create_token(
    *,
    teammate: Teammate | None,
    name: str,
    scopes: Iterable[str],
    by: Teammate | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Makes a token and returns it with its text, which cannot be had again.

    Without a teammate it acts as an app. Admins make any token, others their own. Raises
    NotAllowed, Invalid.
    """
    if by is not None and not by.is_admin and by != teammate:
        raise NotAllowed("Only an admin makes tokens that act as somebody else.")
    scopes = sorted(set(scopes))
    unknown = set(scopes) - set(Scope.values)
    if unknown or not scopes:
        raise Invalid(errors={"scopes": [f"Choose from: {', '.join(Scope.values)}."]})
    plain = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            teammate=teammate,
            name=one_line(name, "name", max_length=80) or "Token",
            scopes=scopes,
            digest=digest_of(plain),
            hint=plain[-HINT_LENGTH:],
            expires_at=expires_at,
        )
        record(
            kinds.TOKEN_CREATED,
            by=by,
            subject=token,
            after={
                "name": token.name,
                "teammate": teammate.public_id if teammate else None,
                "scopes": scopes,
            },
        )
    return token, plain


def find_token(plain: object) -> ApiToken | None:
    """The usable token with this text and its teammate, or None for anything else whatever."""
    if not isinstance(plain, str) or len(plain) != LENGTH or not plain.isascii():
        return None
    digest = digest_of(plain)
    found = ApiToken.objects.usable().select_related("teammate__role").filter(digest=digest).first()
    if found is None or not hmac.compare_digest(found.digest, digest):
        return None
    touch(found)
    return found


def revoke_token(token: ApiToken, *, by: Teammate | None) -> ApiToken:
    """Ends a token for good. Raises NotAllowed unless it is one's own or one is admin."""
    if by is not None and not by.is_admin and by.pk != token.teammate_id:
        raise NotAllowed("Only an admin revokes other people's tokens.")
    with transaction.atomic():
        held = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
        if held.revoked_at is None:
            held.revoked_at = timezone.now()
            held.save(update_fields=["revoked_at"])
            record(kinds.TOKEN_REVOKED, by=by, subject=held, before={"name": held.name})
    return held


def digest_of(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def touch(token: ApiToken) -> None:
    """Notes the use of a token, at most once a minute."""
    stale = timezone.now() - TOUCH_EVERY
    if token.last_used_at is None or token.last_used_at < stale:
        ApiToken.objects.filter(
            Q(last_used_at=None) | Q(last_used_at__lt=stale), pk=token.pk
        ).update(last_used_at=Now())
