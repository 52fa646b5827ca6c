"""A rendered text with what it only names put in: pictures, and what may change behind a name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from html import unescape

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ground.web.files import public_url
from ground.web.page_markup import PICTURE
from knowledge.indexing import text_of
from knowledge.models import Picture

WORDS_A_MINUTE = 200
_IMAGE = re.compile(r'<img src="picture:(pic_[A-Za-z0-9]{1,40})" alt="([^"]*)">')
_VIDEO = re.compile(r'<a href="([^"]*)" data-video="([^"]*)" rel="([^"]*)">(.*?)</a>', re.DOTALL)
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_TAG = re.compile("<[^>]*>")


def filled(body_html: str) -> SafeString:
    """Our own HTML (`page_markup.render_page`) as readers get it. One question, and none for a text
    without pictures."""
    body_html = _IMAGE.sub(_pictures(body_html), body_html)
    return mark_safe(body_html)


def headings(body_html: str) -> list[tuple[str, str]]:
    """The places of a page that can be gone to: anchor and words."""
    return [
        (unescape(at), unescape(_TAG.sub("", said))) for at, said in _HEADING.findall(body_html)
    ]


def minutes(body_html: str) -> int:
    """How long it takes to read."""
    return max(1, math.ceil(len(text_of(body_html).split()) / WORDS_A_MINUTE))


def _pictures(body_html: str) -> Callable[[re.Match[str]], str]:
    names = set(PICTURE.findall(body_html))
    known = (
        {row.public_id: row for row in Picture.objects.filter(public_id__in=names)} if names else {}
    )

    def shown(found: re.Match[str]) -> str:
        picture, words = known.get(found[1]), unescape(found[2])
        if picture is None:
            return format_html("<em>{}</em>", words)
        return format_html(
            '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">',
            public_url(picture.key) or "",
            words,
            picture.width,
            picture.height,
        )

    return shown
