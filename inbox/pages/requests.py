"""Who asks, and for which part of a page.

A request of ours names the part of the page it wants in the `HX-Target` header; without it the
whole page is the answer. Every address works as a plain page and as a plain form.
"""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page

from ground.web.problems import NotAuthenticated

# What differs in every answer: proofs, ids made for the occasion, times in words, and the forms of
# messages that are not written yet.
VOLATILE = re.compile(
    rb'name="(?:csrfmiddlewaretoken|client_id)" value="[^"]*"|(?<=>)[^<]*(?=</time>)'
    rb"|<template data-own=.*?</template>",
    re.DOTALL,
)


def for_teammates(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers logged-in teammates only, and is never stored by a cache.

    A page that is still open from before somebody else logged in must not write in their name: its
    scripts say whose page it is.
    """

    @never_cache
    @gzip_page
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if is_script(request):
                raise NotAuthenticated("You have been logged out. Log in again to go on.")
            return redirect_to_login(request.get_full_path())
        owner = request.headers.get("X-Teammate", request.user.public_id)
        if owner != request.user.public_id:
            raise NotAuthenticated("Somebody else has logged in here. Reload the page.")
        return view(request, *args, **kwargs)

    return guarded


def is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def part_wanted(request: HttpRequest) -> str:
    return request.headers.get("HX-Target", "") if is_script(request) else ""


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response under the name of its version; 304 for whoever has this very version already."""
    etag = version_of(response.content)
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)


def version_of(shown: bytes) -> str:
    """What a part of a page is called, as an ETag: the same for all that differs by chance only."""
    return f'"{hashlib.blake2b(VOLATILE.sub(b"", shown), digest_size=16).hexdigest()}"'
