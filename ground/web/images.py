"""Pictures of strangers, drawn anew: what leaves here holds pixels and nothing else.

What was hidden beside them (places, names, comments, a second file) does not survive, and neither
does a file that is a picture and something else at once.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.base import File
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from ground.web.problems import TooLarge
from ground.web.turns import Turns

PIXELS_MAX = 50_000_000
# What an animation may hold over all of its frames; a longer one is shown by its first.
ANIMATION_PIXELS_MAX = 20_000_000
FRAMES_MAX = 300
THUMB_SIDE = 640
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
KEPT_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}
TOO_MANY_PIXELS = f"An image may have at most {PIXELS_MAX // 1_000_000} million pixels."

# A large picture takes hundreds of megabytes while it is open: one at a time in each process.
turns = Turns(
    1,
    waiting=2,
    patience=8,
    busy="Many pictures are being stored at once. Please try again in a few seconds.",
    come_again=5,
)


@dataclass(frozen=True)
class Picture:
    """A picture in its own format as it is to be kept, and small when it is a large one."""

    content: bytes
    width: int
    height: int
    thumb: bytes | None


def size_of(file: IO[bytes] | File[Any]) -> tuple[int, int] | None:
    """Width and height in pixels as the header has them; None for what is no picture.

    Raises TooLarge beyond PIXELS_MAX, without decoding anything.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
    except Image.DecompressionBombError:
        raise TooLarge(TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    finally:
        file.seek(0)
    if width * height > PIXELS_MAX:
        raise TooLarge(TOO_MANY_PIXELS)
    return width, height


def redraw(file: IO[bytes] | File[Any]) -> Picture | None:
    """The picture upright and without anything beside its pixels; None for a broken one.

    An animation stays one within its limits. Raises TooLarge beyond PIXELS_MAX, Unavailable when
    too many others are being drawn.
    """
    with opened(file) as image:
        if image is None:
            return None
        return attempt(lambda: _redrawn(image))


def fitted(file: IO[bytes] | File[Any], side: int) -> bytes | None:
    """The first frame upright as a WebP within `side` x `side` pixels; None for a broken one.

    Raises as `redraw` does.
    """
    with opened(file) as image:
        if image is None:
            return None
        return attempt(lambda: _webp(_within(_upright(image), side)))


@contextmanager
def opened(file: IO[bytes] | File[Any]) -> Iterator[Image.Image | None]:
    if size_of(file) is None:
        yield None
        return
    with turns.turn():
        try:
            with Image.open(file, formats=FORMATS) as image:
                yield image
        finally:
            file.seek(0)


def attempt(draw: Any) -> Any:
    """What `draw` returns; None when the picture is broken: a decoder may raise anything then."""
    try:
        return draw()
    except Exception:
        return None


def _redrawn(image: Image.Image) -> Picture:
    out, kind = io.BytesIO(), "JPEG" if image.format == "MPO" else image.format
    is_lossless = kind == "WEBP" and _is_lossless(image)
    frames = _frames(image) if kind in {"GIF", "WEBP"} else []
    if len(frames) > 1:
        first, rest = frames[0], frames[1:]
        times = [frame.info.get("duration", 100) for frame in frames]
        more: dict[str, Any] = {"method": 0} if kind == "WEBP" else {"disposal": 2}
        first.info = {}
        first.save(out, kind, save_all=True, append_images=rest, duration=times, loop=0, **more)
    else:
        first = _upright(image)
        first.save(out, kind, **_options(kind or "", is_lossless=is_lossless))
    width, height = first.size
    # What moves does so only for who opens it: elsewhere its first frame stands for it.
    is_small = max(width, height) <= THUMB_SIDE and len(frames) <= 1
    thumb = None if is_small else _webp(_within(first, THUMB_SIDE))
    return Picture(out.getvalue(), width, height, thumb)


def _upright(image: Image.Image) -> Image.Image:
    """The first frame as people see it, in the colors of screens, without its metadata."""
    image.seek(0)
    image.load()
    profile, transparency = image.info.get("icc_profile"), image.info.get("transparency")
    ImageOps.exif_transpose(image, in_place=True)
    image.info = {}
    if image.mode not in KEPT_MODES:
        return image.convert("RGB")
    if profile and image.mode == "RGB":
        return _in_screen_colors(image, profile)
    if transparency is not None:
        image.info = {"transparency": transparency}
    return image


def _in_screen_colors(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        screen = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(image, io.BytesIO(profile), screen)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return turned or image


def _frames(image: Image.Image) -> list[Image.Image]:
    """The frames of an animation; the first alone when all together are too much."""
    width, height = image.size
    most = min(FRAMES_MAX, ANIMATION_PIXELS_MAX // max(1, width * height))
    frames: list[Image.Image] = []
    for frame in ImageSequence.Iterator(image):
        if len(frames) >= most:
            return []
        copy = frame.convert("RGBA")
        copy.info = {"duration": frame.info.get("duration", 100)}
        frames.append(copy)
    return frames


def _is_lossless(image: Image.Image) -> bool:
    file = getattr(image, "fp", None)
    if file is None:
        return False
    file.seek(0)
    return b"VP8L" in file.read(64)


def _options(kind: str, *, is_lossless: bool) -> dict[str, Any]:
    return {
        "JPEG": {"quality": 88},
        "PNG": {"compress_level": 6},
        "WEBP": {"lossless": True, "quality": 20, "method": 0}
        if is_lossless
        else {"quality": 86, "method": 2},
    }.get(kind, {})


def _within(image: Image.Image, side: int) -> Image.Image:
    if image.mode == "I;16":
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = image.mode in {"LA", "RGBA", "PA"} or "transparency" in image.info
    small = image.convert("RGBA" if has_alpha else "RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return small


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.info = {}
    image.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()
