"""Middleware: failures become answers, every page gets its content security policy."""

from __future__ import annotations

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from ground.web import csp
from ground.web.bodies import largest_body
from ground.web.problems import (
    MEDIA_TYPE,
    Invalid,
    MethodNotAllowed,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Problem,
    TooLarge,
    UnsupportedMediaType,
    problem_of,
    problem_page,
)

_BY_STATUS: dict[int, type[Problem]] = {
    problem.status: problem
    for problem in (
        Invalid,
        NotAuthenticated,
        NotAllowed,
        NotFound,
        MethodNotAllowed,
        TooLarge,
        UnsupportedMediaType,
    )
}


class ProblemMiddleware:
    """Answers every `Problem`, lost database or cache and bare error status in our own form.

    What nobody foresaw goes on to Django, which logs it and asks `problems.server_error`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Neither PostgreSQL nor a file system takes NUL, so no address of ours has one.
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return problem_page(request, Invalid("The address contains a NUL character."))
        if _length(request) > largest_body():
            return problem_page(request, TooLarge())
        response = self.get_response(request)
        kind = _BY_STATUS.get(response.status_code)
        if kind is None or not _is_bare(response):
            return response
        answer = problem_page(request, kind())
        for name in ("Allow", "WWW-Authenticate"):
            if name in response:
                answer[name] = response[name]
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        problem = problem_of(exception)
        return problem_page(request, problem) if problem else None


def _length(request: HttpRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _is_bare(response: HttpResponse) -> bool:
    """Whether an error response says nothing, as Django's own 405 does."""
    if response.streaming or response.get("Content-Type", "").startswith(MEDIA_TYPE):
        return False
    return not response.content


class PolicyMiddleware(CSPMiddleware):
    """django-csp with a policy for each kind of page and the hash of the page's import map."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if report_only:
            return parts
        parts.config = parts.config or csp.for_path(request.path_info)
        parts.update = {**csp.additions(request), **(parts.update or {})}
        return parts
