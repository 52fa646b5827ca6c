"""Bodies that somebody made up to break something."""

import io
import json

import pytest
from django.test import Client

from ground.web.bodies import measured
from ground.web.parsers import DEPTH_MAX, parse_object
from ground.web.problems import Invalid

pytestmark = pytest.mark.urls("tests.web.urls")

LONE_HIGH, LONE_LOW, PAIR = r"\ud800", r"\udc00", r"\ud83d\ude00"


def post(body: bytes, **headers):
    client = Client(raise_request_exception=False)
    return client.post("/api/echo/", body, content_type="application/json", headers=headers)


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


HOSTILE = {
    "nothing": b" ",
    "not json": b"hello",
    "half an object": b'{"a":',
    "rest after the end": b"{} {}",
    "trailing comma": b'{"a":1,}',
    "single quotes": b"{'a':1}",
    "comment": b'{"a":1} // x',
    "list": b"[1]",
    "text": b'"a"',
    "number": b"1",
    "null": b"null",
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "minus Infinity": b'{"a":-Infinity}',
    "float beyond double": b'{"a":1e999}',
    "negative float beyond double": b'{"a":[-1E+400]}',
    "integer beyond 64 bits": b'{"a":9223372036854775808}',
    "thousands of digits": b'{"a":' + b"9" * 5000 + b"}",
    "raw NUL": b'{"a":"x\x00y"}',
    "escaped NUL": rb'{"a":"x\u0000y"}',
    "NUL in a name": rb'{"a\u0000":1}',
    "raw control character": b'{"a":"x\x01"}',
    "lone high surrogate": f'{{"a":"{LONE_HIGH}"}}'.encode(),
    "lone low surrogate": f'{{"a":"{LONE_LOW}"}}'.encode(),
    "surrogates the wrong way round": f'{{"a":"{LONE_LOW}{LONE_HIGH}"}}'.encode(),
    "lone surrogate deep inside": f'{{"a":[{{"b":["{LONE_HIGH}x"]}}]}}'.encode(),
    "lone surrogate in a name": f'{{"{LONE_HIGH}":1}}'.encode(),
    "encoded surrogate": b'{"a":"\xed\xa0\x80"}',
    "overlong encoding": b'{"a":"\xc0\xaf"}',
    "latin-1": b'{"a":"\xe9"}',
    "utf-16": '{"a":1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "one level too deep": nested(DEPTH_MAX + 1),
    "a hundred thousand levels": b'{"a":' + b"[" * 100_000,
    "closed deep lists": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "the same name twice": b'{"a":1,"a":2}',
    "the same name twice inside": b'{"b":[{"a":1,"a":2}]}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_a_validation_problem(body):
    response = post(body)
    assert response.status_code == 400, response.content
    assert response.json()["type"] == "validation"
    assert response.json()["detail"].endswith(".")


def test_sound_json_arrives_as_it_was_sent():
    value = {
        "text": "émoji 😀 \t\n </script>",
        "numbers": [0, -1, 9223372036854775807, -9223372036854775807, 1.5, 1e-9],
        "deep": json.loads(nested(DEPTH_MAX - 2)),
        "none": None,
        "yes": True,
        "empty": [{}, [], ""],
    }
    assert post(json.dumps(value).encode()).json() == value
    assert parse_object(f'{{"a":"{PAIR}"}}'.encode()) == {"a": "😀"}


def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(settings):
    most = settings.JSON_BODY_MAX_KB * 1024
    frame = len(b'{"a":""}')
    assert post(b'{"a":"' + b"x" * (most - frame) + b'"}').status_code == 200
    refused = post(b'{"a":"' + b"x" * (most - frame + 1) + b'"}')
    assert (refused.status_code, refused.json()["type"]) == (413, "too-large")


def test_another_media_type_is_named_as_the_problem():
    response = Client().post("/api/echo/", "a=1", content_type="text/plain")
    assert (response.status_code, response.json()["type"]) == (415, "unsupported-media-type")


def test_garbage_of_every_length_is_refused_or_read_but_never_fails():
    body = json.dumps({"a": [1, {"b": "c\ud83d\ude00"}], "d": "\u2028"}).encode()
    for end in range(len(body)):
        with pytest.raises(Invalid):
            parse_object(body[:end])


class Input(io.RawIOBase):
    """A request body that ends when the peer says so and counts what was taken from it."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "a body without a length must not be read in one go"
        piece = b"x" * min(size, self.left, 1000)
        self.left -= len(piece)
        self.taken += len(piece)
        return piece


def through(body: io.RawIOBase, **environ: str) -> tuple[str, bytes]:
    seen = []

    def application(environ, start_response):
        length = environ.get("CONTENT_LENGTH", "")
        seen.append((length, environ["wsgi.input"].read(int(length or 0))))
        return []

    given = {"wsgi.input": body, **environ}
    list(measured(application)(given, lambda *_: None))
    return seen[0]


def test_a_chunked_body_gets_the_length_it_turned_out_to_have():
    length, body = through(Input(300_000), HTTP_TRANSFER_ENCODING="chunked")
    assert (length, len(body)) == ("300000", 300_000)


def test_an_endless_chunked_body_is_cut_just_beyond_the_largest_we_take(settings):
    settings.ATTACHMENT_MAX_MB, settings.JSON_BODY_MAX_KB = 1, 1
    endless = Input(10**12)
    length, _ = through(endless, HTTP_TRANSFER_ENCODING="Chunked")
    assert int(length) == endless.taken == 1024 * 1024 + 1024 + 1


def test_a_body_with_a_length_is_left_alone():
    body = Input(10)
    assert through(body, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="4")[0] == "4"
    assert through(Input(10), CONTENT_LENGTH="4")[1] == b"xxxx"
