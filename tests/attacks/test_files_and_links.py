"""Files that are more than files (safety rows 23, 24, 25, 27, 32) and links that are more than
links (rows 26, 29, 30, 31, 33)."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as installed
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from inbox.models import Attachment
from tests.browser.hostile import SCHEMES, payloads


@pytest.fixture
def sends(browser, settings, tmp_path):
    """sends(name, content, content_type): a visitor's upload, sent and fetched again."""
    settings.MEDIA_ROOT = tmp_path
    visitor = browser()

    def sent(name, content, content_type):
        stored = visitor.client.post(
            "/m/api/uploads",
            {"file": SimpleUploadedFile(name, content, content_type=content_type)},
            headers={"origin": visitor.origin, "authorization": f"Bearer {visitor.token}"},
        )
        assert stored.status_code in {201, 400}, stored.content
        return Client().get(stored.json()["url"]) if stored.status_code == 201 else None

    return sent


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(7)"><script>alert(7)</script></svg>'
HTML = b"<!doctype html><script>alert(7)</script>"
XML = b'<?xml version="1.0"?><?xml-stylesheet href="//evil.invalid/a.xsl"?><a/>'
PDF = b"%PDF-1.4\n1 0 obj<</S/JavaScript/JS(app.alert(7))>>endobj\n%%EOF"
DISGUISES = [
    (name, content, said)
    for content, kind in ((SVG, "image/svg+xml"), (HTML, "text/html"), (XML, "text/xml"), (PDF, ""))
    for name, said in (
        ("a.png", "image/png"),
        ("a.jpg", kind or "application/pdf"),
        ("a.svg", "image/svg+xml"),
        ("a.html", "text/plain"),
        ("a.txt", "text/html"),
    )
]


@pytest.mark.parametrize(("name", "content", "said"), DISGUISES)
def test_what_could_act_is_handed_out_as_a_download_of_bytes(sends, name, content, said):
    """Twenty pairs of a name and a declared type, none of which is believed."""
    answer = sends(name, content, said)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies


NAMES = [
    '"><svg onload=alert(7)>.txt',
    "a\r\nSet-Cookie: x=1\r\n.txt",
    "../../../../etc/passwd",
    "..\\..\\windows\\system32\\a.txt",
    "/etc/passwd",
    "a\u202etxt.exe",
    "\u200b.htaccess",
    ".htaccess",
    "a.py",
    "a.php.jpg",
    "a.html;.txt",
    "x" * 255,
    "\u00e9" * 200 + ".txt",
    "CON.txt",
    "a%00.txt",
    "   ",
    "{{7*7}}.txt",
    "'; DROP TABLE people_contact; --.txt",
    *[word.replace("\n", " ") for word in payloads()[:40]],
]


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_is_shown_and_never_used(sends, name, settings):
    answer = sends(name, b"plain words", "text/plain")
    stored = Attachment.objects.get()
    assert re.fullmatch(r"[0-9a-f/]+", stored.key), "a random key without an ending"
    assert not set(stored.name) & set("/\\\r\n\0\u202e\u200b")
    assert len(stored.name.encode()) <= 200 and not stored.name.startswith(".")
    said = answer["Content-Disposition"]
    assert said.startswith("attachment") and "\n" not in said and "\r" not in said
    assert "Set-Cookie" not in answer
    kept = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert kept[0].suffix == "" and kept[0].stat().st_mode & 0o177 == 0, "for us alone, not to run"


# ---- links ------------------------------------------------------------------------------------

LINKS = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>')


def test_no_words_become_an_element_that_acts_or_an_address_that_runs(browser, settings):
    settings.VISITOR_CONVERSATIONS_PER_HOUR = settings.VISITOR_MESSAGES_PER_MINUTE = 10_000
    visitor, kept = browser(), 0
    for word in payloads():
        answer = visitor.start(word)
        assert answer.status_code in {201, 400}, word
        if answer.status_code == 201:
            kept += 1
            check_harmless(answer.json()["message"]["body_html"])
    assert kept > 200, "hardly any was let in"


def check_harmless(html):
    tags = set(re.findall(r"<([a-zA-Z][\w-]*)", html))
    assert tags <= {
        *("p", "br", "a", "em", "strong", "del", "s", "code", "pre", "blockquote"),
        *("ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    }, html
    assert not re.search(r"<[^>]*\s(on\w+|style|src|srcset|background|formaction)\s*=", html), html
    for link in re.finditer(r"<a\b[^>]*>", html):
        assert 'rel="' in link[0] and "noopener" in link[0] and "noreferrer" in link[0], link[0]
    for address in LINKS.findall(html):
        assert re.match(r"(https?:|mailto:|tel:)", address), address


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_page_address_of_a_visitor_is_one_that_runs(browser, browser_of, ben, scheme):
    visitor = browser()
    begun = visitor.start("Hi", page={"url": scheme, "title": scheme, "referrer": scheme})
    if begun.status_code == 400:
        return
    name = begun.json()["conversation"]["id"]
    page = browser_of(ben).get(f"/inbox/all/{name}/").content.decode()
    for address in re.findall(r'\s(?:href|src|action)="([^"]*)"', page):
        assert re.match(r"(/|https?://(?!evil)|#|\?|data:image/)", address), address


ELSEWHERE = [
    "//evil.invalid",
    "///evil.invalid",
    "\\\\evil.invalid",
    "/\\evil.invalid",
    "https://evil.invalid/",
    "https:evil.invalid",
    "http:///evil.invalid",
    "@evil.invalid",
    "javascript:alert(7)",
    "\thttps://evil.invalid",
    "/%2f/evil.invalid",
    "//127.0.0.1@evil.invalid/",
    "%68ttps://evil.invalid",
]


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_logging_in_leads_nowhere_else(ada, wish):
    from tests.conftest import PASSWORD

    client = Client()
    known = {"username": ada.email, "password": PASSWORD, "next": wish}
    answer = client.post(f"/login/?next={wish}", known)
    assert answer.status_code in {200, 302, 400}
    # As browsers read it: a backslash is a slash to them.
    target = urljoin("http://testserver/login/", answer.get("Location", "/").replace("\\", "/"))
    assert urlsplit(target).scheme == "http" and urlsplit(target).netloc == "testserver", target


def test_pages_of_agents_take_no_style_or_script_from_the_page_itself(browser_of, ada):
    policy = browser_of(ada).get("/inbox/all/")["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    for name in ("script-src", "style-src", "default-src"):
        assert "unsafe" not in parts[name] and "*" not in parts[name]
    assert parts["base-uri"] == "'none'" and parts["frame-ancestors"] == "'none'"


def test_files_may_have_an_origin_of_their_own(sends, settings):
    """Row 32: with FILES_URL no file is served where people are logged in."""
    settings.FILES_URL = "https://files.example.test"
    settings.ALLOWED_HOSTS = [*installed.ALLOWED_HOSTS, "files.example.test", "testserver"]
    assert sends("a.txt", b"words", "text/plain").status_code == 404
