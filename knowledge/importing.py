"""Articles of elsewhere, read: folders of Markdown, and the exports of Intercom and Zendesk.

Changes nothing; `actions/importing.py` writes what is found.

Nothing that a file says is trusted: sizes and counts are bounded, and HTML becomes Markdown
(`from_html.py`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ground.web import languages
from knowledge.from_html import PAGE_MAX, to_markdown

FILE_MAX = 64 * 1024 * 1024
ARTICLES_MAX = 5_000
DEPTH_MAX = 8
PICTURES_MAX = 50
_META = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", re.DOTALL)
_LINE = re.compile(r"([A-Za-z_][\w-]{0,40})\s*:\s*(.*)")
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\(([^)\s:#?\0]{1,300})\)")
_HEADING = re.compile(r"#\s+(.+?)\s*#*\s*(?:\n|$)")


class Unreadable(Exception):
    """What was found is no export that we know; the sentence says why."""


@dataclass
class Text:
    title: str
    body: str
    summary: str = ""
    slug: str = ""
    is_published: bool = True
    # The pictures beside a file that its text shows: how it names them, and where they are.
    pictures: dict[str, Path] = field(default_factory=dict)


@dataclass
class Source:
    """An article of elsewhere: `key` is what it is known by there, and stays the same."""

    key: str
    collection: str
    texts: dict[str, Text] = field(default_factory=dict)


def read(path: Path, locale: str) -> list[Source]:
    """The articles of a folder or an export; `locale` is the language where none is said. Raises
    Unreadable."""
    if path.is_dir():
        return from_folder(path, locale)
    if not path.is_file():
        raise Unreadable(f"There is no file or folder {path}.")
    if path.suffix.lower() in {".md", ".markdown"}:
        return grouped([page_of(path, path.parent, locale)])
    return from_export(path, locale)


# ---- folders of Markdown -------------------------------------------------------------------------


def from_folder(folder: Path, locale: str) -> list[Source]:
    """Every `*.md` below it; the folder that a file lies in is its collection."""
    pages = [page_of(path, folder, locale) for path in markdown_files(folder)]
    if not pages:
        raise Unreadable(f"There is no Markdown file in {folder}.")
    return grouped(pages)


def markdown_files(folder: Path) -> list[Path]:
    found = []
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in {".md", ".markdown"} or not path.is_file():
            continue
        # A link out of the folder may lead anywhere.
        if (
            not path.resolve().is_relative_to(root)
            or len(path.relative_to(folder).parts) > DEPTH_MAX
        ):
            continue
        found.append(path)
        if len(found) > ARTICLES_MAX:
            raise Unreadable(f"At most {ARTICLES_MAX:,} articles are taken at once.")
    return found


def page_of(path: Path, folder: Path, locale: str) -> tuple[str, str, str, Text]:
    """Key, collection, language and text of a file. `name.es.md` is the Spanish of `name.md`."""
    written = text_of(path, PAGE_MAX)
    meta, body = front_matter(written)
    stem, _, tag = path.stem.rpartition(".")
    spoken = meta.get("locale") or meta.get("lang") or ""
    if not stem or tag not in languages.NAMES:
        stem, tag = path.stem, ""
    place = path.relative_to(folder).parent
    title = meta.get("title", "")
    heading = _HEADING.match(body.lstrip())
    if heading is not None and (not title or title == heading[1]):
        title = title or heading[1]
        body = body.lstrip()[heading.end() :]
    return (
        meta.get("id") or (place / stem).as_posix(),
        meta.get("collection") or meta.get("category") or named(place.name),
        known(spoken, tag or locale),
        Text(
            title=title or named(stem),
            body=body.strip("\n"),
            pictures=pictures_of(body, path, folder),
            summary=meta.get("summary") or meta.get("description") or "",
            slug=meta.get("slug", ""),
            is_published=meta.get("draft", "").lower() not in {"true", "yes"}
            and meta.get("state", "published").lower() != "draft",
        ),
    )


def pictures_of(body: str, path: Path, folder: Path) -> dict[str, Path]:
    """Those within the folder; others stay words in the text."""
    found = {}
    for name in dict.fromkeys(_PICTURE.findall(body)):
        place = (path.parent / unquote(name)).resolve()
        if place.is_relative_to(folder.resolve()) and is_picture(place):
            found[name] = place
        if len(found) == PICTURES_MAX:
            break
    return found


def is_picture(place: Path) -> bool:
    return place.suffix.lower() in {".png", ".jpg", ".jpeg", ".gif", ".webp"} and place.is_file()


def front_matter(written: str) -> tuple[dict[str, str], str]:
    """The lines between two `---` at the beginning as plain `name: value`, and the rest."""
    found = _META.match(written)
    if found is None:
        return {}, written
    meta = {}
    for line in found[1].split("\n"):
        if (said := _LINE.fullmatch(line.strip())) is not None:
            meta[said[1].lower()] = said[2].strip().strip("\"'")
    return meta, written[found.end() :]


def grouped(pages: list[tuple[str, str, str, Text]]) -> list[Source]:
    """The languages of one article together."""
    sources: dict[str, Source] = {}
    for key, collection, locale, text in pages:
        source = sources.setdefault(key, Source(key, collection))
        source.collection = source.collection or collection
        source.texts[locale] = text
    return list(sources.values())


def named(word: str) -> str:
    said = " ".join(re.split(r"[-_\s]+", re.sub(r"^\d+[-_.]", "", word))).strip()
    return said[:1].upper() + said[1:]


# ---- exports -------------------------------------------------------------------------------------


def from_export(path: Path, locale: str) -> list[Source]:
    try:
        data = json.loads(text_of(path, FILE_MAX))
    except (ValueError, RecursionError):
        raise Unreadable(f"{path.name} is no JSON.") from None
    rows = data
    if isinstance(data, dict):
        rows = data.get("articles", data.get("data"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(f"{path.name} is neither an Intercom nor a Zendesk export of articles.")
    if len(rows) > ARTICLES_MAX:
        raise Unreadable(f"At most {ARTICLES_MAX:,} articles are taken at once.")
    names = sections(data) if isinstance(data, dict) else {}
    if any("section_id" in row or "source_locale" in row for row in rows):
        return [zendesk(row, names, locale) for row in rows]
    if any("translated_content" in row or "parent_id" in row or "state" in row for row in rows):
        return [intercom(row, names, locale) for row in rows]
    raise Unreadable(f"{path.name} is neither an Intercom nor a Zendesk export of articles.")


def sections(data: dict[str, Any]) -> dict[str, str]:
    """Id -> name of what articles lie in: Zendesk's sections, Intercom's collections."""
    rows = [*listed(data.get("sections")), *listed(data.get("collections"))]
    return {word(row.get("id")): word(row.get("name")) for row in rows}


def zendesk(row: dict[str, Any], names: dict[str, str], locale: str) -> Source:
    """An article of the Help Center API: `title`, `body` (HTML), `locale`, `draft`, and maybe its
    `translations`."""
    source = Source(f"zendesk:{word(row.get('id'))}", names.get(word(row.get("section_id")), ""))
    for said in [*listed(row.get("translations")), row]:
        tag = known(word(said.get("locale")) or word(row.get("source_locale")), locale)
        source.texts[tag] = Text(
            title=word(said.get("title")),
            body=to_markdown(word(said.get("body"))),
            is_published=said.get("draft") is not True,
        )
    return source


def intercom(row: dict[str, Any], names: dict[str, str], locale: str) -> Source:
    """An article of the Articles API: `title`, `description`, `body` (HTML), `state`,
    `default_locale`, and others in `translated_content`."""
    source = Source(f"intercom:{word(row.get('id'))}", names.get(word(row.get("parent_id")), ""))
    texts = {word(row.get("default_locale")): row}
    others = row.get("translated_content")
    if isinstance(others, dict):
        texts |= {tag: said for tag, said in others.items() if isinstance(said, dict)}
    for tag, said in texts.items():
        if not word(said.get("title")):
            continue
        source.texts[known(tag, locale)] = Text(
            title=word(said.get("title")),
            summary=word(said.get("description")),
            body=to_markdown(word(said.get("body"))),
            is_published=said.get("state") == "published",
        )
    return source


def listed(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def word(value: Any) -> str:
    """Text and numbers as text; of anything else nothing."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int) else ""


def known(tag: str, default: str) -> str:
    """Our language for a tag; `default` for none and for one that we do not know."""
    if not tag:
        return default
    near = [name for name in languages.chain(tag) if name.split("-")[0] == tag.lower()[:2]]
    return near[0] if near else default


def text_of(path: Path, most: int) -> str:
    try:
        if path.stat().st_size > most:
            raise Unreadable(f"{path.name} is too large: at most {most:,} bytes.")
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise Unreadable(f"{path.name} is not written in UTF-8.") from None
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from None
