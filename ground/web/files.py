"""Files from strangers: kept under random names, served as what their bytes are.

Only raster images, audio and video are ever shown in place; everything else is a download of
unnamed bytes. A link is signed, ends, and belongs to a viewer. Pictures that are meant for
everybody (a logo, a face) have an address of their own that stays.
"""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

import puremagic
from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from ground.web import images
from ground.web.problems import Invalid, NotAllowed, NotFound, TooLarge

UNKNOWN = "application/octet-stream"
NAME_MAX_BYTES = 200
CHUNK = 64 * 1024
POLICY = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"

# What may be shown in place, by its first bytes (at most 16). WebP, WAV and AVI share their first
# four; the brands of ISO media files stand after a length.
_IMAGES = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF.{4}WEBP",
}
_SOUND_AND_VIDEO = {
    "audio/wav": rb"RIFF.{4}WAVE",
    "audio/mpeg": rb"ID3|\xff[\xf2\xf3\xfa\xfb]",
    "audio/ogg": rb"OggS\x00",
    "audio/flac": rb"fLaC",
    "audio/mp4": rb".{4}ftypM4A",
    "video/mp4": rb".{4}ftyp(?:isom|iso[2-6]|mp4[12]|avc1|M4V |dash)",
    "video/webm": rb"\x1a\x45\xdf\xa3",
}
_INLINE = {
    content_type: re.compile(pattern, re.DOTALL)
    for content_type, pattern in (_IMAGES | _SOUND_AND_VIDEO).items()
}
_HEAD = 4096
_KEY = re.compile("[0-9a-f]{2}/[0-9a-f]{32}")
_PUBLIC_FOLDER = "public"
_PUBLIC_KEY = re.compile(f"{_PUBLIC_FOLDER}/([0-9a-f]{{32}})")
_YEAR = 365 * 24 * 60 * 60
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_signer = signing.Signer(salt="counterfoil.files")
_public_signer = signing.Signer(salt="counterfoil.files.public")


def sniff(file: IO[bytes] | File[Any]) -> str:
    """The media type of a file by its content alone, whatever it is called or said to be."""
    head = _head(file)
    for content_type, pattern in _INLINE.items():
        if pattern.match(head):
            return content_type
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return "text/plain" if _is_text(head) else UNKNOWN


def clean_name(name: str) -> str:
    """A file name to show and to save under: no path, nothing invisible, at most 200 bytes."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    name = re.split(r"[/\\]", name)[-1]
    # Control, format (zero width, right-to-left override), line and paragraph separators.
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})
    name = " ".join(name.split()).lstrip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = NAME_MAX_BYTES - len(ending.encode()) - len(dot)
    return (stem.encode()[:room].decode("utf-8", "ignore") + dot + ending) or "file"


@dataclass(frozen=True)
class Stored:
    """A kept file: where it is, and what it is by its content; pixels for raster images.

    `thumb_key` is a small WebP of a large image, "" for everything else.
    """

    key: str
    thumb_key: str
    name: str
    content_type: str
    size: int
    width: int | None
    height: int | None


def store(upload: File[Any]) -> Stored:
    """Keep an upload under a random key without an ending, readable by us alone.

    A raster image is drawn anew in its own format, upright and with nothing beside its pixels; one
    that cannot be drawn is a download like any other file. Raises Invalid for an empty file,
    TooLarge beyond ATTACHMENT_MAX_MB or PIXELS_MAX, Unavailable when too many are being drawn.
    """
    check_size(upload)
    name, content_type = clean_name(upload.name or ""), sniff(upload)
    picture = images.redraw(upload) if content_type in _IMAGES else None
    if picture is None:
        content_type = UNKNOWN if content_type in _IMAGES else content_type
        key = default_storage.save(_new_key(), upload)
        return Stored(key, "", name, content_type, upload.size, None, None)
    key, thumb_key = default_storage.save(_new_key(), ContentFile(picture.content)), ""
    if picture.thumb is not None:
        thumb_key = default_storage.save(_new_key(), ContentFile(picture.thumb))
    size, width, height = len(picture.content), picture.width, picture.height
    return Stored(key, thumb_key, name, content_type, size, width, height)


def store_image(upload: File[Any], side: int) -> str:
    """Keep a picture for everybody's eyes, as a WebP within `side` x `side` pixels; its key.

    Raises Invalid for what is no raster image (an SVG is none), TooLarge, Unavailable.
    """
    check_size(upload)
    content = images.fitted(upload, side) if sniff(upload) in _IMAGES else None
    if content is None:
        raise Invalid(errors={"file": ["Choose a PNG, JPEG, GIF or WebP picture."]})
    key = f"{_PUBLIC_FOLDER}/{secrets.token_hex(16)}"
    return default_storage.save(key, ContentFile(content))


def size_of_image(key: str) -> tuple[int, int]:
    """The pixels of a picture kept by `store_image`: width and height."""
    with default_storage.open(key) as file:
        return images.size_of(file) or (1, 1)


def check_size(upload: File[Any]) -> None:
    """Raises Invalid for an empty file, TooLarge beyond ATTACHMENT_MAX_MB."""
    if not upload.size:
        raise Invalid(errors={"file": ["The file is empty."]})
    if upload.size > settings.ATTACHMENT_MAX_MB * 1024 * 1024:
        raise TooLarge(f"A file may have at most {settings.ATTACHMENT_MAX_MB} MB.")


def _new_key() -> str:
    random = secrets.token_hex(16)
    return f"{random[:2]}/{random}"


def delete(key: str) -> None:
    """Remove a kept file; it is no error when it is gone already."""
    default_storage.delete(key)


def signed_url(key: str, name: str, content_type: str, *, viewer: str, seconds: int = 3600) -> str:
    """A link to a stored file, good for at least `seconds` and less than twice that.

    `viewer` is "teammate:<pk>", whose session must come with the request as long as files are on
    our own origin, or any other string (`contact:<id>`): contacts have no cookie, so theirs is a
    capability. The same link is made for a while, so that browsers can keep the file.
    """
    expires = (int(time.time()) // seconds + 2) * seconds
    signed = _signer.sign_object(
        {"k": key, "n": clean_name(name), "t": content_type, "v": viewer, "e": expires}
    )
    return f"{settings.FILES_URL or ''}{reverse('web:file', args=[signed])}"


def public_url(key: str) -> str | None:
    """The lasting address of a picture kept by `store_image`; None for "" and any other key."""
    found = _PUBLIC_KEY.fullmatch(key)
    if found is None:
        return None
    address = reverse("web:public-image", args=[_public_signer.sign(found[1])])
    return f"{settings.FILES_URL or ''}{address}"


@require_safe
def public_image(request: HttpRequest, signed: str) -> HttpResponseBase:
    """GET /files/public/<signed>/: a picture kept by `store_image`, for everybody and for good."""
    try:
        key = f"{_PUBLIC_FOLDER}/{_public_signer.unsign(signed)}"
        file = default_storage.open(key)
    except (signing.BadSignature, ValueError, OSError):
        raise NotFound() from None
    if settings.FILES_URL and request.get_host() != urlsplit(settings.FILES_URL).netloc:
        file.close()
        raise NotFound()
    response = _stream(file, 0, file.size, status=200)
    response["Content-Type"] = "image/webp"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def download(request: HttpRequest, signed: str) -> HttpResponseBase:
    """GET /files/<signed>/: the file, or one byte range of it (players seek by ranges)."""
    grant = _grant(request, signed)
    try:
        file = default_storage.open(grant["k"])
    except OSError:
        raise NotFound("This file is not there any more.") from None
    inline = grant["t"] in _INLINE
    response = _ranged(request, file)
    response["Content-Type"] = grant["t"] if inline else UNKNOWN
    response["Content-Disposition"] = content_disposition_header(not inline, grant["n"]) or ""
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = (
        "cross-origin" if settings.FILES_URL else "same-origin"
    )
    response["Cache-Control"] = f"private, max-age={max(0, grant['e'] - int(time.time()))}"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _grant(request: HttpRequest, signed: str) -> dict[str, Any]:
    try:
        grant: dict[str, Any] = _signer.unsign_object(signed)
    except (signing.BadSignature, ValueError):
        raise NotFound() from None
    if settings.FILES_URL:
        if request.get_host() != urlsplit(settings.FILES_URL).netloc:
            raise NotFound()
    elif grant["v"].startswith("teammate:") and grant["v"] != f"teammate:{request.user.pk}":
        raise NotFound()
    if grant["e"] <= time.time():
        raise NotAllowed("This link has expired. Open the file again from the conversation.")
    if not _KEY.fullmatch(grant["k"]):
        raise NotFound()
    return grant


def _ranged(request: HttpRequest, file: File[Any]) -> HttpResponseBase:
    size = file.size
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or asked[0] == "bytes=-":
        return _stream(file, 0, size, status=200)
    first, last = asked[1], asked[2]
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _stream(file, start, end, status=206)
    response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _stream(file: File[Any], start: int, end: int, *, status: int) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_pieces(file, start, end), status=status)
    response["Content-Length"] = str(end - start)
    response["Accept-Ranges"] = "bytes"
    return response


def _pieces(file: File[Any], start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < end:
            piece = file.read(min(CHUNK, end - start))
            if not piece:
                return
            start += len(piece)
            yield piece


def _head(file: IO[bytes] | File[Any]) -> bytes:
    file.seek(0)
    head: bytes = file.read(_HEAD)
    file.seek(0)
    return head


def _is_text(head: bytes) -> bool:
    # The head may end in the middle of a character.
    text = head.decode("utf-8", "ignore")
    return len(text.encode()) >= len(head) - 3 and not re.search("[\x00-\x08\x0e-\x1f]", text)
