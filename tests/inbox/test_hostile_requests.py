"""What no browser of a teammate sends: answered with a refusal, never with a failure of ours."""

import uuid

import pytest
from django.conf import settings
from django.test import Client

from inbox.consumers import is_own_origin, teammate_of
from inbox.models import Message

pytestmark = pytest.mark.django_db

# Quoted and in octal, as cookies may be written; Django makes NUL of it.
HOSTILE_COOKIES = [r'"\000aaaaaaaaaaaaaaaa"', r'"%s\000"' % ("a" * 31), "a" * 4000, "é" * 32]
COOKIES = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"]


@pytest.mark.parametrize("value", HOSTILE_COOKIES)
@pytest.mark.parametrize("name", COOKIES)
def test_a_cookie_of_nonsense_is_no_cookie(name, value, ben):
    headers = {"cookie": f"{name}={value}"}
    assert Client().get("/login/", headers=headers).status_code == 200
    for path in ("/inbox/all/", "/admin/"):
        answer = Client().get(path, headers=headers)
        assert answer.status_code == 302 and "/login/" in answer["Location"]
    form = {"username": "ben@lumen.test", "password": "correct horse battery staple"}
    assert Client().post("/login/", form, headers=headers)["Location"] == "/"


@pytest.mark.parametrize("value", HOSTILE_COOKIES)
def test_a_socket_with_a_session_of_nonsense_is_nobodys(value):
    cookie = f"{settings.SESSION_COOKIE_NAME}={value}".encode()
    assert teammate_of([(b"cookie", cookie)]) is None


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://[", "http://127.0.0.1:abc", "http://127.0.0.1:99999", "http://a\u2100b"],
)
def test_an_origin_that_is_no_address_is_not_ours(origin):
    assert is_own_origin(origin) is False


@pytest.mark.parametrize("name", ["\0", "a\0b", "x" * 41, "../a", ""])
def test_a_message_with_an_impossible_file_is_not_sent(browser_of, ben, conversation, name):
    form = {"kind": "reply", "body": "Hi", "client_id": uuid.uuid4(), "attachments": name}
    address = f"/inbox/all/{conversation.public_id}/messages/"
    for headers in ({}, {"HX-Request": "true"}):
        assert browser_of(ben).post(address, form, headers=headers).status_code == 400
    assert Message.objects.filter(author_type="teammate").count() == 0


@pytest.mark.parametrize("field", ["assignee", "team"])
@pytest.mark.parametrize("name", ["\0", "mate_\0", "x" * 41])
def test_nobody_has_an_impossible_name(browser_of, ben, conversation, field, name):
    address = f"/inbox/all/{conversation.public_id}/assignment/"
    assert browser_of(ben).post(address, {field: name}).status_code == 404


@pytest.mark.parametrize("zone", ["\0", "x" * 65, "Europe", "/etc/passwd", "Not/Here"])
def test_a_time_zone_that_nobody_knows_is_utc(browser_of, ben, conversation, zone):
    form = {"status": "snoozed", "snooze": "tomorrow", "timezone": zone}
    browser_of(ben).post(f"/inbox/all/{conversation.public_id}/status/", form)
    conversation.refresh_from_db()
    assert conversation.status == "snoozed" and conversation.snoozed_until.hour == 9
