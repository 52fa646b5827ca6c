"""The documents that a host page loads from us: the loader and the frame."""

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings as product

from ground.web import languages
from messenger.drawings import drawings
from messenger.texts import texts_in_frame


@pytest.fixture
def frame(client, installation):
    return lambda **headers: client.get(f"/m/frame/?app={installation.public_id}", headers=headers)


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("gzip;q=0.5", "gzip", gzip.decompress),
        ("zstd", None, bytes),
        ("brew", None, bytes),
        ("", None, bytes),
    ],
)
def test_the_frame_goes_out_in_a_coding_that_the_browser_takes(frame, accepted, coding, unpack):
    answer = frame(accept_encoding=accepted)
    assert answer.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer["Vary"]
    assert b'id="settings"' in unpack(answer.content)


def test_a_frame_that_has_not_changed_is_not_sent_again_and_keeps_its_policy(frame):
    first = frame(accept_encoding="br")
    again = frame(accept_encoding="br", if_none_match=first["ETag"])
    assert again.status_code == 304
    # A browser takes the headers of the 304 for its stored answer.
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert "X-Frame-Options" not in again


def test_a_frame_of_another_language_has_another_version(client, installation):
    address = f"/m/frame/?app={installation.public_id}&locale="
    assert client.get(f"{address}en")["ETag"] != client.get(f"{address}ar")["ETag"]


@pytest.fixture
def page(client, installation):
    return lambda more="", **headers: client.get(
        f"/m/page/{installation.public_id}/{more}", headers=headers
    )


def test_the_hosted_page_speaks_the_visitors_language_and_leaks_no_link(page, installation):
    answer = page("?link=abc", accept_language="ar-EG,ar;q=0.9,en;q=0.5")
    text = answer.content.decode()
    assert answer.status_code == 200 and not answer.cookies
    assert '<html lang="ar" dir="rtl">' in text
    assert f"<title>{installation.name}</title>" in text and installation.color in text
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "abc" not in text
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert "trusted-types 'none'" in policy
    assert '<html lang="en"' in page("?locale=en", accept_language="ar").content.decode()


@pytest.mark.parametrize("wrong", ["xx-" * 40, ";;,", "\u202e"])
def test_no_wish_for_a_language_is_an_error(client, installation, wrong):
    address = f"/m/page/{installation.public_id}/"
    assert client.get(address, headers={"accept-language": wrong}).status_code == 200
    assert client.get(address, {"locale": wrong}).status_code == 200


def test_there_is_no_page_of_an_unknown_or_paused_messenger(client, installation):
    assert client.get("/m/page/app_nope/").status_code == 404
    installation.is_active = False
    installation.save()
    assert client.get(f"/m/page/{installation.public_id}/").status_code == 404


def test_a_refusal_at_boot_is_readable_by_every_site_and_an_answer_by_the_allowed(
    client, installation
):
    def boot(origin, app=installation.public_id):
        body = {"app": app}
        headers = {"origin": origin}
        return client.post("/m/api/boot", body, content_type="application/json", headers=headers)

    refused = boot("https://evil.test")
    assert refused.json()["detail"] == "This site may not use this messenger."
    assert refused["Access-Control-Allow-Origin"] == "https://evil.test"
    unknown = boot("https://evil.test", app="app_nope")
    assert unknown.json()["detail"] == "There is no messenger with this app id."
    assert unknown["Access-Control-Allow-Origin"] == "https://evil.test"
    assert boot("https://shop.test")["Access-Control-Allow-Origin"] == "https://shop.test"
    assert "Access-Control-Allow-Credentials" not in refused


def test_the_types_name_every_command_and_every_event_of_the_loader(settings):
    folder = settings.BASE_DIR / "static/messenger"
    loader = (folder / "loader.js").read_text()
    types = (folder / "counterfoil.d.ts").read_text()
    docs = (settings.BASE_DIR / "docs/messenger.md").read_text()
    body = loader[loader.index("const commands = {") : loader.index("const run =")]
    commands = set(re.findall(r"^    (\w+)[:,]", body, re.MULTILINE))
    assert {"boot", "consent", "on", "page"} <= commands
    events = set(re.findall(r'emit\("(\w+)"', loader)) | {"message", "conversation"}
    assert {"ready", "error", "unread"} <= events
    for command in commands:
        assert f'"{command}"' in types, command
        assert f"`{command}(" in docs, command
    for event in events:
        assert re.search(rf"^  {event}: ", types, re.MULTILINE), event
        assert f"`{event}`" in docs, event


def embedded(page):
    """What a document tells its script, as text and as read."""
    text = re.search(r'<script id="settings" type="application/json">(.*?)</script>', page, re.S)[1]
    return text, json.loads(text)


def test_no_text_ends_the_element_that_holds_it(client, installation):
    installation.name = "</script><script>alert(1)</script><!--\u2028&amp;"
    installation.save()
    page = client.get(f"/m/frame/?app={installation.public_id}").content.decode()
    text, settings = embedded(page)
    assert settings["name"] == installation.name
    assert not {"<", ">", "&", "\u2028"} & set(text)
    assert page.count("<script") == 2 + page.count('type="importmap"')


def test_letters_of_all_languages_stand_as_themselves(client, installation):
    sizes = {}
    for tag in languages.NAMES:
        address = f"/m/frame/?app={installation.public_id}&locale={tag}"
        page = client.get(address).content
        text, settings = embedded(page.decode())
        assert settings["texts"] == texts_in_frame(tag)
        assert "\\u" not in text, tag
        sizes[tag] = len(brotli.compress(page, quality=11))
    assert max(sizes.values()) <= 3_600, sizes


def test_every_drawing_is_there_and_none_is_there_for_nothing():
    frame = Path(product.BASE_DIR) / "static" / "messenger" / "frame"
    source = "\n".join(path.read_text() for path in frame.rglob("*.js"))
    asked = set(re.findall(r'icon\("(\w+)"', source))
    assert asked <= set(drawings())
    unused = {name for name in drawings() if f'"{name}"' not in source}
    assert unused == set()
