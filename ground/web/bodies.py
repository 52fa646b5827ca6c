"""Request bodies as clients really send them: without a length (.NET's and Go's do), or said to be
in a character set that no form or JSON of ours is in."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

IN_MEMORY = 256 * 1024
PIECE = 64 * 1024
CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


def largest_body() -> int:
    """The most bytes that any request of ours has: one attachment and the form around it."""
    return (settings.ATTACHMENT_MAX_MB * 1024 + settings.JSON_BODY_MAX_KB) * 1024


def measured(application: Application) -> Application:
    """A WSGI application that also takes chunked bodies, of which Django would read nothing.

    A body beyond `largest_body()` is cut one byte later, so that the limits behind refuse it.
    """

    def with_length(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        # Django looks the named codec up before any handler of errors, and Python knows strange
        # ones. What is not UTF-8 is refused by whoever reads it.
        if "CONTENT_TYPE" in environ:
            environ["CONTENT_TYPE"] = CHARSET.sub("", environ["CONTENT_TYPE"])
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if not chunked or environ.get("CONTENT_LENGTH"):
            return application(environ, start_response)
        most = largest_body() + 1
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            while length := most - body.tell():
                piece = environ["wsgi.input"].read(min(PIECE, length))
                if not piece:
                    break
                body.write(piece)
            environ["CONTENT_LENGTH"] = str(body.tell())
            body.seek(0)
            environ["wsgi.input"] = body
            return application(environ, start_response)

    return with_length
