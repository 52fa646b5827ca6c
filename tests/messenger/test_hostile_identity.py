"""Identities whose header was made to break something: nobody has signed it yet."""

import base64
import json

import pytest


def forged(header: str) -> str:
    halves = (header.encode(), b"{}", b"x")
    return ".".join(base64.urlsafe_b64encode(half).decode().rstrip("=") for half in halves)


@pytest.mark.parametrize(
    "key_id", ["\0", "a\0b", "\ud800", "", "x" * 33, "\u00e9", 7, None, ["a"], {"a": 1}]
)
def test_a_key_id_of_nonsense_is_an_unknown_secret(browser, key_id):
    token = forged(json.dumps({"alg": "HS256", "kid": key_id}))
    answer = browser().boot(identity=token)
    assert (answer.status_code, answer.json()["type"]) == (401, "not-authenticated")
