"""What a team writes for the public becomes harmless HTML, with marks for what may change."""

import re

import pytest

from ground.web.page_markup import blocks_in, render_page, video_frame
from tests.web import test_markup
from tests.web.test_markup import XSS, Reader

TAGS = test_markup.TAGS | {"h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "img"}
ATTRIBUTES = {"href", "rel", "id", "src", "alt", "start", "data-align", "data-video"}
LINK = re.compile("(https?|mailto|tel):|/|#", re.IGNORECASE)


@pytest.mark.parametrize(
    "written, html",
    [
        ("# Parts", '<h2 id="parts">Parts</h2>'),
        ("## A\n\n#### B", '<h2 id="a">A</h2>\n<h4 id="b">B</h4>'),
        ("# A\n\n# A", '<h2 id="a">A</h2>\n<h2 id="a-2">A</h2>'),
        ("![x](picture:pic_1a)", '<p><img src="picture:pic_1a" alt="x"></p>'),
        (
            "![x](https://evil.test/x.png)",
            '<p><a href="https://evil.test/x.png" rel="noopener noreferrer">x</a></p>',
        ),
        ("[x](/help/en/)", '<p><a href="/help/en/" rel="noopener noreferrer">x</a></p>'),
        ("[x](//evil.test)", "<p>[x](//evil.test)</p>"),
        ("{{block:hours}}", '<p><span data-block="hours"></span></p>'),
        ("`{{block:hours}}`", "<p><code>{{block:hours}}</code></p>"),
        ("{{block:Not one}}", "<p>{{block:Not one}}</p>"),
    ],
)
def test_a_page_is_marked_up(written, html):
    assert render_page(written).strip() == html


def test_a_video_is_a_link_until_somebody_asks_for_it():
    shown = render_page("https://youtu.be/dQw4w9WgXcQ")
    assert 'data-video="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"' in shown
    assert "<iframe" not in shown
    assert "data-video" not in render_page("See https://youtu.be/dQw4w9WgXcQ for more")
    assert video_frame("https://vimeo.com/123456") == "https://player.vimeo.com/video/123456?dnt=1"
    for other in ("https://evil.test/watch?v=dQw4w9WgXcQ", "https://[", "https://youtu.be/../x"):
        assert video_frame(other) == "", other


def test_no_payload_comes_through():
    for text in XSS:
        found = Reader(render_page(f"{text}\n\n# {text}\n\n| {text} |\n|---|\n| {text} |\n"))
        for tag, attributes in found.tags:
            assert tag in TAGS and set(attributes) <= ATTRIBUTES, text
            assert attributes.get("src", "picture:").startswith("picture:"), text
            address = attributes.get("href", "#")
            assert LINK.match(address), text
            assert not re.match(r"[/\\]{2}|/\\", address), text


def test_a_text_that_nobody_typed_is_shown_as_written_at_once():
    assert render_page("[" * 50_000).startswith("<p>[[[")
    assert blocks_in("{{block:a}} {{ block: b }} {{block:a}}") == ["a", "b"]
