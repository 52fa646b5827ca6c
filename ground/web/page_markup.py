"""What a team writes for the public, as safe HTML, made once when it is written.

Beside what people may write in messages (`markup`): headings, tables, pictures of our own, videos
and references to texts that are kept elsewhere. What stands for something that may change is left
as a mark for whoever shows the page:

    ![A jumper](picture:pic_…)      <img src="picture:pic_…" alt="A jumper">
    {{block:opening-hours}}         <span data-block="opening-hours"></span>

An address of a video site alone in its paragraph becomes a link that says so (`data-video`), never
a frame: nothing of a stranger is loaded before somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import nh3
from django.utils.text import slugify
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from ground.web.markup import BARE_LINK_ENDINGS, NESTING_MAX, as_written, is_too_dense, without_bidi

PAGE_RENDERER_VERSION = 1
LENGTH_MAX = 100_000
MARKERS_MAX = 12_000
LINES_MAX = 5_000
ANCHOR_MAX = 60

# The frames that a page may show on request, by the host that a link names.
VIDEO_FRAMES = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")
KEY = "[a-z0-9]+(?:-[a-z0-9]+)*"
BLOCK = re.compile(rf"\{{\{{\s*block:\s*({KEY})\s*\}}\}}")
PICTURE = re.compile("picture:(pic_[A-Za-z0-9]{1,40})")

_LINK = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[^/?#@\\:\[\]]+)(:\d{0,5})?([/?#]|$)|(mailto|tel):[^/]"
    # A page of our own, or a place on this one; never another host in disguise.
    r"|/(?![/\\])[^\\]*$|#[^\\]+$",
    re.IGNORECASE,
)
_YOUTUBE = re.compile("[A-Za-z0-9_-]{6,20}")
_VIMEO = re.compile("[0-9]{5,12}")

_cleaner = nh3.Cleaner(
    tags={
        *("p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"),
        *("h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "img", "span"),
    },
    attributes={
        "*": set(),
        "a": {"href", "data-video"},
        "ol": {"start"},
        "h2": {"id"},
        "h3": {"id"},
        "h4": {"id"},
        "img": {"src", "alt"},
        "span": {"data-block"},
        "th": {"data-align"},
        "td": {"data-align"},
    },
    url_schemes={"http", "https", "mailto", "tel", "picture"},
    url_relative="pass_through",
    link_rel="noopener noreferrer",
)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return bool(_LINK.match(url) or PICTURE.fullmatch(url))

    def normalizeLinkText(self, url: str) -> str:
        return url


def _parser() -> MarkdownIt:
    parser = _Markdown(
        "commonmark", {"html": False, "breaks": True, "linkify": True, "maxNesting": NESTING_MAX}
    )
    parser.enable(["linkify", "table"])
    parser.disable(["lheading", "code", "reference", "html_inline", "html_block"])
    parser.linkify = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": True})
    parser.linkify.tlds(list(BARE_LINK_ENDINGS))
    parser.core.ruler.push("page", _as_page)
    return parser


def render_page(text: str) -> str:
    """`text` as safe HTML with marks for pictures and blocks. Any text is fine; what is no
    formatting is shown as written."""
    text = without_bidi(text)
    if is_too_dense(text, length=LENGTH_MAX, markers=MARKERS_MAX, lines=LINES_MAX):
        return _cleaner.clean(as_written(text))
    return _cleaner.clean(_markdown.render(text))


def blocks_in(text: str) -> list[str]:
    """The keys of the blocks that a text refers to, each once, in their order."""
    return list(dict.fromkeys(BLOCK.findall(text)))


def pictures_in(text: str) -> list[str]:
    """The ids of the pictures that a text shows."""
    return list(dict.fromkeys(PICTURE.findall(text)))


def video_frame(url: str) -> str:
    """The address of the frame that plays the video at `url`; "" for what is no known video."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host == "youtube.com" and parts.path == "/watch":
        found = parse_qs(parts.query).get("v", [""])[0]
    elif host == "youtu.be":
        found = parts.path[1:]
    elif host == "vimeo.com":
        number = parts.path[1:]
        return f"{VIDEO_FRAMES[1]}/video/{number}?dnt=1" if _VIMEO.fullmatch(number) else ""
    else:
        return ""
    return f"{VIDEO_FRAMES[0]}/embed/{found}" if _YOUTUBE.fullmatch(found) else ""


# ---- from what was parsed to what a page holds ---------------------------------------------------


def _as_page(state: StateCore) -> None:
    """A page has one title of its own, so the highest headings stand right below it, whatever they
    are written as; each can be linked to."""
    taken: set[str] = set()
    levels = [int(token.tag[1]) for token in state.tokens if token.type == "heading_open"]
    highest = min(levels, default=2)
    for index, token in enumerate(state.tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(4, int(token.tag[1]) - highest + 2)}"
        if token.type == "heading_open":
            token.attrSet("id", _anchor(state.tokens[index + 1], taken))
        elif token.type in {"th_open", "td_open"} and "style" in token.attrs:
            align = str(token.attrs.pop("style")).rpartition(":")[2]
            token.attrSet("data-align", align)
        elif token.type == "inline":
            token.children = list(_inline(token.children or []))
            _mark_video(token)


def _anchor(inline: Token, taken: set[str]) -> str:
    words = "".join(child.content for child in inline.children or [])
    wanted = slugify(words, allow_unicode=True)[:ANCHOR_MAX].strip("-") or "part"
    anchor, number = wanted, 1
    while anchor in taken:
        number += 1
        anchor = f"{wanted}-{number}"
    taken.add(anchor)
    return anchor


def _inline(tokens: list[Token]) -> Iterator[Token]:
    open_links: list[bool] = []
    for token in tokens:
        if token.type == "text":
            yield from _with_blocks(token)
        elif token.type == "image":
            yield from _picture(token)
        elif token.type == "link_open":
            # Only pictures are named like that.
            open_links.append(str(token.attrs.get("href", "")).startswith("picture:"))
            if not open_links[-1]:
                yield token
        elif token.type == "link_close":
            if not open_links.pop():
                yield token
        else:
            yield token


def _with_blocks(token: Token) -> Iterator[Token]:
    place = 0
    for found in BLOCK.finditer(token.content):
        if found.start() > place:
            yield _text(token.content[place : found.start()])
        mark = Token("html_inline", "", 0)
        mark.content = f'<span data-block="{found[1]}"></span>'
        yield mark
        place = found.end()
    if place < len(token.content):
        yield _text(token.content[place:])


def _picture(token: Token) -> Iterator[Token]:
    """A picture of a stranger's site would tell that site who reads: it becomes a link."""
    address = str(token.attrs.get("src", ""))
    if PICTURE.fullmatch(address):
        yield token
        return
    start, end = Token("link_open", "a", 1), Token("link_close", "a", -1)
    start.attrSet("href", address)
    yield from (start, _text(token.content or address), end)


def _mark_video(token: Token) -> None:
    shown = token.children or []
    kinds = [child.type for child in shown]
    if kinds == ["link_open", "text", "link_close"]:
        frame = video_frame(str(shown[0].attrs.get("href", "")))
        if frame:
            shown[0].attrSet("data-video", frame)


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token


_markdown = _parser()
