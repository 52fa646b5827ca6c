"""Web Push: a message that only one browser can read, handed to that browser's push service.

Encryption by RFC 8291 (aes128gcm of RFC 8188), the sender's proof by RFC 8292 (VAPID), the request
by RFC 8030. The sender's key pair is derived from SECRET_KEY: nothing to store, to back up or to
rotate apart from it.
"""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from ground.web import outbound

CURVE = ec.SECP256R1()
# The order of the curve's group: a private key is a number below it.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RECORD_SIZE = 4096
# What fits one record beside its tag and delimiter, in the 4096 bytes that every service takes.
PAYLOAD_MAX = 3993
POINT_LENGTH, AUTH_LENGTH, SALT_LENGTH = 65, 16, 16
PROOF_HOURS = 12


class Unsound(ValueError):
    """These are no keys of a push subscription."""


@dataclass(frozen=True)
class Recipient:
    """A browser's subscription: where its messages go, and its two keys (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


def send(to: Recipient, payload: bytes, *, ttl: int, topic: str = "") -> outbound.Answer:
    """Hands one message over. It is kept `ttl` seconds for a browser that is off, and takes the
    place of an undelivered one with the same `topic` (at most 32 base64url characters).

    Raises outbound.Forbidden, outbound.Unreachable, Unsound.
    """
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": proof(to.endpoint),
        "TTL": str(ttl),
        "Urgency": "normal",
        **({"Topic": topic} if topic else {}),
    }
    return outbound.post(to.endpoint, data=encrypt(to, payload), headers=headers)


def encrypt(
    to: Recipient,
    payload: bytes,
    *,
    private: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """The body of a message (RFC 8291 section 3). `private` and `salt` are fresh for each."""
    if len(payload) > PAYLOAD_MAX:
        raise ValueError(f"A push message holds at most {PAYLOAD_MAX} bytes.")
    theirs, auth = browser_keys(to)
    private = private or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(SALT_LENGTH)
    ours, their_point = point(private.public_key()), point(theirs)
    shared = private.exchange(ec.ECDH(), theirs)
    secret = hkdf(auth, shared, b"WebPush: info\0" + their_point + ours, 32)
    key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    # The delimiter 2 says that this record is the last one.
    sealed = AESGCM(key).encrypt(nonce, payload + b"\x02", None)
    header = salt + RECORD_SIZE.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return header + sealed


def browser_keys(to: Recipient) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """A subscription's keys. Raises Unsound for what no browser makes."""
    encoded, auth = decoded(to.p256dh), decoded(to.auth)
    if len(encoded) != POINT_LENGTH or len(auth) != AUTH_LENGTH:
        raise Unsound("The keys have the wrong length.")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, encoded), auth
    except ValueError:
        raise Unsound("The key is no point on the curve.") from None


def proof(endpoint: str) -> str:
    """Says to the push service who sends (RFC 8292), so that it can complain or refuse."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + PROOF_HOURS * 3600,
        "sub": contact_address(),
    }
    token = jwt.encode(claims, private_key(settings.SECRET_KEY), algorithm="ES256")
    return f"vapid t={token}, k={public_key()}"


def contact_address() -> str:
    """Where a push service finds us: services refuse what is no public address."""
    if settings.IS_HTTPS or not settings.EMAIL_FROM:
        return str(settings.SITE_URL)
    return f"mailto:{settings.EMAIL_FROM}"


def public_key() -> str:
    """Our public key as browsers take it (`applicationServerKey`)."""
    return encoded_key(settings.SECRET_KEY)


@lru_cache(maxsize=4)
def encoded_key(secret: str) -> str:
    return base64url(point(private_key(secret).public_key()))


@lru_cache(maxsize=4)
def private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """48 bytes taken into the group's order: no value is noticeably likelier than another."""
    wide = hkdf(b"web-push", secret.encode(), b"vapid", 48)
    return ec.derive_private_key(int.from_bytes(wide, "big") % (ORDER - 1) + 1, CURVE)


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Base64url with or without its padding. Raises Unsound."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Unsound("The keys are not base64url.") from None
