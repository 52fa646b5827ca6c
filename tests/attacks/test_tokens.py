"""Attacks with the wrong token (safety rows 11 and 51): every kind of token in every other place,
and what is no token at all."""

import hashlib
import hmac
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ground.web import files
from inbox.models import Attachment, Conversation
from messenger.visitors import opened_by_link, token_for
from people.actions import create_token
from people.models import Contact
from people.models.token import Scope
from tests.live import Socket, play
from tests.visiting import Browser

SECRET = "Dora's secret"


@pytest.fixture
def tokens(browser, signed, dora, ada, installation, settings, tmp_path):
    """Kind -> a good token of that kind, each of somebody who may see Dora's secret."""
    settings.MEDIA_ROOT = tmp_path
    installation.is_user_hash_allowed = True
    installation.save()
    verified, anonymous = browser(identity=signed()), browser()
    anonymous.start("Words of nobody")
    stored = verified.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("receipt.txt", b"one coat")},
        headers={"origin": verified.origin, "authorization": f"Bearer {verified.token}"},
    ).json()
    verified.start(SECRET, attachments=[stored["id"]])
    conversation = Conversation.objects.get(contact=dora)
    guest = Browser(installation)
    guest.token = token_for(opened_by_link(installation, dora, conversation))
    api_token = create_token(by=None, teammate=ada, name="all", scopes=list(Scope.values))[1]
    logged_in = Client()
    logged_in.force_login(ada, "django.contrib.auth.backends.ModelBackend")
    secret = installation.identity_secrets.get()
    key = Attachment.objects.get().key
    return {
        "visitor": anonymous.token,
        "verified": verified.token,
        "by link": guest.token,
        "identity": signed(),
        "user_hash": hmac.new(secret.value.encode(), b"dora-1", hashlib.sha256).hexdigest(),
        "secret": secret.value,
        "key id": secret.key_id,
        "app id": installation.public_id,
        "API": api_token,
        "session": logged_in.cookies[settings.SESSION_COOKIE_NAME].value,
        "file link": urlsplit(stored["url"]).path.split("/")[2],
        "file of a teammate": urlsplit(
            files.signed_url(key, "a.txt", "text/plain", viewer=f"teammate:{ada.pk}")
        ).path.split("/")[2],
        "file key": key,
        "contact id": dora.public_id,
        "visitor key": anonymous_key(),
        "idempotency key": str(uuid.uuid4()),
        "conversation id": conversation.public_id,
    }


def anonymous_key():
    return Contact.objects.get(role="visitor").identities.get(kind="widget_visitor").value


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def visitor_api(token, installation):
    return Client().get("/m/api/conversations", headers=bearer(token))


def boot_token(token, installation):
    """A token that boot does not know makes somebody new, who sees nothing."""
    body = {"app": installation.public_id, "token": token}
    return Client().post("/m/api/boot", body, content_type="application/json")


def boot_identity(token, installation):
    body = {"app": installation.public_id, "identity": token}
    return Client().post("/m/api/boot", body, content_type="application/json")


def boot_hash(token, installation):
    body = {"app": installation.public_id, "user_id": "dora-1", "user_hash": token}
    return Client().post("/m/api/boot", body, content_type="application/json")


def rest(token, installation):
    return Client().get("/api/v1/conversations", headers=bearer(token))


def rest_key(token, installation):
    """An Idempotency-Key is a name, not a proof."""
    return Client().post("/api/v1/contacts", {}, headers={"idempotency-key": token[:200]})


def file(token, installation):
    return Client().get(f"/files/{token}/")


def public_file(token, installation):
    return Client().get(f"/files/public/{token}/")


def inbox(token, installation):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = token
    return client.get("/inbox/all/")


def inbox_bearer(token, installation):
    return Client().get("/inbox/all/", headers=bearer(token))


def admin(token, installation):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = token
    return client.get("/admin/")


DOORS = {
    visitor_api: {"visitor", "verified", "by link"},
    boot_token: {"visitor", "verified", "by link"},
    boot_identity: {"identity"},
    boot_hash: {"user_hash"},
    rest: {"API"},
    rest_key: set(),
    file: {"file link"},
    public_file: set(),
    inbox: {"session"},
    inbox_bearer: set(),
    admin: {"session"},
}


def is_in(door, answer):
    if door is boot_token:
        return answer.status_code == 200 and answer.json()["contact"]["id"] is not None
    return answer.status_code == 200


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_each_door_opens_to_its_own_kind_of_token_only(tokens, installation, door):
    for kind, token in tokens.items():
        answer = door(token, installation)
        assert answer.status_code < 500, (kind, answer.content)
        assert is_in(door, answer) == (kind in DOORS[door]), (kind, answer.status_code)
        if kind not in DOORS[door]:
            assert b"Dora" not in b"".join(answer), kind


@pytest.mark.parametrize("path", ["/ws/messenger/", "/ws/inbox/"])
def test_each_socket_opens_to_its_own_kind_of_token_only(tokens, path):
    name = Conversation.objects.get(contact__role="user").public_id
    own = {"visitor", "verified", "by link"} if path == "/ws/messenger/" else {"session"}
    origin = "https://shop.test" if path == "/ws/messenger/" else settings.SITE_URL

    async def talk(token):
        cookie = f"{settings.SESSION_COOKIE_NAME}={token}" if path == "/ws/inbox/" else ""
        socket = Socket(path, origin=origin, cookie=cookie)
        if not await socket.open():
            return socket.code
        await socket.say({"type": "hello", "token": token, "after": {name: 0}, "watch": {}})
        event = await socket.event()
        await socket.close()
        return event.get("code") or "in"

    for kind, token in tokens.items():
        result = play(lambda token=token: talk(token))
        assert (result == "in") == (kind in own), (kind, result)


NO_TOKENS = [None, 0, 1, -1, True, False, [], ["x"], {}, {"a": 1}, "", " ", "null", "undefined"]
NO_TOKENS += ["0", "[]", "{}", "NaN", "x" * 100_000, "\0", "\ud800", "\u0661" * 40, "a:b:c", "..."]


@pytest.mark.parametrize("token", NO_TOKENS, ids=lambda token: repr(token)[:20])
def test_what_is_no_token_opens_nothing(browser, installation, dora, token):
    visitor = browser()
    visitor.start(SECRET)
    for field in ("token", "identity"):
        answer = Browser(installation).call(
            "post", "boot", {"app": installation.public_id, field: token}, token=""
        )
        assert answer.status_code in {200, 400, 401}, (field, answer.content)
        if answer.status_code == 200:
            assert answer.json()["contact"]["id"] is None and not answer.json()["conversations"]
        assert b"secret" not in answer.content

    async def talk():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": token})
        return await socket.closed_with()

    assert play(talk) in {4400, 4401}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token", "Basic", "", "Bearer Bearer"])
@pytest.mark.parametrize("token", ["", "null", "0", "[]", "undefined", "\u00e9" * 30, "x" * 5000])
def test_a_header_without_a_token_opens_no_interface(installation, scheme, token):
    for address in ("/m/api/conversations", "/api/v1/conversations"):
        header = f"{scheme} {token}".encode().decode("latin-1")
        answer = Client().get(address, headers={"authorization": header})
        assert (answer.status_code, answer.json()["type"]) == (401, "not-authenticated")


def test_a_token_cannot_be_guessed_nor_changed(browser):
    """128 bits and more of chance in the key, and a signature over every character."""
    keys = set()
    for _ in range(10):
        visitor = browser()
        visitor.start("Hi")
        keys.add(visitor.token)
    assert len(keys) == 10
    identity = Contact.objects.first().identities.get()
    assert len(identity.value) >= 32
    token = visitor.token
    for place in range(0, len(token), 9):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        answer = visitor.call("get", "conversations", token=changed)
        # The last character of base64 has bits that say nothing.
        assert answer.status_code == 401 or place == len(token) - 1, place


def test_a_file_link_is_no_link_to_another_file(tokens):
    """Row 50: one more, one less, tampered, cut."""
    link = tokens["file link"]
    assert Client().get(f"/files/{link}/").status_code == 200
    for place in range(0, len(link), 5):
        for step in (1, -1):
            changed = link[:place] + chr(ord(link[place]) + step) + link[place + 1 :]
            answer = Client().get(f"/files/{changed}/")
            assert answer.status_code in {400, 404} or place == len(link) - 1, changed
    for guess in ("1", "2", tokens["file key"], "../" + tokens["file key"], "", "x:y:z"):
        assert Client().get(f"/files/{guess}/").status_code in {400, 404}


def test_a_file_of_a_teammate_opens_in_no_visitors_hands(tokens, browser_of, ben, ada):
    path = f"/files/{tokens['file of a teammate']}/"
    assert browser_of(ada).get(path).status_code == 200
    assert browser_of(ben).get(path).status_code == 404
    assert Client().get(path, headers=bearer(tokens["verified"])).status_code == 404


def test_a_file_link_ends(tokens, monkeypatch):
    import time

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3 * 3600)
    assert Client().get(f"/files/{tokens['file link']}/").status_code == 403


def test_an_upload_of_another_visitor_cannot_be_sent(browser, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    owner, thief = browser(), browser()
    stored = owner.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("receipt.txt", b"one coat")},
        headers={"origin": owner.origin, "authorization": f"Bearer {owner.token}"},
    ).json()
    thief.start("Hi")
    assert thief.start("", attachments=[stored["id"]]).status_code == 400
    assert owner.start("", attachments=[stored["id"]]).status_code == 201
    name = thief.call("get", "conversations").json()["conversations"][0]["id"]
    assert thief.say(name, "", attachments=[stored["id"]]).status_code == 400


@pytest.mark.parametrize(
    "asked", ["bytes=0-" + "9" * 5000, "bytes=" + "9" * 5000 + "-", "bytes=-0"]
)
def test_a_range_of_nonsense_is_no_failure_of_ours(tokens, asked):
    answer = Client().get(f"/files/{tokens['file link']}/", headers={"range": asked})
    assert answer.status_code in {200, 206, 416}
