"""Content codings: what a browser takes, and documents compressed once for all who take it."""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# Coding -> how WhiteNoise ends the name of a file that is stored in it; the better one first.
SUFFIXES = {"br": ".br", "gzip": ".gz"}


def accepted(request: HttpRequest) -> list[str]:
    """The codings of `SUFFIXES` that this browser takes, the better one first."""
    taken = set()
    for item in request.headers.get("Accept-Encoding", "").split(","):
        name, _, weight = item.strip().lower().partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            taken.add(name.strip())
    return [name for name in SUFFIXES if name in taken]


def compress(request: HttpRequest, response: HttpResponse) -> None:
    """Sends `response` in a coding that the browser takes.

    Only for what is the same for many and holds no secret: what is compressed is remembered, and
    secrets beside words of a stranger could be guessed from the size.
    """
    patch_vary_headers(response, ["Accept-Encoding"])
    codings = accepted(request)
    if codings:
        response.content = _compressed(response.content, codings[0])
        response["Content-Encoding"] = codings[0]


@lru_cache(maxsize=200)
def _compressed(body: bytes, coding: str) -> bytes:
    return brotli.compress(body, quality=11) if coding == "br" else gzip.compress(body, 9)
