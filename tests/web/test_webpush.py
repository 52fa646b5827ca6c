"""Web Push against the published example, and against what a browser does with it."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ground.web import webpush
from ground.web.webpush import Recipient, Unsound, decoded, encrypt, hkdf, point

# RFC 8291, section 5 and appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
THEIR_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
OUR_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWA"
    "mS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxs"
    "j_Qulcy4a-fN"
)


class Browser:
    """The other end: a subscription with its private key."""

    def __init__(self, endpoint="https://push.example/1"):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"
        p256dh = webpush.base64url(point(self.private.public_key()))
        self.recipient = Recipient(endpoint, p256dh, webpush.base64url(self.auth))

    def read(self, body):
        salt, sender, sealed = body[:16], body[21:86], body[86:]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        ours = point(self.private.public_key())
        shared = self.private.exchange(ec.ECDH(), theirs)
        secret = hkdf(self.auth, shared, b"WebPush: info\0" + ours + sender, 32)
        key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\x02")


def test_the_example_of_the_standard_comes_out_byte_by_byte():
    private = ec.derive_private_key(int.from_bytes(decoded(OUR_PRIVATE), "big"), ec.SECP256R1())
    to = Recipient("https://push.example/", THEIR_PUBLIC, AUTH)
    assert webpush.base64url(encrypt(to, TEXT, private=private, salt=decoded(SALT))) == BODY


def test_the_browser_reads_it_and_no_two_messages_are_alike():
    browser = Browser()
    one, other = (encrypt(browser.recipient, "Grüße".encode()) for _ in range(2))
    assert browser.read(one) == browser.read(other) == "Grüße".encode()
    assert one[:86] != other[:86] and one[86:] != other[86:]
    with pytest.raises(Exception):  # noqa: B017
        Browser().read(one)


def test_the_largest_message_fits_what_every_service_takes():
    browser = Browser()
    body = encrypt(browser.recipient, b"x" * webpush.PAYLOAD_MAX)
    assert len(body) == 4096 and len(browser.read(body)) == webpush.PAYLOAD_MAX
    with pytest.raises(ValueError, match="at most"):
        encrypt(browser.recipient, b"x" * (webpush.PAYLOAD_MAX + 1))


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        (THEIR_PUBLIC, ""),
        (THEIR_PUBLIC[:-2], AUTH),
        (THEIR_PUBLIC, AUTH + "AA"),
        ("B" + "A" * 86, AUTH),
        ("A" * 87, AUTH),
        ("ä" * 87, AUTH),
        (THEIR_PUBLIC, "not base64url!"),
    ],
)
def test_what_no_browser_makes_is_no_key(p256dh, auth):
    with pytest.raises(Unsound):
        encrypt(Recipient("https://push.example/", p256dh, auth), b"x")


def test_the_proof_is_signed_for_the_service_and_for_half_a_day(settings):
    settings.SITE_URL, settings.IS_HTTPS = "https://support.lumen.test", True
    header = webpush.proof("https://push.example:8443/send/abc?x=1")
    scheme, _, rest = header.partition(" ")
    fields = dict(field.split("=", 1) for field in rest.split(", "))
    assert scheme == "vapid" and fields["k"] == webpush.public_key()
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(fields["k"]))
    claims = jwt.decode(
        fields["t"], public, algorithms=["ES256"], audience="https://push.example:8443"
    )
    assert claims["sub"] == "https://support.lumen.test"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600


def test_our_key_stays_while_the_secret_stays(settings):
    first = webpush.public_key()
    assert webpush.public_key() == first and len(decoded(first)) == 65
    settings.SECRET_KEY = "another secret of at least thirty-two letters"
    assert webpush.public_key() != first
