"""The documents that a host page loads from us: the loader and the frame."""

import gzip

import brotli
import pytest


@pytest.fixture
def frame(client, installation):
    return lambda **headers: client.get(f"/m/frame/?app={installation.public_id}", headers=headers)


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("gzip;q=0.5", "gzip", gzip.decompress),
        ("zstd", None, bytes),
        ("brew", None, bytes),
        ("", None, bytes),
    ],
)
def test_the_frame_goes_out_in_a_coding_that_the_browser_takes(frame, accepted, coding, unpack):
    answer = frame(accept_encoding=accepted)
    assert answer.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer["Vary"]
    assert b"messenger-settings" in unpack(answer.content)


def test_a_frame_that_has_not_changed_is_not_sent_again_and_keeps_its_policy(frame):
    first = frame(accept_encoding="br")
    again = frame(accept_encoding="br", if_none_match=first["ETag"])
    assert again.status_code == 304
    # A browser takes the headers of the 304 for its stored answer.
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert "X-Frame-Options" not in again


def test_a_frame_of_another_language_has_another_version(client, installation):
    address = f"/m/frame/?app={installation.public_id}&locale="
    assert client.get(f"{address}en")["ETag"] != client.get(f"{address}ar")["ETag"]
