"""Every page says what it may load, and nothing may load more."""

import base64
import hashlib
import re

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory

from ground.web import csp, importmap
from ground.web.importmap import import_map

pytestmark = pytest.mark.urls("tests.web.urls")


def policy(response) -> dict[str, list[str]]:
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


def test_a_page_loads_only_from_ourselves(settings):
    settings.LIVE_URL = "wss://live.example/some/path"
    settings.FILES_URL = None
    assert policy(Client().get("/page/")) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'", "wss://live.example"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def test_pictures_may_come_from_the_address_of_files(settings):
    settings.FILES_URL = "https://files.example"
    found = policy(Client().get("/page/"))
    assert "https://files.example" in found["img-src"]
    assert "https://files.example" in found["media-src"]
    assert "https://files.example" not in found["script-src"]


def test_errors_have_a_policy_too():
    for path in ("/nowhere/", "/api/nowhere/", "/fail/not-allowed/", "/page/?a=%00"):
        assert policy(Client().get(path))["default-src"] == ["'none'"]


def test_only_the_admin_may_evaluate_and_only_it_and_the_api_pages_style_inline():
    admin, docs = policy(Client().get("/admin/")), policy(Client().get("/api/docs/"))
    assert admin["script-src"] == ["'self'", "'unsafe-eval'"]
    assert admin["style-src"] == docs["style-src"] == ["'self'", "'unsafe-inline'"]
    assert docs["script-src"] == ["'self'"]
    for found in (admin, docs):
        assert found["frame-ancestors"] == ["'none'"]
        assert found["base-uri"] == ["'none'"]
    for path in ("/page/", "/framed/", "/administration/", "/api/nowhere/"):
        header = Client().get(path)["Content-Security-Policy"]
        assert "unsafe" not in header


def test_the_messengers_frame_is_embedded_by_its_sites_alone_and_makes_no_html_from_text():
    response = Client().get("/framed/")
    found = policy(response)
    assert found["frame-ancestors"] == ["'self'", "https://shop.example", "http://localhost:8000"]
    assert found["require-trusted-types-for"] == ["'script'"]
    assert found["trusted-types"] == [csp.TRUSTED_TYPES_POLICY]
    assert found["script-src"] == ["'self'"]
    assert "X-Frame-Options" not in response


def test_other_pages_may_not_be_framed_by_old_browsers_either():
    assert Client().get("/page/")["X-Frame-Options"] == "DENY"


def test_a_customers_page_needs_no_more_than_our_one_address(settings):
    settings.SITE_URL, settings.LIVE_URL = "https://help.example", "wss://help.example"
    response = HttpResponse()
    csp.use(response, csp.host_page())
    found = csp.host_page()
    assert found["script-src"] == ["'self'", "https://help.example"]
    assert found["frame-src"] == ["https://help.example"]
    assert not getattr(response, "xframe_options_exempt", False)


def test_only_the_page_with_an_import_map_allows_it_by_its_hash():
    response = Client().get("/map/")
    source = import_map("inbox").source
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", source)
    assert policy(response)["script-src"] == ["'self'", source]
    assert policy(Client().get("/page/"))["script-src"] == ["'self'"]


def test_the_hash_is_that_of_the_map_in_the_page():
    page = Client().get("/map/").content.decode()
    (text,) = re.findall(r'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert import_map("inbox").source == f"'sha256-{digest}'"


class Manifest:
    """A static storage as collectstatic leaves it."""

    hashed_files = {
        "inbox/thread.js": "inbox/thread.1a.js",
        "inbox/thread.css": "inbox/thread.2b.css",
        "shared/seq.js": "shared/seq.3c.js",
        "messenger/frame.js": "messenger/frame.4d.js",
        "admin/js/core.js": "admin/js/core.5e.js",
    }


@pytest.fixture
def manifest(monkeypatch):
    monkeypatch.setattr(importmap, "staticfiles_storage", Manifest)
    monkeypatch.setattr(importmap, "static", lambda name: f"/static/{Manifest.hashed_files[name]}")
    monkeypatch.setattr(importmap, "is_ours", lambda name: True)
    importmap._from_manifest.cache_clear()
    yield
    importmap._from_manifest.cache_clear()


def test_a_map_leads_a_rooms_modules_and_the_shared_ones_to_their_hashed_names(manifest):
    assert import_map("inbox").text == (
        '{"imports":{"/static/inbox/thread.js":"/static/inbox/thread.1a.js",'
        '"/static/shared/seq.js":"/static/shared/seq.3c.js"}}'
    )
    assert "messenger/frame.4d.js" in import_map("messenger").text


def test_a_map_is_made_once_per_process(manifest):
    assert import_map("inbox") is import_map("inbox")


def test_a_file_name_cannot_end_the_map(manifest, monkeypatch):
    names = {"inbox/</script><script>x.js": "inbox/</script>.js"}
    monkeypatch.setattr(Manifest, "hashed_files", names)
    assert "<" not in import_map("inbox").text


def test_an_icon_is_hidden_from_screen_readers_and_cannot_be_injected():
    page = Template('{% load web %}{% icon "x" "s" %}{% icon evil %}')
    html = page.render(Context({"evil": '"><script>', "request": RequestFactory().get("/")}))
    assert (
        '<svg class="i s" aria-hidden="true"><use href="/static/icons.svg#x"></use></svg>' in html
    )
    assert "<script>" not in html
