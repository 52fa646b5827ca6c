"""Files of strangers: named, typed and handed out so that none can act on our address."""

import io
import stat
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from ground.web import files
from ground.web.files import clean_name, public_url, signed_url, sniff, store, store_image
from ground.web.images import size_of
from ground.web.problems import Invalid, TooLarge

pytestmark = pytest.mark.urls("tests.web.urls")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def picture(kind: str, size=(8, 6)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, kind)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../evil.sh", "x")
    return out.getvalue()


def upload(content: bytes, name="a.bin", content_type="image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


PICTURES = {kind: picture(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP")}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</JS(app.alert(1))>>>>"
XML = b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></x>"

# What it is, what it is called, what it is said to be.
LIARS = [
    (SVG, "cat.png", "image/png"),
    (SVG, "cat.svg", "image/svg+xml"),
    (SVG, "cat.jpg", "image/jpeg"),
    (b"\xef\xbb\xbf" + SVG, "cat.gif", "image/gif"),
    (b"<?xml version='1.0'?>" + SVG, "cat.webp", "image/webp"),
    (HTML, "photo.png", "image/png"),
    (HTML, "page.html", "text/html"),
    (HTML, "movie.mp4", "video/mp4"),
    (HTML, "page.xhtml", "application/xhtml+xml"),
    (b"\n\n  " + HTML, "sound.mp3", "audio/mpeg"),
    (b"GIF" + HTML, "x.gif", "image/gif"),
    (b"GIF89a" + HTML, "x.gif", "image/gif"),
    (b"\x89PNG\r\n\x1a\n" + HTML, "x.png", "image/png"),
    (b"\xff\xd8\xff" + HTML, "x.jpg", "image/jpeg"),
    (b"RIFF1234WEBP" + HTML, "x.webp", "image/webp"),
    (PDF, "bill.pdf", "application/pdf"),
    (PDF, "bill.png", "image/png"),
    (XML, "data.xml", "text/xml"),
    (XML, "feed.png", "image/png"),
    (b"alert(1)", "code.js", "text/javascript"),
    (b"alert(1)", "code.png", "image/png"),
    (b"#!/bin/sh\nrm -rf /", "run.sh", "text/x-sh"),
    (b"import os", "code.py", "text/x-python"),
    (b"AddType text/html .png", ".htaccess", "text/plain"),
    (archive(), "a.zip", "application/zip"),
    (archive(), "a.docx", "image/png"),
    (b"MZ" + bytes(100), "a.exe", "video/webm"),
    (b"PK", "a", ""),
    (b"\x00", "a.png", "image/png"),
]


@pytest.mark.parametrize(("content", "name", "said"), LIARS)
def test_what_could_act_is_a_download_of_unnamed_bytes(content, name, said):
    kept = store(upload(content, name, said))
    response = Client().get(signed_url(kept.key, kept.name, kept.content_type, viewer="contact:1"))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == content


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PICTURES["PNG"], "image/png"),
        (PICTURES["JPEG"], "image/jpeg"),
        (PICTURES["GIF"], "image/gif"),
        (PICTURES["WEBP"], "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00", "audio/mpeg"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "video/mp4"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x01\x00", "video/webm"),
    ],
)
def test_pictures_sound_and_video_are_shown_in_place(content, content_type):
    kept = store(upload(content, "it.html", "text/html"))
    response = Client().get(signed_url(kept.key, kept.name, kept.content_type, viewer="contact:1"))
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == 'inline; filename="it.html"'


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(PDF, "application/pdf"), (b"a,b\n1,2\n", "text/plain"), (b"\x01\x02\x03", files.UNKNOWN)],
)
def test_a_download_still_knows_what_it_is(content, content_type):
    assert sniff(io.BytesIO(content)) == content_type


def test_text_cut_in_the_middle_of_a_character_is_still_text():
    assert sniff(io.BytesIO(("x" * 4095 + "é" * 10).encode())) == "text/plain"


def test_every_answer_is_locked_down():
    kept = store(upload(PICTURES["PNG"]))
    url = signed_url(kept.key, "a.png", "image/png", viewer="contact:1")
    response = Client().get(url)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"].startswith("private, max-age=")
    assert Client().post(url).status_code == 405


def test_a_file_is_kept_under_a_random_name_without_an_ending_for_us_alone(folder):
    kept = [store(upload(HTML, "../../etc/passwd.html")) for _ in range(2)]
    assert kept[0].key != kept[1].key
    path = Path(folder) / kept[0].key
    assert path.read_bytes() == HTML
    assert path.suffix == ""
    assert len(path.name) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept[0].name == "passwd.html"
    files.delete(kept[0].key)
    assert not path.exists()
    files.delete(kept[0].key)


def test_sizes_in_pixels_come_from_the_header():
    kept = store(upload(picture("PNG", (640, 480))))
    assert (kept.width, kept.height, kept.thumb_key) == (640, 480, "")
    assert size_of(io.BytesIO(PDF)) is None


def test_a_picture_of_too_many_pixels_is_refused_without_decoding_it(settings):
    out = bytearray(PICTURES["PNG"])
    out[16:24] = (60_000).to_bytes(4, "big") * 2
    # The checksum of the header must fit, or it would be refused for another reason.
    out[29:33] = zlib.crc32(out[12:29]).to_bytes(4, "big")
    begun = time.process_time()
    with pytest.raises(TooLarge):
        store(upload(bytes(out)))
    assert time.process_time() - begun < 0.5
    out[16:24] = (8_000).to_bytes(4, "big") + (7_000).to_bytes(4, "big")
    out[29:33] = zlib.crc32(out[12:29]).to_bytes(4, "big")
    with pytest.raises(TooLarge):
        store(upload(bytes(out)))


# ---- pictures for everybody ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_for_everybody_has_an_address_that_stays(kind, folder):
    key = store_image(upload(picture(kind, (900, 300))), 256)
    url = public_url(key)
    response = Client().get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    drawn = Image.open(io.BytesIO(b"".join(response.streaming_content)))
    assert (drawn.format, drawn.size) == ("WEBP", (256, 85))
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert public_url(key) == url
    assert stat.S_IMODE((Path(folder) / key).stat().st_mode) == 0o600


@pytest.mark.parametrize(("content", "name", "said"), LIARS)
def test_only_pictures_are_kept_for_everybody(content, name, said, folder):
    with pytest.raises(Invalid):
        store_image(upload(content, name, said), 256)
    assert not Path(folder).exists()


def test_no_other_file_has_a_public_address(folder):
    kept = store(upload(PICTURES["PNG"]))
    assert public_url(kept.key) is None
    assert public_url("") is None
    assert public_url("public/../secret") is None
    key = store_image(upload(PICTURES["PNG"]), 64)
    token = public_url(key).split("/")[-2]
    random, _, mark = token.partition(":")
    (Path(folder) / "public" / "x").write_bytes(b"secret")
    for forged in (f"x:{mark}", random, f"{random}:", f"{random[:-1]}0:{mark[:-1]}", "%2e%2e:x"):
        assert Client().get(f"/files/public/{forged}/").status_code == 404, forged
    assert Client().get(f"/files/{token}/").status_code == 404
    files.delete(key)
    assert Client().get(public_url(key)).status_code == 404


def test_with_an_address_of_their_own_public_pictures_are_served_there_only(settings):
    settings.FILES_URL = "https://files.example"
    settings.ALLOWED_HOSTS = ["files.example", "testserver"]
    url = public_url(store_image(upload(PICTURES["PNG"]), 64))
    path = url.removeprefix("https://files.example")
    assert Client().get(path, headers={"host": "files.example"}).status_code == 200
    assert Client().get(path).status_code == 404


def test_empty_and_oversized_files_are_refused(settings, folder):
    settings.ATTACHMENT_MAX_MB = 1
    with pytest.raises(Invalid):
        store(upload(b""))
    with pytest.raises(TooLarge):
        store(upload(b"x" * (1024 * 1024 + 1)))
    assert not Path(folder).exists() or not any(Path(folder).iterdir())
    store(upload(b"x" * 1024 * 1024))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\cat.png", "cat.png"),
        ("/absolute", "absolute"),
        ("a\x00b\n\r\t.txt", "ab.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u200b\ufeff.htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("   ", "file"),
        ("a   b.txt", "a b.txt"),
        ('"><svg onload=alert(1)>.png', '"><svg onload=alert(1)>.png'),
        ("x" * 300 + ".tar", "x" * 196 + ".tar"),
        ("é" * 300 + ".png", "é" * 98 + ".png"),
        ("x." + "y" * 300, "x." + "y" * 198),
        ("e\u0301.txt", "é.txt"),
        ("a\ud800.txt", "a.txt"),
        ("画像.png", "画像.png"),
    ],
)
def test_names_are_shown_without_tricks(given, kept):
    assert clean_name(given) == kept
    assert len(clean_name(given).encode()) <= 200
    assert clean_name(kept) == kept


@pytest.mark.parametrize(
    "name", ['"; evil="x', "a\r\nSet-Cookie: x=1", "画像 é.txt", "a;b,c.txt", "%41"]
)
def test_a_name_cannot_break_out_of_the_header(name):
    kept = store(upload(b"x", "a.txt"))
    header = Client().get(signed_url(kept.key, name, "text/plain", viewer="v"))[
        "Content-Disposition"
    ]
    assert "\n" not in header
    assert header.startswith(('attachment; filename="', "attachment; filename*=utf-8''"))
    assert 'evil="x' not in header.replace('\\"', "")


def test_a_link_ends(monkeypatch):
    kept = store(upload(b"x"))
    url = signed_url(kept.key, "a", "text/plain", viewer="v", seconds=60)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 59)
    assert Client().get(url).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 121)
    assert Client().get(url).status_code == 403


def test_a_link_stays_the_same_for_a_while_so_that_browsers_can_keep_the_file(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 36_000.0)
    first = signed_url("aa/" + "a" * 32, "a", "image/png", viewer="v")
    monkeypatch.setattr(time, "time", lambda: 39_599.0)
    assert signed_url("aa/" + "a" * 32, "a", "image/png", viewer="v") == first


def test_a_changed_link_is_no_link():
    kept = store(upload(b"x"))
    url = signed_url(kept.key, "a", "text/plain", viewer="v")
    token = url.split("/")[2]
    body, _, mark = token.partition(":")
    for forged in ("x", ":", body, f"{body}:", f":{mark}", f"{body[:-2]}AA:{mark}", token[:-1],
                   f"{token}x", mark, "%00", "..%2f..%2fetc%2fpasswd"):  # fmt: skip
        assert Client().get(f"/files/{forged}/").status_code in (400, 404), forged


def test_a_link_leads_nowhere_but_to_stored_files(folder):
    (Path(folder).parent / "secret").write_text("secret")
    for key in ("../secret", "/etc/passwd", "aa/../../secret", "aa", ""):
        url = signed_url(key, "a", "text/plain", viewer="v")
        assert Client().get(url).status_code == 404
    assert Client().get(signed_url("aa/" + "a" * 32, "a", "t", viewer="v")).status_code == 404


@pytest.mark.django_db
def test_a_teammates_link_opens_in_their_own_session_only(ada, ben, browser_of):
    kept = store(upload(b"x"))
    url = signed_url(kept.key, "a", "text/plain", viewer=f"teammate:{ada.pk}")
    assert browser_of(ada).get(url).status_code == 200
    assert browser_of(ben).get(url).status_code == 404
    assert Client().get(url).status_code == 404


def test_with_an_address_of_their_own_files_are_served_there_only(settings):
    settings.FILES_URL = "https://files.example"
    settings.ALLOWED_HOSTS = ["files.example", "testserver"]
    kept = store(upload(PICTURES["PNG"]))
    url = signed_url(kept.key, "a.png", "image/png", viewer="teammate:1")
    assert url.startswith("https://files.example/files/")
    path = url.removeprefix("https://files.example")
    there = Client().get(path, headers={"host": "files.example"})
    assert there.status_code == 200
    assert there["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "piece"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=-100", 206, b"0123456789"),
        ("bytes=10-", 416, b""),
        ("bytes=5-2", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=-", 200, b"0123456789"),
        ("bytes=0-1,3-4", 200, b"0123456789"),
        ("bytes=a-b", 200, b"0123456789"),
        ("bytes=" + "9" * 30 + "-", 200, b"0123456789"),
        ("items=0-1", 200, b"0123456789"),
    ],
)
def test_players_can_seek(asked, status, piece):
    kept = store(upload(b"0123456789"))
    url = signed_url(kept.key, "a", "text/plain", viewer="v")
    response = Client().get(url, headers={"range": asked})
    assert response.status_code == status
    if status != 416:
        assert b"".join(response.streaming_content) == piece
        assert response["Content-Length"] == str(len(piece))
        assert response["Accept-Ranges"] == "bytes"
    if status == 206:
        assert response["Content-Range"].endswith("/10")
