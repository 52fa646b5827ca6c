"""Static files under hashed names, compressed, our own scripts and style sheets minified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import minify
from django.conf import settings
from django.core.files.base import ContentFile, File
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from ground.web import bundling

# Above this many bytes the last percent of size costs seconds of the first start.
LARGE = 200_000

MEDIA_TYPES = {".js": "application/javascript", ".css": "text/css"}


class QuickCompressor(Compressor):
    """Brotli at its best for our own small files, nearly so for the large ones of packages."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=9 if len(data) > LARGE else 11))


class Storage(CompressedManifestStaticFilesStorage):
    """Django's manifest for names, WhiteNoise's compression, a minifier for our own files.

    Imports between modules stay as written; the import map leads them to the hashed names
    (Django's own rewriting trips over comments and missing semicolons).
    """

    # Style sheets only: packages mention source maps that they do not ship.
    patterns = tuple(
        pattern
        for pattern in CompressedManifestStaticFilesStorage.patterns
        if pattern[0] == "*.css"
    )

    def post_process(
        self, paths: dict[str, tuple[Any, str]], *args: Any, **kwargs: Any
    ) -> Iterator[tuple[str, str, bool]]:
        """Makes the bundles of `settings.BUNDLES` out of what was collected, then hashes all."""
        if not kwargs.get("dry_run"):
            for name, parts in settings.BUNDLES.items():
                if parts[0] in paths:
                    self._bundle(name, bundling.made(parts, _reader(paths)))
                    paths[name] = (self, name)
        yield from super().post_process(paths, *args, **kwargs)

    def _bundle(self, name: str, text: str) -> None:
        self.delete(name)
        self._save(name, ContentFile(text.encode()))

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return QuickCompressor(**kwargs)

    def _save(self, name: str, content: File[Any]) -> str:
        if Path(name).suffix in MEDIA_TYPES and is_ours(name):
            content = ContentFile(minified(name, _text_of(content)).encode())
        return super()._save(name, content)


def is_ours(name: str) -> bool:
    """Whether a static file comes from the project's own folders, not from a package."""
    top = name.split("/", 1)[0]
    return any((Path(folder) / top).is_dir() for folder in settings.STATICFILES_DIRS)


def minified(name: str, source: str) -> str:
    """A script or style sheet with short names and without comments."""
    return str(minify.string(MEDIA_TYPES[Path(name).suffix], source))


def _reader(paths: dict[str, tuple[Any, str]]) -> bundling.Read:
    """Reads the files where they were collected from: not minified yet."""

    def read(name: str) -> str:
        if name not in paths:
            raise FileNotFoundError(name)
        storage, path = paths[name]
        with storage.open(path) as file:
            return _text_of(file)

    return read


def _text_of(content: File[Any]) -> str:
    content.seek(0)
    raw = content.read()
    return raw.decode() if isinstance(raw, bytes) else raw
