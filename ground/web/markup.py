"""What people write, as safe HTML, made once when it is written.

The subset: paragraphs with their line breaks, bold, italic, code, quotes, lists, rules and links.
No raw HTML, no images, no headings. markdown-it never passes HTML through, and nh3 checks its
output against an allow-list again: a mistake in either alone lets nothing in.
"""

from __future__ import annotations

import html
import re
from itertools import islice

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.token import Token

RENDERER_VERSION = 1
PREVIEW_LENGTH = 200

# Names after which a bare word is surely an address. Left out are endings that are also those of
# files (.py .rs .md .sh .zip …) and short words (.it .in .no): neither "see main.rs" nor
# "Thanks.it works" may become a link to a stranger.
BARE_LINK_ENDINGS = (
    *("com", "net", "org", "edu", "gov", "int", "info", "biz", "io", "ai", "app", "dev", "shop"),
    *("store", "online", "site", "cloud", "tech", "blog", "ac", "au", "br", "ca", "ch", "cn", "co"),
    *("cz", "de", "dk", "es", "eu", "fi", "fr", "gr", "hu", "ie", "il", "jp", "kr", "mx", "nl"),
    *("nz", "pt", "ro", "se", "sg", "tr", "tw", "ua", "uk", "za"),
)

# Parsing costs 2 us a character, 20 us a marker and much for endless words. Beyond these bounds
# a text is no formatting that a person typed: it is shown as written, and one message never holds
# up a process.
LENGTH_MAX = 40_000
MARKERS_MAX = 2_500
LINES_MAX = 2_500
WORD_MAX = 4_096
NESTING_MAX = 12
_MARKER = re.compile(r"[*_`\[\]<>\\&!~:@()]|\b\d{1,9}[.)]|\w\.\w|^[ \t]*[-+]", re.MULTILINE)

# Explicit embeddings, overrides and isolates can make a link or a sentence read as another one.
# The marks U+200E and U+200F, which right-to-left writers need, stay.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"\s+")
_ENDLESS_WORD = re.compile(f"[!-~]{{{WORD_MAX + 1}}}")
# No name and password before the host: "https://bank.example@evil.example/" reads as the bank.
# After a colon only a port: what the cleaner cannot read as an address would lose it.
_LINK = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[^/?#@\\:\[\]]+)(:\d{0,5})?([/?#]|$)|(mailto|tel):[^/]",
    re.IGNORECASE,
)

# One line of words and what stands between them: most messages. Without a marker no rule applies to
# it, and the parser, which takes longest of all that a message passes, would say so.
_BARE = re.compile(r"[^\W_][\w ,.;?!'\"’/%$€-]*")

_cleaner = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"},
    # "*" overrides the default, which lets title and lang through.
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow ugc",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return bool(_LINK.match(url))

    def normalizeLinkText(self, url: str) -> str:
        return url


def _parser() -> MarkdownIt:
    parser = _Markdown(
        "commonmark", {"html": False, "breaks": True, "linkify": True, "maxNesting": NESTING_MAX}
    )
    parser.enable("linkify")
    parser.disable(
        ["image", "heading", "lheading", "code", "reference", "html_inline", "html_block"]
    )
    parser.linkify = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": True})
    parser.linkify.tlds(list(BARE_LINK_ENDINGS))
    return parser


_markdown = _parser()


def render(text: str) -> str:
    """`text` as safe HTML. Any text is fine; what is no formatting is shown as written."""
    text = without_bidi(text)
    if _is_bare(text):
        return f"<p>{text.rstrip()}</p>\n"
    return _cleaner.clean(as_written(text) if is_too_dense(text) else _markdown.render(text))


def plain(text: str, *, length: int = PREVIEW_LENGTH) -> str:
    """The words of `text` on one line without its formatting, at most `length` characters."""
    # Four times the length leaves room for marks and link targets that fall away.
    start = without_bidi(text[: length * 4])
    is_plain = _is_bare(start) or is_too_dense(start)
    words = start if is_plain else _words(_markdown.parse(start))
    line = _SPACE.sub(" ", words).strip()
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _is_bare(text: str) -> bool:
    """Whether the parser would find one paragraph of this very text."""
    if len(text) > WORD_MAX or not _BARE.fullmatch(text):
        return False
    # "!" marks an image only, before a bracket, and there is none.
    return not _MARKER.search(text.replace("!", ""))


def is_too_dense(
    text: str, *, length: int = LENGTH_MAX, markers: int = MARKERS_MAX, lines: int = LINES_MAX
) -> bool:
    """Whether this is no formatting that a person typed, and would hold up the parser."""
    if len(text) > length or text.count("\n") > lines or _ENDLESS_WORD.search(text):
        return True
    return any(True for _ in islice(_MARKER.finditer(text), markers, None))


def without_bidi(text: str) -> str:
    """Without what makes a link or a sentence read as another one."""
    return _BIDI.sub("", text)


def as_written(text: str) -> str:
    """The text as one paragraph, without any formatting."""
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
