"""Signed identities: what a company's own server says of who is in front of the messenger."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

import jwt

from ground.web.problems import NotAuthenticated
from messenger.models import IdentitySecret, Installation

MAX_LIFE = 3600
LEEWAY = 60
KEY_ID = re.compile("[!-~]{1,32}")


@dataclass(frozen=True)
class SignedIdentity:
    """The claims of a token whose signature holds. `company` is {"id", "name", …} or None."""

    sub: str
    email: str = ""
    name: str = ""
    company: dict[str, Any] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


def read_identity(installation: Installation, token: str) -> SignedIdentity:
    """Checks a JWT: HS256 only, `aud` this installation, `exp` at most an hour away, `sub` there.

    `kid` picks the secret; without it every secret in force is tried. Raises NotAuthenticated
    with the reason, which the host page's developer reads.
    """
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError:
        raise NotAuthenticated("The identity is not a JSON Web Token.") from None
    reason = "The identity is signed with a secret that is unknown or retired."
    secrets = IdentitySecret.objects.filter(installation=installation, retired_at=None)
    if key_id is not None:
        # Nobody has signed this yet, so it may be anything, even what is no text for a database.
        if not KEY_ID.fullmatch(key_id):
            raise NotAuthenticated(reason)
        secrets = secrets.filter(key_id=key_id)
    for secret in secrets.order_by("-created_at")[:10]:
        if not secret.value:
            continue
        try:
            return claims_of(decode(token, secret.value, installation.public_id))
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError as error:
            reason = f"The identity is not valid: {error}."
            break
    raise NotAuthenticated(reason)


def decode(token: str, secret: str, audience: str) -> dict[str, Any]:
    claims = jwt.decode(
        token,
        secret,
        algorithms=["HS256"],
        audience=audience,
        leeway=LEEWAY,
        options={"require": ["exp", "sub", "aud"]},
    )
    if claims["exp"] > time.time() + MAX_LIFE + LEEWAY:
        raise jwt.InvalidTokenError("it may live for an hour at most")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 200:
        raise jwt.InvalidTokenError("sub must be a text of 1 to 200 characters")
    return claims


def claims_of(claims: dict[str, Any]) -> SignedIdentity:
    for name, kind in (("email", str), ("name", str), ("company", dict), ("attributes", dict)):
        if claims.get(name) is not None and not isinstance(claims[name], kind):
            raise jwt.InvalidTokenError(f"{name} has the wrong type")
    return SignedIdentity(
        sub=claims["sub"],
        email=claims.get("email") or "",
        name=claims.get("name") or "",
        company=claims.get("company"),
        attributes=claims.get("attributes") or {},
    )
