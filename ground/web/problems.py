"""Errors as the outside sees them: problem+json for programs, a plain page for people.

Any code may raise a `Problem`; `docs/errors.md` lists the types.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import redis
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from rest_framework import exceptions as rest

from ground.web.ids import new_id

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
API_PREFIXES = ("/api/", "/m/api/")

Errors = dict[str, list[str]]


class Problem(Exception):
    """Something the caller must be told.

    `detail` is a sentence for a person, `errors` maps a field (dots for nesting) to sentences,
    `headers` go on the response, `members` are further members of the problem document.
    """

    type: ClassVar[str] = "unexpected"
    title: ClassVar[str] = "Something went wrong on our side"
    status: ClassVar[int] = 500
    default_detail: ClassVar[str] = "The error has been logged. Please try again."
    default_headers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        self.detail = detail or _first_sentence(errors) or self.default_detail
        self.errors: Errors | None = dict(errors) if errors else None
        self.headers: dict[str, str] = {**self.default_headers, **(headers or {})}
        self.members = members
        super().__init__(self.detail)

    @property
    def sentences(self) -> str:
        """All that a person is to be told, in one line."""
        return " ".join(text for texts in (self.errors or {}).values() for text in texts) or (
            self.detail
        )

    def as_dict(self) -> dict[str, Any]:
        """The problem document (RFC 9457)."""
        document = {
            **self.members,
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        return document


class Invalid(Problem):
    type, status = "validation", 400
    title = "The request is not valid"
    default_detail = "Something in the request is missing or malformed."


class NotAuthenticated(Problem):
    type, status = "not-authenticated", 401
    title = "Not authenticated"
    default_detail = "A valid token or log-in is needed."
    default_headers = {"WWW-Authenticate": "Bearer"}


class NotAllowed(Problem):
    type, status = "not-allowed", 403
    title = "Not allowed"
    default_detail = "You may not do this."


class NotFound(Problem):
    type, status = "not-found", 404
    title = "Not found"
    default_detail = "There is nothing here, or you may not see it."


class MethodNotAllowed(Problem):
    type, status = "method-not-allowed", 405
    title = "Method not allowed"
    default_detail = "This address does not answer to that method."


class NotAcceptable(Problem):
    type, status = "not-acceptable", 406
    title = "No such representation"
    default_detail = "The answer cannot be given in any of the formats asked for."


class ClientIdReused(Problem):
    """The same client id or idempotency key came with another request."""

    type, status = "client-id-reused", 409
    title = "This id was used for something else"
    default_detail = "The id was already used for a different request. Use a new one."


class NewerMessages(Problem):
    """A reply to what is no longer the latest; member `messages` holds what came since."""

    type, status = "newer-messages", 409
    title = "There are newer messages"
    default_detail = "New messages arrived since the last one you saw."


class StateConflict(Problem):
    type, status = "state-conflict", 409
    title = "Not possible in this state"
    default_detail = "The state changed, so this is not possible any more."


class TooLarge(Problem):
    type, status = "too-large", 413
    title = "Too large"
    default_detail = "The request is larger than what is accepted."


class UnsupportedMediaType(Problem):
    type, status = "unsupported-media-type", 415
    title = "Unsupported media type"
    default_detail = "The body is in a format that this address does not take."


class TooMany(Problem):
    """A limit was reached; `retry_after` is in seconds."""

    type, status = "too-many", 429
    title = "Too many requests"
    default_detail = "That was too much in a short time. Please wait a moment."

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: int = 1,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        headers = {**(headers or {}), "Retry-After": str(max(1, retry_after))}
        super().__init__(detail, headers=headers, **members)
        self.retry_after = max(1, retry_after)


class Unavailable(Problem):
    type, status = "unavailable", 503
    title = "Not available at the moment"
    default_detail = "A part of the service does not answer. Please try again in a moment."
    default_headers = {"Retry-After": "2"}


def _first_sentence(errors: Mapping[str, list[str]] | None) -> str:
    for field, sentences in (errors or {}).items():
        if sentences:
            return f"{field}: {sentences[0]}"
    return ""


# ---- from exceptions to problems ---------------------------------------------------------------


def problem_of(error: BaseException) -> Problem | None:
    """The problem that an exception means for the caller; None when it is our own failure."""
    match error:
        case Problem():
            return error
        case Http404() | rest.NotFound():
            return NotFound()
        case rest.APIException():
            return _of_rest(error)
        case PermissionDenied():
            return NotAllowed(str(error))
        case ValidationError():
            return Invalid(errors=_flatten(_of_validation(error)))
        case RequestDataTooBig():
            return TooLarge()
        case BadRequest() | SuspiciousOperation():
            return Invalid()
        case DataError():
            logger.error("The database refused a value that validation let through: %s", error)
            return Invalid("A value in the request is out of range.")
        case ValueError() if "NUL (0x00)" in str(error):
            logger.error("A value with NUL came as far as the database: %s", error)
            return Invalid("The request contains a NUL character.")
        case OperationalError() | InterfaceError() | redis.ConnectionError() | redis.TimeoutError():
            logger.warning("Unavailable: %s", error)
            return Unavailable()
    return None


def _of_rest(error: rest.APIException) -> Problem | None:
    detail = error.detail if isinstance(error.detail, str) else ""
    match error:
        case rest.ValidationError():
            return Invalid(errors=_flatten(error.detail))
        case rest.ParseError():
            return Invalid(detail)
        case rest.NotAuthenticated() | rest.AuthenticationFailed():
            return NotAuthenticated(detail)
        case rest.PermissionDenied():
            return NotAllowed(detail)
        case rest.MethodNotAllowed():
            return MethodNotAllowed(detail)
        case rest.NotAcceptable():
            return NotAcceptable()
        case rest.UnsupportedMediaType():
            return UnsupportedMediaType(detail)
        case rest.Throttled():
            return TooMany(retry_after=int(getattr(error, "wait", None) or 1))
    return None


def _of_validation(error: ValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else error.messages


def _flatten(detail: Any, path: str = "") -> Errors:
    """Nested error details as one level: {"attachments.0": ["…"]}."""
    if isinstance(detail, Mapping):
        found: Errors = {}
        for key, value in detail.items():
            found.update(_flatten(value, f"{path}.{key}" if path else str(key)))
        return found
    if isinstance(detail, list) and any(isinstance(item, (Mapping, list)) for item in detail):
        return _flatten({str(index): item for index, item in enumerate(detail) if item}, path)
    sentences = [str(item) for item in detail] if isinstance(detail, list) else [str(detail)]
    return {path or "non_field_errors": sentences}


# ---- from problems to responses ----------------------------------------------------------------


def problem_response(problem: Problem) -> HttpResponse:
    """The problem document as a response."""
    response = JsonResponse(
        problem.as_dict(), status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers
    )
    response["Cache-Control"] = "no-store"
    return response


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem for whoever asked: a document for programs, a page for people."""
    if wants_document(request):
        return problem_response(problem)
    # Without the request: context processors read the database, which may be what is down.
    page = render_to_string("problem.html", {"problem": problem})
    response = HttpResponse(page, status=problem.status, headers=problem.headers)
    response["Cache-Control"] = "no-store"
    return response


def wants_document(request: HttpRequest) -> bool:
    """Whether the caller is a program: an API path, a script of ours, or one that says so."""
    if request.path_info.startswith(API_PREFIXES) or "HX-Request" in request.headers:
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Django REST framework's EXCEPTION_HANDLER."""
    problem = problem_of(error)
    if problem is None:
        return None
    # Its module loads the configured parsers, which import this one.
    from rest_framework.views import set_rollback

    set_rollback()
    return problem_response(problem)


# ---- Django's own error views (ROOT_URLCONF: handler400 … handler500; CSRF_FAILURE_VIEW) ---------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, problem_of(exception) or Invalid())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, NotAllowed(str(exception)))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own failure. Django logs the traceback; the id joins it to what the caller saw."""
    request_id = new_id("req")
    error = sys.exc_info()[1]
    logger.error("%s: %s %s: %s", request_id, request.method, request.path, type(error).__name__)
    detail = f"The error has been logged as {request_id}. Please try again."
    return problem_page(request, Problem(detail, request_id=request_id))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.info("CSRF check failed at %s: %s", request.path, reason)
    detail = "The page was open for too long. Reload it and try again."
    return problem_page(request, NotAllowed(detail, is_page_stale=True))
