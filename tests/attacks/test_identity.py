"""Attacks on who somebody is (safety rows 6, 7, 8 and 9): claims, hashes, tokens, enforcement."""

import base64
import hashlib
import hmac
import json
import time
import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ground.journal import consumers
from inbox.models import Conversation, Message
from messenger import api
from messenger.models import IdentitySecret, Installation
from people.models import Contact, Identity
from tests.live import Socket, committed, play
from tests.visiting import Browser

PUBLIC_KEY = b"""-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHC8AnSxtwIzXXJqMmGTaQs0nD0Ec
xZ2vJ0dTgRzyCqFZ4mXoXSh0iHqg5rI9eRZoOdE0Hj0V0k4lGJqJZo0Wmg==
-----END PUBLIC KEY-----
"""


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def text_of(value):
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture
def forge(installation):
    """forge(header, claims): both as they are (objects or raw JSON), signed with our own secret."""
    key = installation.identity_secrets.get().value.encode()

    def made(header=None, claims=None, *, digest=hashlib.sha256, secret=key, signature=None):
        sound = {"sub": "dora-1", "aud": installation.public_id, "exp": int(time.time()) + 600}
        header = {"alg": "HS256", "typ": "JWT"} if header is None else header
        given = claims if isinstance(claims, str) else {**sound, **(claims or {})}
        said = f"{b64(text_of(header))}.{b64(text_of(given))}"
        if signature is None:
            signature = b64(hmac.new(secret, said.encode(), digest).digest())
        return f"{said}.{signature}"

    return made


@pytest.fixture
def nobody_came_in(browser, dora):
    """Fails unless a token is refused with 4xx and a sentence, and leaves no trace."""

    def check(token):
        before = (Contact.objects.count(), Identity.objects.count())
        answer = browser().boot(identity=token)
        assert answer.status_code in {400, 401}, (token[:80], answer.content)
        body = answer.json()
        assert body["type"] in {"not-authenticated", "validation"} and body["detail"]
        assert dora.public_id not in str(body)
        assert (Contact.objects.count(), Identity.objects.count()) == before

    return check


def test_the_forger_of_these_tests_makes_good_tokens(browser, forge, dora):
    assert browser().boot(identity=forge()).json()["contact"]["id"] == dora.public_id


HEADERS = {
    "alg none": {"alg": "none"},
    "alg None": {"alg": "None"},
    "alg nOnE": {"alg": "nOnE"},
    "alg empty": {"alg": ""},
    "alg null": {"alg": None},
    "alg list": {"alg": ["HS256"]},
    "alg object": {"alg": {"a": 1}},
    "alg number": {"alg": 256},
    "alg missing": {"typ": "JWT"},
    "alg RS256": {"alg": "RS256"},
    "alg ES256": {"alg": "ES256"},
    "alg EdDSA": {"alg": "EdDSA"},
    "alg HS384": {"alg": "HS384"},
    "alg HS512": {"alg": "HS512"},
    "alg lower": {"alg": "hs256"},
    "alg spaced": {"alg": "HS256 "},
    "alg twice": '{"alg":"HS256","alg":"HS256"}',
    "alg twice, none first": '{"alg":"none","alg":"HS256"}',
    "crit": {"alg": "HS256", "crit": ["exp"]},
    "crit of the unknown": {"alg": "HS256", "crit": ["urn:x"], "urn:x": 1},
    "b64 false": {"alg": "HS256", "b64": False, "crit": ["b64"]},
    "b64 without crit": {"alg": "HS256", "b64": False},
    "compressed": {"alg": "HS256", "zip": "DEF"},
    "encrypted": {"alg": "dir", "enc": "A256GCM"},
    "kid of nobody": {"alg": "HS256", "kid": "nope"},
    "kid path": {"alg": "HS256", "kid": "../../../dev/null"},
    "kid SQL": {"alg": "HS256", "kid": "' OR 1=1 --"},
    "kid number": {"alg": "HS256", "kid": 0},
    "kid false": {"alg": "HS256", "kid": False},
    "kid empty": {"alg": "HS256", "kid": ""},
    "header list": "[]",
    "header text": '"HS256"',
    "header null": "null",
    "header broken": '{"alg":"HS256"',
    "header deep": "[" * 2500,
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_header_that_asks_for_another_check_is_refused(forge, nobody_came_in, what):
    nobody_came_in(forge(HEADERS[what]))
    nobody_came_in(forge(HEADERS[what], signature=""))


@pytest.mark.parametrize("where", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_the_token_brings_itself_is_not_the_one_that_is_asked(
    forge, nobody_came_in, where
):
    own = b"attacker's own secret, long enough to be one"
    key = {"kty": "oct", "k": b64(own)} if where == "jwk" else "https://evil.test/keys.json"
    nobody_came_in(forge({"alg": "HS256", where: key}, secret=own))


@pytest.mark.parametrize("secret", [b"", b"null", b"secret", PUBLIC_KEY, b"app_public_id"])
def test_what_everybody_knows_signs_nobody_in(forge, nobody_came_in, installation, secret):
    secret = installation.public_id.encode() if secret == b"app_public_id" else secret
    nobody_came_in(forge(secret=secret))
    nobody_came_in(forge({"alg": "RS256"}, secret=secret))


def test_the_secret_of_another_installation_signs_nobody_in(forge, nobody_came_in, line):
    from inbox.models import Line

    other = Installation.objects.create(
        line=Line.objects.create(kind="messenger", name="Other"), name="Other"
    )
    secret = IdentitySecret.objects.create(installation=other)
    nobody_came_in(forge(secret=secret.value.encode()))
    nobody_came_in(forge(claims={"aud": other.public_id}))
    nobody_came_in(forge({"alg": "HS256", "kid": secret.key_id}, secret=secret.value.encode()))


NOW = int(time.time())
CLAIMS = {
    "expired": {"exp": NOW - 3600},
    "expired long ago": {"exp": 0},
    "exp negative": {"exp": -1},
    "exp far": {"exp": NOW + 86_400},
    "exp very far": {"exp": 10**15},
    "exp endless": {"exp": 10**400},
    "exp null": {"exp": None},
    "exp text": {"exp": str(NOW + 600)},
    "exp words": {"exp": "tomorrow"},
    "exp true": {"exp": True},
    "exp list": {"exp": [NOW + 600]},
    "exp object": {"exp": {"$gt": 0}},
    "nbf in the future": {"nbf": NOW + 3600},
    "nbf text": {"nbf": "x"},
    "iat in the future": {"iat": NOW + 3600},
    "iat list": {"iat": []},
    "aud of another": {"aud": "app_other"},
    "aud null": {"aud": None},
    "aud empty": {"aud": ""},
    "aud no list of ours": {"aud": []},
    "aud list of others": {"aud": ["app_a", "app_b"]},
    "aud number": {"aud": 0},
    "aud true": {"aud": True},
    "aud object": {"aud": {"0": "app"}},
    "sub null": {"sub": None},
    "sub empty": {"sub": ""},
    "sub blank": {"sub": " \u200b "},
    "sub number": {"sub": 1},
    "sub list": {"sub": ["dora-1"]},
    "sub object": {"sub": {"$ne": None}},
    "sub long": {"sub": "x" * 201},
    "sub NUL": {"sub": "dora-1\0"},
    "sub surrogate": '{"sub":"\\ud800","aud":"%s","exp":%d}',
    "sub lines": {"sub": "dora-1\nemil-1"},
    "email list": {"email": ["a@b.test"]},
    "email nonsense": {"email": "no address"},
    "name object": {"name": {"first": "D"}},
    "name NUL": {"name": "a\0b"},
    "company text list": {"company": ["c"]},
    "company without id": {"company": {"name": "c"}},
    "attributes list": {"attributes": [1]},
    "attributes deep": {"attributes": {"a": {"b": {"c": 1}}}},
    "attributes many": {"attributes": {f"key {number}": number for number in range(500)}},
    "sub twice": '{"sub":"emil-1","sub":"dora-1","aud":"%s","exp":%d}',
    "exp infinite": '{"sub":"dora-1","aud":"%s","exp":1e999,"x":%d}',
    "exp Infinity": '{"sub":"dora-1","aud":"%s","exp":Infinity,"x":%d}',
    "exp NaN": '{"sub":"dora-1","aud":"%s","exp":NaN,"x":%d}',
    "iat infinite": '{"sub":"dora-1","aud":"%s","exp":%d,"iat":1e999}',
    "nbf infinite": '{"sub":"dora-1","aud":"%s","exp":%d,"nbf":-1e999}',
    "payload list": '["%s",%d]',
    "payload deep": '{"a":' + "[" * 2500 + '"%s",%d',
}


@pytest.mark.parametrize("what", CLAIMS)
def test_claims_that_do_not_hold_are_refused(forge, nobody_came_in, installation, what):
    claims = CLAIMS[what]
    if isinstance(claims, str):
        claims = claims % (installation.public_id, int(time.time()) + 600)
    nobody_came_in(forge(claims=claims))


SPELLINGS = {
    "no signature": lambda token: token.rpartition(".")[0],
    "empty signature": lambda token: token.rpartition(".")[0] + ".",
    "four parts": lambda token: token + ".x",
    "encrypted form": lambda token: ".".join(
        ["eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0", "", *"abc"]
    ),
    "JSON form": lambda token: json.dumps(
        dict(zip(("protected", "payload", "signature"), token.split("."), strict=True))
    ),
    "one bit changed": lambda token: token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1],
    "a claim changed": lambda token: token.replace(token[60], "x" if token[60] != "x" else "y", 1),
    "cut short": lambda token: token[: len(token) // 2],
    "in quotes": lambda token: f'"{token}"',
    "with Bearer": lambda token: f"Bearer {token}",
    "spaces inside": lambda token: token.replace(".", " ."),
    "a line inside": lambda token: token.replace(".", "\n."),
    "padded": lambda token: token.replace(".", "==."),
    "not ASCII": lambda token: token.replace("e", "\u0435"),
    "too long": lambda token: token + "A" * 8000,
    "dots": lambda token: "." * 8000,
}


@pytest.mark.parametrize("what", SPELLINGS)
def test_a_token_that_is_spelled_otherwise_is_none(forge, nobody_came_in, what):
    nobody_came_in(SPELLINGS[what](forge()))


@pytest.mark.parametrize("token", [0, 1, True, 1.5, [], ["a"], {}, {"a": 1}])
def test_what_is_no_text_is_no_identity(browser, token, dora):
    answer = browser().boot(identity=token)
    assert (answer.status_code, answer.json()["type"]) == (400, "validation")


def test_a_token_may_be_used_again_until_it_ends_and_not_after(browser, forge, dora, monkeypatch):
    token, now = forge(), time.time()
    assert [browser().boot(identity=token).status_code for _ in range(2)] == [200, 200]
    from datetime import UTC, datetime

    import jwt.api_jwt

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(now + 900, tz or UTC)

    monkeypatch.setattr(jwt.api_jwt, "datetime", Later)
    assert browser().boot(identity=token).status_code == 401


def test_a_retired_secret_signs_nobody_in_whatever_else_is_in_force(
    browser, forge, installation, dora
):
    token = forge()
    IdentitySecret.objects.create(installation=installation)
    installation.identity_secrets.filter(pk=installation.identity_secrets.earliest("pk").pk).update(
        retired_at=timezone.now()
    )
    assert browser().boot(identity=token).status_code == 401


# ---- row 6: anybody says to be anybody --------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"email": "dora@acme.test"},
        {"email": "DORA@ACME.TEST"},
        {"name": "Dora Lindqvist", "email": "dora@acme.test"},
        {"attributes": {"external_id": "dora-1", "user_id": "dora-1"}},
        {"contact": "PUBLIC_ID"},
        {"contact_id": "PUBLIC_ID", "sub": "dora-1"},
        {"identity": "", "email": "dora@acme.test"},
        {"identity": None, "user_id": None, "user_hash": None, "email": "dora@acme.test"},
    ],
    ids=lambda said: ",".join(said),
)
def test_saying_to_be_somebody_is_not_being_them(browser, signed, dora, said):
    owner = browser(identity=signed(email="dora@acme.test"))
    owner.start("Dora's secret")
    said = {key: dora.public_id if value == "PUBLIC_ID" else value for key, value in said.items()}
    mallory = browser()
    mallory.boot(**said)
    answer = mallory.start("It's me, Dora")
    assert answer.status_code == 201
    body = mallory.boot(**said).json()
    assert body["contact"]["id"] != dora.public_id
    assert "secret" not in str(body) and len(body["conversations"]) == 1
    assert Conversation.objects.filter(contact=dora).count() == 1
    dora.refresh_from_db()
    assert dora.claims == {} and dora.merged_contacts.count() == 0


# ---- row 8: where verification is required ----------------------------------------------------

ADDRESSES = [str(pattern.pattern) for pattern in api.urlpatterns]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def required(browser, installation):
    """An anonymous visitor and their conversation, from before verification was required."""
    visitor = browser()
    name = visitor.start("Before").json()["conversation"]["id"]
    file = visitor.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("note.txt", b"note")},
        headers={"origin": visitor.origin, "authorization": f"Bearer {visitor.token}"},
    )
    assert file.status_code == 201
    installation.is_verification_required = True
    installation.save()
    cache.clear()
    return visitor, name


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_refuses_who_is_not_verified(required, address):
    visitor, name = required
    path = address.replace("<pid:public_id>", name)
    assert "<" not in path
    before = (Message.objects.count(), Conversation.objects.count(), Contact.objects.count())
    for method in METHODS:
        for token in (visitor.token, "", "x" * 60):
            body = {"client_id": str(uuid.uuid4()), "body": "Hi", "seq": 1, "score": 5}
            body |= {"name": "x", "email": "x@y.test"}
            if address == "boot":
                body = {"app": visitor.installation.public_id, "token": token, "email": "x@y.test"}
            given = None if method == "get" else body
            answer = visitor.call(method, path, given, token=token)
            if answer.status_code == 405 and address == "boot":
                continue
            assert answer.status_code in {401, 403}, (method, path, answer.content)
            assert "note" not in answer.content.decode().replace("not-", "")
    assert (
        Message.objects.count(),
        Conversation.objects.count(),
        Contact.objects.count(),
    ) == before


def test_the_socket_refuses_who_is_not_verified(required):
    visitor, name = required

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token, "after": {name: 0}})
        return await socket.closed_with()

    assert play(scene) == 4401


def test_requiring_verification_reaches_a_socket_that_is_open_already(
    browser, installation, monkeypatch
):
    monkeypatch.setattr(consumers, "PING_SECONDS", 0.3)
    monkeypatch.setattr(consumers, "BEATS_A_LOOK", 1)
    visitor = browser()
    visitor.start("Before")

    def require():
        Installation.objects.update(is_verification_required=True)
        cache.clear()

    async def scene():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": visitor.token})
        await socket.hear("ready")
        await committed(require)
        return await socket.closed_with()

    assert play(scene) == 4401


def test_a_verified_visitor_passes_where_it_is_required(required, browser, signed, dora):
    installation = required[0].installation
    visitor = Browser(installation)
    assert visitor.boot(identity=signed()).status_code == 200
    assert visitor.start("Hello").status_code == 201
