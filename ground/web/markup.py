"""What people write, as safe HTML, made once when it is written.

The subset: paragraphs with their line breaks, bold, italic, code, quotes, lists, rules and links.
No raw HTML, no images, no headings. markdown-it never passes HTML through, and nh3 checks its
output against an allow-list again: a mistake in either alone lets nothing in.
"""

from __future__ import annotations

import html
import re

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.token import Token

RENDERER_VERSION = 1
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
PREVIEW_LENGTH = 200

# Names after which a bare word is surely an address. Endings that are also those of files
# (.py .rs .md .sh .pl .zip …) are left out: "see main.rs" must not become a link to a stranger.
BARE_LINK_ENDINGS = (
    "com net org edu gov int info biz io ai app dev shop store online site cloud tech blog "
    "ac at au be br ca ch cn co cz de dk es eu fi fr gr hu ie il in it jp kr mx nl no nz pt ro se "
    "sg tr tw ua uk us za"
).split()

# Python's markdown-it costs about 2 us a marker. Beyond this many a text is no formatting that a
# person typed, and it is shown as written, so that one message never blocks a process.
MARKERS_MAX = 2_500
LINES_MAX = 2_500
NESTING_MAX = 12
_MARKER = re.compile(r"[*_`\[\]<>\\&!~:@()]|\b(?:\d{1,9}[.)])|^[ \t]*[-+]", re.MULTILINE)

# Explicit embeddings, overrides and isolates can make a link or a sentence read as another one.
# The marks U+200E and U+200F, which right-to-left writers need, stay.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"\s+")
_SCHEME = re.compile(r"([a-z]+):", re.IGNORECASE)

_cleaner = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"},
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes=set(LINK_SCHEMES),
    url_relative="deny",
    link_rel="noopener noreferrer nofollow ugc",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        scheme = _SCHEME.match(url)
        return bool(scheme) and scheme[1].lower() in LINK_SCHEMES


def _parser() -> MarkdownIt:
    parser = _Markdown(
        "commonmark", {"html": False, "breaks": True, "linkify": True, "maxNesting": NESTING_MAX}
    )
    parser.enable("linkify")
    parser.disable(["image", "heading", "lheading", "code", "reference", "html_inline"])
    parser.disable("html_block")
    parser.linkify = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": True})
    parser.linkify.tlds(BARE_LINK_ENDINGS)
    return parser


_markdown = _parser()


def render(text: str) -> str:
    """`text` as safe HTML. Any text is fine; what is no formatting is shown as written."""
    text = _BIDI.sub("", text)
    return _cleaner.clean(_as_written(text) if _is_too_dense(text) else _markdown.render(text))


def plain(text: str, *, length: int = PREVIEW_LENGTH) -> str:
    """The words of `text` on one line without its formatting, at most `length` characters."""
    # Four times the length leaves room for marks and link targets that fall away.
    start = _BIDI.sub("", text[: length * 4])
    words = start if _is_too_dense(start) else _words(_markdown.parse(start))
    line = _SPACE.sub(" ", words).strip()
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _is_too_dense(text: str) -> bool:
    if text.count("\n") > LINES_MAX:
        return True
    return sum(1 for _ in zip(_MARKER.finditer(text), range(MARKERS_MAX))) == MARKERS_MAX


def _as_written(text: str) -> str:
    return "<p>" + html.escape(text, quote=False).replace("\n", "<br>\n") + "</p>"


def _words(tokens: list[Token]) -> str:
    found: list[str] = []
    for token in tokens:
        if token.children is not None:
            found.append(_inline_words(token.children))
        elif token.content:
            found.append(token.content)
    return " ".join(found)


def _inline_words(tokens: list[Token]) -> str:
    return "".join(" " if t.type in {"softbreak", "hardbreak"} else t.content for t in tokens)
