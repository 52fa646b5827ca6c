"""A rendered text with what it only names put in: pictures, and blocks as they say now."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Sequence
from html import unescape
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ground.web.files import public_url
from ground.web.page_markup import PICTURE
from knowledge.indexing import index, text_of
from knowledge.models import BlockText, HelpCenter, Picture, Translation
from knowledge.reading import best_of, order_for
from knowledge.texts import texts_in

WORDS_A_MINUTE = 200
_IMAGE = re.compile(r'<img src="picture:(pic_[A-Za-z0-9]{1,40})" alt="([^"]*)">')
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_TAG = re.compile("<[^>]*>")
_BLOCK = re.compile(
    r'<p><span data-block="(?P<whole>[a-z0-9-]+)"></span></p>'
    r'|<span data-block="(?P<within>[a-z0-9-]+)"></span>'
)
# A video that is named by nothing but its address.
_BARE_VIDEO = re.compile(r'(<a href="([^"]*)" data-video="[^"]*" rel="[^"]*">)\2</a>')
_ONE_PARAGRAPH = re.compile(r"\s*<p>((?:(?!</?p>).)*)</p>\s*", re.DOTALL)


def filled(body_html: str, order: Sequence[str], *, is_draft: bool = False) -> SafeString:
    """Our own HTML (`page_markup.render_page`) as readers get it, blocks in the best language of
    `order`. A question for blocks and one for pictures, and none for a text without them. A block
    that there is not is nothing to readers; a draft shows its name."""
    body_html = _BLOCK.sub(_blocks(body_html, order, is_draft), body_html)
    body_html = _BARE_VIDEO.sub(_video(order[0]), body_html)
    return mark_safe(_IMAGE.sub(_pictures(body_html), body_html))


def reindex(texts: Iterable[Translation]) -> None:
    """What search knows of published texts, with what their blocks say now."""
    default = HelpCenter.current().locale
    for text in texts:
        version = text.shown
        whole = filled(version.body_html, order_for(text.locale, default))
        index(text.pk, text.locale, version.title, version.summary, whole)


def headings(body_html: str) -> list[tuple[str, str]]:
    """The places of a page that can be gone to: anchor and words."""
    found = _HEADING.findall(body_html)
    return [(unescape(anchor), unescape(_TAG.sub("", said))) for anchor, said in found]


def minutes(body_html: str) -> int:
    """How long it takes to read."""
    return max(1, math.ceil(len(text_of(body_html).split()) / WORDS_A_MINUTE))


def _blocks(body_html: str, order: Sequence[str], is_draft: bool) -> Callable[[re.Match[str]], str]:
    keys = {found["whole"] or found["within"] for found in _BLOCK.finditer(body_html)}
    rows = BlockText.objects.filter(block__key__in=keys).select_related("block") if keys else ()
    texts: dict[str, list[BlockText]] = {}
    for row in rows:
        texts.setdefault(row.block.key, []).append(row)

    def shown(found: re.Match[str]) -> str:
        key = found["whole"] or found["within"]
        # A block is written for some languages; any is better than a gap in a sentence.
        text = best_of(texts.get(key, ()), order) or next(iter(texts.get(key, ())), None)
        if text is None:
            return format_html("<mark>{{{{block:{}}}}}</mark>", key) if is_draft else ""
        return text.body_html if found["whole"] else _in_line(text.body_html)

    return shown


def _video(locale: str) -> Callable[[re.Match[str]], str]:
    label = texts_in(locale)["video"]

    def shown(found: re.Match[str]) -> str:
        host = urlsplit(unescape(found[2])).hostname or ""
        return f"{found[1]}{html.escape(label)} ({html.escape(host)})</a>"

    return shown


def _in_line(body_html: str) -> str:
    """What stands within a sentence: one paragraph as it is, of anything else the words."""
    one = _ONE_PARAGRAPH.fullmatch(body_html)
    if one is not None:
        return one[1]
    return html.escape(" ".join(text_of(body_html).split()))


def _pictures(body_html: str) -> Callable[[re.Match[str]], str]:
    names = set(PICTURE.findall(body_html))
    rows = Picture.objects.filter(public_id__in=names) if names else ()
    known = {row.public_id: row for row in rows}

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
