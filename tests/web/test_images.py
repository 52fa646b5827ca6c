"""Pictures are drawn anew: upright, in their own format, with nothing beside their pixels."""

import io
import random
import threading
import time

import pytest
from PIL import Image, ImageCms

from ground.web import images
from ground.web.images import Picture, fitted, redraw
from ground.web.problems import TooLarge, Unavailable

SECRET = b"52.5200 N 13.4050 E"


def saved(image, kind, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def two_halves(size=(40, 20), mode="RGB"):
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, (230, 20, 20))
    image.paste((20, 20, 230), (size[0] // 2, 0, *size))
    return image.convert(mode)


def drawn(content: bytes) -> tuple[Picture, Image.Image]:
    picture = redraw(io.BytesIO(content))
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return picture, image


def exif(orientation=1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = SECRET.decode()
    return tags


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_keeps_its_format_and_what_it_shows(kind):
    picture, image = drawn(saved(two_halves(), kind))
    assert (image.format, image.size) == (kind, (40, 20))
    assert (picture.width, picture.height, picture.thumb) == (40, 20, None)
    image = image.convert("RGB")
    assert image.getpixel((5, 10))[0] > 150 > image.getpixel((5, 10))[2]
    assert image.getpixel((35, 10))[2] > 150 > image.getpixel((35, 10))[0]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_stands_upright_and_says_nothing_of_its_place(kind):
    content = saved(two_halves(), kind, exif=exif(orientation=6))
    assert SECRET in content
    picture, image = drawn(content)
    assert (picture.width, picture.height) == image.size == (20, 40)
    assert image.convert("RGB").getpixel((10, 5))[0] > 150
    assert SECRET not in picture.content
    assert not image.getexif()


def test_comments_and_texts_are_left_behind():
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Comment", SECRET.decode())
    for content in (
        saved(two_halves(), "PNG", pnginfo=texts),
        saved(two_halves(), "JPEG", comment=SECRET),
        saved(two_halves(), "GIF", comment=SECRET),
        saved(two_halves(), "WEBP", xmp=SECRET),
    ):
        assert SECRET in content
        assert SECRET not in drawn(content)[0].content


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_what_hangs_behind_a_picture_is_cut_off(kind):
    content = saved(two_halves(), kind) + b"<script>alert(1)</script>PK\x03\x04"
    assert b"script" not in drawn(content)[0].content


def test_colors_of_another_profile_become_those_of_screens():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    for bytes_ in (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
                   profile.tobytes(), b"no profile at all"):  # fmt: skip
        picture, image = drawn(saved(two_halves(), "JPEG", icc_profile=bytes_))
        assert "icc_profile" not in image.info
        assert picture.width == 40


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_drawn(mode):
    source = two_halves((900, 30))
    source = source.convert("L").convert("I").convert("I;16") if mode == "I;16" else source
    picture, image = drawn(saved(source.convert(mode), "PNG"))
    assert image.size == (900, 30)
    assert Image.open(io.BytesIO(picture.thumb)).size == (640, 21)


def test_a_print_shops_jpeg_is_drawn_in_the_colors_of_screens():
    _, image = drawn(saved(two_halves(mode="CMYK"), "JPEG"))
    assert image.mode == "RGB"


def test_what_was_transparent_stays_so():
    clear = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    for kind in ("PNG", "WEBP"):
        picture, image = drawn(saved(clear, kind))
        assert image.convert("RGBA").getpixel((4, 4))[3] == 0
        assert Image.open(io.BytesIO(picture.thumb)).convert("RGBA").getpixel((4, 4))[3] == 0
    palette = Image.new("P", (10, 10), 0)
    _, image = drawn(saved(palette, "PNG", transparency=0))
    assert image.convert("RGBA").getpixel((4, 4))[3] == 0


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((640, 640), None),
        ((641, 10), (640, 10)),
        ((1600, 1200), (640, 480)),
        ((10, 6400), (1, 640)),
    ],
)
def test_only_a_large_picture_has_a_small_one_beside_it(size, small):
    picture, _ = drawn(saved(Image.new("RGB", size), "PNG"))
    thumb = picture.thumb and Image.open(io.BytesIO(picture.thumb))
    assert (thumb and thumb.size) == small
    assert thumb is None or thumb.format == "WEBP"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_goes_on_moving(kind):
    frames = [Image.new("RGB", (30, 20), (40 * n, 0, 255 - 40 * n)) for n in range(5)]
    content = saved(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=[50, 60, 70, 80, 90]
    )
    picture, image = drawn(content)
    assert (picture.width, picture.height, image.n_frames) == (30, 20, 5)
    still = Image.open(io.BytesIO(picture.thumb))
    assert (still.size, still.n_frames) == ((30, 20), 1), "it moves for those alone who open it"
    times = []
    for number in range(5):
        image.seek(number)
        image.load()
        times.append(image.info["duration"])
    assert times == [50, 60, 70, 80, 90]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_endless_animation_stands_still(kind, monkeypatch):
    monkeypatch.setattr(images, "FRAMES_MAX", 4)
    frames = [Image.new("RGB", (30, 20), (40 * n, 0, 0)) for n in range(5)]
    content = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    assert drawn(content)[1].n_frames == 1
    monkeypatch.setattr(images, "FRAMES_MAX", 300)
    monkeypatch.setattr(images, "ANIMATION_PIXELS_MAX", 30 * 20 * 4)
    assert drawn(content)[1].n_frames == 1


def test_a_broken_picture_is_none_whatever_broke_it():
    """Cut at every length, then with wrong bytes anywhere: never another error."""
    dice = random.Random(7)
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        whole = saved(two_halves((60, 40)), kind)
        for length in range(0, len(whole), max(1, len(whole) // 40)):
            assert isinstance(redraw(io.BytesIO(whole[:length])), Picture | None)
        for _ in range(60):
            wrong = bytearray(whole)
            for _ in range(dice.randint(1, 8)):
                wrong[dice.randrange(8, len(wrong))] = dice.randrange(256)
            try:
                assert isinstance(redraw(io.BytesIO(bytes(wrong))), Picture | None)
            except TooLarge:
                pass
    assert redraw(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"<html>")) is None
    assert fitted(io.BytesIO(b"<svg/>"), 64) is None


def test_a_few_bytes_never_take_long():
    flat = saved(Image.new("L", (7000, 7000)), "PNG")
    assert len(flat) < 200_000
    begun = time.process_time()
    assert redraw(io.BytesIO(flat)).width == 7000
    assert time.process_time() - begun < 5


def test_who_waits_too_long_for_a_turn_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(images.turns, "patience", 0.01)
    with images.turns.working, pytest.raises(Unavailable):
        redraw(io.BytesIO(saved(two_halves(), "PNG")))
    assert redraw(io.BytesIO(saved(two_halves(), "PNG"))) is not None


def test_only_a_few_wait_for_a_turn_and_the_rest_hear_so_at_once(monkeypatch):
    picture, outcomes, waits = saved(two_halves(), "PNG"), [], threading.Semaphore(0)
    acquire = images.turns.working.acquire
    seen = lambda **kwargs: (waits.release(), acquire(**kwargs))[1]  # noqa: E731
    threads = [
        threading.Thread(target=lambda: outcomes.append(redraw(io.BytesIO(picture)).width))
        for _ in range(2)
    ]
    with images.turns.turn():
        monkeypatch.setattr(images.turns.working, "acquire", seen)
        for thread in threads:
            thread.start()
        for _ in threads:
            assert waits.acquire(timeout=10)
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="Many pictures") as refused:
            redraw(io.BytesIO(picture))
        assert time.monotonic() - begun < 1
        assert refused.value.headers["Retry-After"] == "5" and outcomes == []
    for thread in threads:
        thread.join(10)
    assert outcomes == [40] * 2
    assert redraw(io.BytesIO(picture)) is not None, "all places are free again"


def test_one_picture_within_a_square_for_everybody():
    content = fitted(io.BytesIO(saved(two_halves((400, 200)), "JPEG", exif=exif(6))), 64)
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("WEBP", (32, 64))
    assert SECRET not in content
    tiny = Image.open(io.BytesIO(fitted(io.BytesIO(saved(two_halves(), "GIF")), 64)))
    assert tiny.size == (40, 20)
