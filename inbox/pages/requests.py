"""Who asks, and for which part of a page.

A request of ours names the part of the page it wants in the `HX-Target` header; without it the
whole page is the answer. Every address works as a plain page and as a plain form.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from ground.web.problems import NotAuthenticated


def for_teammates(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers logged-in teammates only, and is never stored by a cache.

    A page that is still open from before somebody else logged in must not write in their name: its
    scripts say whose page it is.
    """

    @never_cache
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
