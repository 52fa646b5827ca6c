"""Content security policies, one for each kind of page.

`PolicyMiddleware` gives every response `page()`, except under the prefixes of `BY_PREFIX`; a view
whose page needs another one says so with `use(response, policy)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from ground.web.page_markup import VIDEO_FRAMES

Policy = dict[str, list[str]]

# The one Trusted Types policy that the messenger's frame creates.
TRUSTED_TYPES_POLICY = "counterfoil"


def page() -> Policy:
    """Pages for teammates, and whatever names no policy of its own."""
    return {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_files()],
        "media-src": [SELF, "blob:", *_files()],
        "connect-src": [SELF, _origin(settings.LIVE_URL)],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }


def admin() -> Policy:
    """The admin: its theme evaluates Alpine expressions and sets inline styles."""
    return page() | {
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "font-src": [SELF, "data:"],
    }


def api_docs() -> Policy:
    """The API's pages (Swagger UI and Redoc from our own origin set inline styles)."""
    return page() | {
        "style-src": [SELF, UNSAFE_INLINE],
        "font-src": [SELF, "data:"],
        "worker-src": [SELF, "blob:"],
    }


def frame(origins: Iterable[str]) -> Policy:
    """The messenger's frame, to be embedded by `origins` and by our own hosted page."""
    return page() | {
        "form-action": [NONE],
        "frame-src": [NONE],
        "frame-ancestors": [SELF, *origins],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [TRUSTED_TYPES_POLICY],
    }


def messenger_page() -> Policy:
    """The hosted page of a messenger: the loader, the frame, and nothing else."""
    return page() | {
        "form-action": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],
    }


def help_page() -> Policy:
    """A page for everybody to read: it may play videos of the sites that we know, on request."""
    return page() | {"frame-src": [SELF, *VIDEO_FRAMES], "connect-src": [SELF]}


def host_page() -> Policy:
    """A strict page of a customer that embeds the messenger: all that such a page must allow."""
    ours = _origin(settings.SITE_URL)
    return {
        "default-src": [NONE],
        "script-src": [SELF, ours],
        "style-src": [SELF],
        "img-src": [SELF, "data:", ours],
        "connect-src": [SELF, ours, _origin(settings.LIVE_URL)],
        "frame-src": [ours],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }


# Longest first where one prefix begins another.
BY_PREFIX = {"/admin/": admin, "/api/docs/": api_docs}


def use(response: HttpResponseBase, policy: Policy) -> None:
    """Give this one response `policy`."""
    response._csp_config = policy  # type: ignore[attr-defined]
    # X-Frame-Options knows no list of origins and would forbid what frame-ancestors allows.
    if policy["frame-ancestors"] != [NONE]:
        response.xframe_options_exempt = True  # type: ignore[attr-defined]


def allow_script(request: HttpRequest, source: str) -> None:
    """Add a hash to script-src of the response to `request`."""
    allowed: list[str] = request.__dict__.setdefault("_csp_script_sources", [])
    allowed.append(source)


def for_path(path: str) -> Policy:
    """The policy of a path whose view names none."""
    for prefix, policy in BY_PREFIX.items():
        if path.startswith(prefix):
            return policy()
    return page()


def additions(request: HttpRequest) -> dict[str, Any]:
    """What `allow_script` added for this request, as directives."""
    sources = request.__dict__.get("_csp_script_sources")
    return {"script-src": sources} if sources else {}


def _files() -> list[str]:
    return [_origin(settings.FILES_URL)] if settings.FILES_URL else []


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
