"""HTML of elsewhere as the Markdown of our own pages. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

PAGE_MAX = 400_000
BLOCKS = {"p", "div", "section", "article", "table", "figure", "header", "footer", "tr"}
HEADINGS = {f"h{level}": "#" * max(2, level) for level in range(1, 7)}
MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}
SKIPPED = {"script", "style", "noscript", "template", "head", "title"}
LISTS_MAX = 8
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")
_BLANK = re.compile(r"[ \t\r\n\f]+")


def to_markdown(page: str) -> str:
    """The words of HTML with headings, lists, bold, italic, code, quotes and links. What it embeds
    becomes a link; nothing else is kept."""
    writer = _Writer()
    writer.feed(page[:PAGE_MAX])
    writer.close()
    return writer.result()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lists: list[list[Any]] = []
        self.links: list[str] = []
        self.skipped = 0
        self.is_code = False
        self.quotes = 0
        # Whether a line was begun, an item's or a quote's, and says nothing yet.
        self.is_begun = False

    def result(self) -> str:
        lines = [line.rstrip() for line in "".join(self.parts).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def paragraph(self) -> None:
        indent = "  " * len(self.lists)
        self.parts.append("\n\n" + "> " * min(self.quotes, 3) + indent)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in SKIPPED:
            self.skipped += 1
        elif self.skipped:
            return
        elif tag in HEADINGS:
            self.parts.append(f"\n\n{HEADINGS[tag]} ")
        elif tag in {"ul", "ol"}:
            self.lists = [*self.lists, [tag, 0]][:LISTS_MAX]
        elif tag == "li":
            self.item()
        elif tag == "pre":
            self.is_code = True
            self.parts.append("\n\n```\n")
        elif tag == "blockquote":
            self.quotes += 1
            self.paragraph()
            self.is_begun = True
        elif tag == "br":
            self.parts.append("\n" + "> " * min(self.quotes, 3))
        elif tag == "hr":
            self.parts.append("\n\n---\n\n")
        elif tag in MARKS and not self.is_code:
            self.parts.append(MARKS[tag])
        elif tag == "a":
            self.links.append(safe_address(given.get("href")))
            self.parts.append("[" if self.links[-1] else "")
        elif tag in {"img", "iframe", "video", "source"}:
            self.embedded(safe_address(given.get("src")), given.get("alt") or "")
        elif tag in BLOCKS and not self.is_begun:
            self.paragraph()

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self.skipped = max(0, self.skipped - 1)
        elif self.skipped:
            return
        elif tag in HEADINGS or tag in BLOCKS:
            self.parts.append("\n\n")
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
            self.parts.append("\n" if self.lists else "\n\n")
        elif tag == "pre":
            self.is_code = False
            self.parts.append("\n```\n\n")
        elif tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
            self.parts.append("\n\n")
        elif tag in MARKS and not self.is_code:
            self.parts.append(MARKS[tag])
        elif tag == "a" and self.links:
            address = self.links.pop()
            self.parts.append(f"]({address})" if address else "")
        elif tag in {"td", "th"}:
            self.parts.append(" ")

    def item(self) -> None:
        self.is_begun = True
        if not self.lists:
            self.lists = [["ul", 0]]
        self.lists[-1][1] += 1
        kind, number = self.lists[-1]
        sign = "- " if kind == "ul" else f"{number}. "
        self.parts.append("\n" + "  " * (len(self.lists) - 1) + sign)

    def embedded(self, address: str, words: str) -> None:
        if address:
            said = _BLANK.sub(" ", _SPECIAL.sub(r"\\\1", words)).strip() or address
            self.parts.append(f"\n\n{address}\n\n" if said == address else f"[{said}]({address})")

    def handle_data(self, data: str) -> None:
        if self.skipped:
            return
        if self.is_code:
            self.parts.append(data.replace("```", "''' "))
            return
        said = _SPECIAL.sub(r"\\\1", _BLANK.sub(" ", data))
        self.is_begun = self.is_begun and not said.strip()
        at_start = not self.parts or self.parts[-1].endswith(("\n", "- ", "# ", " "))
        self.parts.append(said.lstrip() if at_start else said)


def safe_address(value: str | None) -> str:
    """An address as it may stand in Markdown; "" for what is none."""
    address = (value or "").strip()
    if address.startswith("//"):
        address = f"https:{address}"
    if not re.match(r"(https?://|mailto:|tel:|/|#)", address, re.IGNORECASE):
        return ""
    return re.sub(r"[\s()<>\\]", lambda found: f"%{ord(found[0]):02X}", address)[:2000]
