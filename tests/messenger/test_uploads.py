"""Files by the messenger: what they are by their bytes, whatever they are called or said to be."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

pytestmark = pytest.mark.django_db

OCTETS = "application/octet-stream"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</JS(app.alert(1))>>>>"


def picture(kind, size=(20, 10)):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


PNG, JPEG, GIF, WEBP = (picture(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP"))

# Called, said to be, really is, and so served as.
TABLE = [
    ("a.png", "image/png", PNG, "image/png"),
    ("a.jpg", "image/png", PNG, "image/png"),
    ("a.svg", "image/svg+xml", PNG, "image/png"),
    ("a.html", "text/html", JPEG, "image/jpeg"),
    ("a.jpg", "image/jpeg", JPEG, "image/jpeg"),
    ("a.gif", "image/gif", GIF, "image/gif"),
    ("a.php", "application/x-php", GIF, "image/gif"),
    ("a.webp", "image/webp", WEBP, "image/webp"),
    ("a", "", WEBP, "image/webp"),
    ("a.png", "image/png", PNG + HTML, "image/png"),
    ("a.gif", "image/gif", GIF + b"<?php system($_GET[0]);", "image/gif"),
    ("a.jpg", "image/jpeg", JPEG + SVG, "image/jpeg"),
    ("a.png", "image/png", PNG[:40], OCTETS),
    ("a.jpg", "image/jpeg", JPEG[:60], OCTETS),
    ("a.gif", "image/gif", b"GIF89a/*" + HTML, OCTETS),
    ("a.png", "image/png", SVG, OCTETS),
    ("a.svg", "image/svg+xml", SVG, OCTETS),
    ("a.jpg", "image/jpeg", HTML, OCTETS),
    ("a.html", "text/html", HTML, OCTETS),
    ("a.xhtml", "application/xhtml+xml", HTML, OCTETS),
    ("a.pdf", "application/pdf", PDF, OCTETS),
    ("a.png", "image/png", PDF, OCTETS),
    ("a.txt", "text/plain", b"alert(1)", OCTETS),
    (".htaccess", "text/plain", b"AddType text/html .png", OCTETS),
    ("\u200bshell.py", "text/x-python", b"import os", OCTETS),
    ('"><svg onload=alert(1)>.png', "image/png", PNG, "image/png"),
    ("\u202egnp.exe", "image/png", b"MZ" + bytes(60), OCTETS),
]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(visitor, name, said, content):
    return visitor.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile(name, content, said)},
        headers={"origin": visitor.origin, "authorization": f"Bearer {visitor.token}"},
    )


@pytest.mark.parametrize(("name", "said", "content", "served"), TABLE)
def test_a_file_is_served_as_what_it_is(browser, name, said, content, served):
    answer = upload(browser(), name, said, content)
    assert answer.status_code == 201
    file = answer.json()
    got = Client().get(file["url"])
    body = b"".join(got.streaming_content)
    assert got["Content-Type"] == served
    assert got["Content-Disposition"].startswith("attachment" if served == OCTETS else "inline")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    if served == OCTETS:
        assert body == content and file["width"] is None
    else:
        assert (file["width"], file["height"], file["thumb"]) == (20, 10, None)
        assert b"<script" not in body and b"<?php" not in body
        assert file["size"] == len(body)
    assert "\u200b" not in file["name"] and "\u202e" not in file["name"]


def test_a_large_picture_comes_with_a_small_one(browser):
    visitor = browser()
    file = upload(visitor, "a.jpg", "image/jpeg", picture("JPEG", (3000, 1500))).json()
    assert (file["width"], file["height"]) == (3000, 1500)
    thumb = Client().get(file["thumb"])
    assert thumb["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(thumb.streaming_content))).size == (640, 320)
    name = visitor.start("", attachments=[file["id"]]).json()["conversation"]["id"]
    shown = visitor.read(name).json()["messages"][0]["attachments"][0]
    assert shown["thumb"].startswith("/files/") and shown["id"] == file["id"]


def test_a_picture_of_too_many_pixels_is_refused(browser):
    flat = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(flat, "PNG")
    answer = upload(browser(), "a.png", "image/png", flat.getvalue())
    assert answer.status_code == 413 and answer.json()["type"] == "too-large"
