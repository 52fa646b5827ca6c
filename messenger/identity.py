"""Signed identities: what a company's own server says of who is in front of the messenger."""

import base64
import binascii
import hashlib
import hmac
import json
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
HEX_DIGEST = re.compile("[0-9a-fA-F]{64}")
SUB_LENGTH = 200
SECRETS_TRIED = 10
# They change what a signature is said over. Who does not understand one must refuse the token.
UNSUPPORTED_HEADERS = {"crit", "b64", "enc", "zip"}
TIMES = ("exp", "nbf", "iat")
END_OF_TIME = 2**53

NO_TOKEN = "The identity is not a JSON Web Token."
UNKNOWN_SECRET = "The identity is signed with a secret that is unknown or retired."
NO_USER_HASH = "This messenger takes no user_hash. Sign an identity instead."
BAD_USER_HASH = "The user_hash does not belong to this user_id."


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
        header, _ = parts(token)
    except (ValueError, RecursionError):
        raise NotAuthenticated(NO_TOKEN) from None
    if UNSUPPORTED_HEADERS & set(header):
        raise NotAuthenticated("The identity is not valid: its header asks for an extension.")
    for secret in secrets_in_force(installation, header.get("kid")):
        try:
            return claims_of(decode(token, secret, installation.public_id))
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError as error:
            raise NotAuthenticated(f"The identity is not valid: {error}.") from None
    raise NotAuthenticated(UNKNOWN_SECRET)


def read_user_hash(installation: Installation, user_id: str, user_hash: str) -> SignedIdentity:
    """Checks HMAC-SHA256(secret, user id) in hex, which proves the id and nothing beside it.

    Raises NotAuthenticated where it does not hold or the installation does not take it: who has
    seen one such hash can use it for ever.
    """
    if not installation.is_user_hash_allowed:
        raise NotAuthenticated(NO_USER_HASH)
    if not HEX_DIGEST.fullmatch(user_hash):
        raise NotAuthenticated(BAD_USER_HASH)
    given, said = user_hash.lower(), user_id.encode()
    digests = (
        hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
        for secret in secrets_in_force(installation)
    )
    if not any(hmac.compare_digest(digest, given) for digest in digests):
        raise NotAuthenticated(BAD_USER_HASH)
    return SignedIdentity(sub=user_id)


def secrets_in_force(installation: Installation, key_id: object = None) -> list[str]:
    """The secrets that may have signed, the newest first; none for an unknown key id."""
    known = IdentitySecret.objects.filter(installation=installation, retired_at=None)
    if key_id is not None:
        # Nobody has signed this yet, so it may be anything, even what is no text for a database.
        if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id):
            return []
        known = known.filter(key_id=key_id)
    return [
        secret.value for secret in known.order_by("-created_at")[:SECRETS_TRIED] if secret.value
    ]


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token as they are spelled, unchecked. Raises ValueError.

    Stricter than the library: what two readers could read differently (a name twice, a number
    that is none) is no token.
    """
    pieces = token.split(".")
    if len(pieces) != 3:
        raise ValueError
    header, claims = (parsed(piece) for piece in pieces[:2])
    times = [claims[name] for name in TIMES if name in claims]
    if not all(type(moment) in (int, float) and abs(moment) < END_OF_TIME for moment in times):
        raise ValueError
    return header, claims


def parsed(piece: str) -> dict[str, Any]:
    try:
        text = base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
    value = json.loads(text.decode(), object_pairs_hook=once, parse_constant=refuse)
    if not isinstance(value, dict):
        raise ValueError
    return value


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) != len({name for name, _ in pairs}):
        raise ValueError
    return dict(pairs)


def refuse(constant: str) -> Any:
    raise ValueError(constant)


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
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= SUB_LENGTH:
        raise jwt.InvalidTokenError(f"sub must be a text of 1 to {SUB_LENGTH} characters")
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
