"""What the messenger must not do (safety row 35 and the promises): cookies, other hosts, addresses
with secrets in them, more about a visitor than their page chose to tell."""

import re
import uuid
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from inbox.actions import reply
from inbox.models import Conversation
from people.models import Contact, Event

ROOT = Path(__file__).resolve().parent.parent.parent


def messenger_routes():
    """Every address below /m/."""

    def walk(resolver, prefix):
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, route)
            elif route.startswith("m/"):
                yield route

    return sorted(walk(get_resolver(), ""))


@pytest.mark.parametrize("route", messenger_routes())
def test_no_answer_below_m_sets_a_cookie(browser, browser_of, ada, installation, route):
    visitor = browser()
    name = visitor.start("Hi").json()["conversation"]["id"]
    path = "/" + route.replace("<pid:public_id>", name)
    path = re.sub(r"<\w+:app(_id)?>", installation.public_id, path)
    path = re.sub(r"<\w+:\w+>", "x" * 30, path)
    for client in (Client(), browser_of(ada)):
        for method in ("get", "head", "options", "post", "put", "delete"):
            for address in (path, f"{path}?app={installation.public_id}"):
                answer = getattr(client, method)(
                    address, headers={"authorization": f"Bearer {visitor.token}"}
                )
                assert not answer.cookies and "Set-Cookie" not in answer, (method, address)
                assert answer.status_code < 500
                assert answer["Referrer-Policy"] in {
                    "strict-origin-when-cross-origin",
                    "no-referrer",
                    "same-origin",
                }, (method, address)
                assert "Cookie" not in answer.get("Vary", ""), (method, address)


def test_no_token_stands_in_any_address(browser, ben):
    """Addresses end in logs, histories and Referer headers."""
    visitor = browser()
    name = visitor.start("Hi").json()["conversation"]["id"]
    reply(Conversation.objects.get(), by=ben, body="Here", client_id=uuid.uuid4())
    for answer in (visitor.boot(), visitor.read(name), visitor.call("get", "conversations")):
        said = answer.content.decode()
        for address in re.findall(r'"(?:https?|wss?):[^"]*"|"/[^"]*"', said):
            assert visitor.token not in address


def test_a_token_in_an_address_is_no_token(browser):
    visitor = browser()
    visitor.start("Hi")
    for name in ("token", "access_token", "authorization", "bearer"):
        answer = Client().get(f"/m/api/conversations?{name}={visitor.token}")
        assert answer.status_code == 401


def test_a_visitor_who_only_looks_leaves_nothing(browser):
    visitor = browser(page={"url": "https://shop.test/"}, locale="de", timezone="Europe/Berlin")
    visitor.call("post", "events", {"name": "page.visited", "page": {"url": "https://shop.test/"}})
    visitor.call("get", "conversations")
    assert not Contact.objects.exists() and not Event.objects.exists()


def test_no_address_and_no_browser_is_kept_of_a_visitor(browser):
    """What is not asked for cannot be lost: neither the IP address nor the User-Agent is stored."""
    from django.db import connection

    visitor = browser()
    visitor.client.defaults |= {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Marker/7.7"}
    visitor.boot(page={"url": "https://shop.test/"})
    visitor.start("Hi")
    visitor.call("post", "events", {"name": "coat.viewed"})
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row::text FROM "{table}" row')
            for (row,) in cursor.fetchall():
                assert "203.0.113.77" not in row and "Marker/7.7" not in row, table


def test_the_server_keeps_of_a_page_what_was_sent_and_no_more(browser):
    """The loader leaves out the query but for the listed names; nothing else looks at Referer."""
    visitor = browser()
    page = {"url": "https://shop.test/a?ref=mail", "title": "A", "referrer": "https://x.test/"}
    visitor.call(
        "post",
        "conversations",
        {"client_id": str(uuid.uuid4()), "body": "Hi", "page": page},
        referer="https://shop.test/a?ref=mail&session=secret",
    )
    assert Conversation.objects.get().page == page
    assert "secret" not in str(list(Event.objects.values()))


SCRIPTS = sorted((ROOT / "static" / "messenger").rglob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_the_messenger_takes_a_fingerprint_or_sets_a_cookie(script):
    """Names by which browsers are told apart; what is needed is language, zone and size."""
    text = script.read_text()
    for word in (
        "document.cookie",
        "cookieStore",
        "navigator.plugins",
        "hardwareConcurrency",
        "deviceMemory",
        "getImageData",
        "toDataURL",
        "AudioContext",
        "OfflineAudio" if script.name == "sound.js" else "getChannelData",
        "WEBGL_debug",
        "getBattery",
        "userAgent",
        "navigator.connection",
        "eval(",
        "new Function",
        "document.write",
    ):
        if word == "AudioContext":
            continue  # it also plays the sound of a new message
        assert word not in text, (script.name, word)


def test_no_script_or_style_of_the_messenger_names_another_host():
    for path in sorted((ROOT / "static" / "messenger").rglob("*")):
        if path.suffix not in {".js", ".css", ".html", ".svg"}:
            continue
        found = re.findall(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", path.read_text())
        foreign = [address for address in found if "www.w3.org" not in address]
        assert foreign == [], path
