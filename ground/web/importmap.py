"""Import maps: from the names that modules import each other by to the hashed static files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

from ground.web.storage import is_ours

SHARED = "shared"


@dataclass(frozen=True)
class ImportMap:
    """The text of a map, the CSP source (with its quotes) that allows it, its modules."""

    text: str
    source: str
    urls: tuple[str, ...]


def import_map(room: str) -> ImportMap:
    """The map for the modules under static/`room`/ and static/shared/."""
    manifest = getattr(staticfiles_storage, "hashed_files", None)
    # Without a manifest files come and go while one works, and finding them is cheap enough.
    return _from_manifest(room) if manifest else _build(room, _found())


@cache
def _from_manifest(room: str) -> ImportMap:
    return _build(room, staticfiles_storage.hashed_files)  # type: ignore[attr-defined]


def _found() -> Iterator[str]:
    listed = chain.from_iterable(finder.list([]) for finder in finders.get_finders())
    return (name for name, _ in listed)


def _build(room: str, names: Iterator[str] | dict[str, str]) -> ImportMap:
    modules = {
        settings.STATIC_URL + name: static(name)
        for name in sorted(names)
        if name.endswith(".js") and name.startswith((f"{room}/", f"{SHARED}/")) and is_ours(name)
    }
    text = json.dumps({"imports": modules}, separators=(",", ":")).replace("<", "\\u003c")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return ImportMap(text, f"'sha256-{digest}'", tuple(modules.values()))
