"""How REST operations are described: what they take, what they answer, how they can fail."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.response import Response

from ground.web import problems
from ground.web.api import SerializerClass, StrictSerializer
from ground.web.idempotency import HEADER

View = TypeVar("View", bound=Callable[..., Response])


class Strictness(OpenApiSerializerExtension):
    """Says of a strict serializer that it takes no other names."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


def page_of(noun: str, serializer_class: SerializerClass) -> Any:
    """How a page of a list is described."""
    return inline_serializer(
        f"{noun}Page",
        {
            "results": serializer_class(many=True),
            "next": serializers.CharField(
                allow_null=True, help_text="The cursor of the following page; null on the last."
            ),
        },
    )


class ProblemSerializer(serializers.Serializer):
    """An error (RFC 9457, `application/problem+json`)."""

    type = serializers.CharField(help_text="For programs: what kind of problem this is.")
    title = serializers.CharField(help_text="The kind of problem, in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For people: what is wrong and what to do.")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Sentences by field; dots lead into nested fields.",
    )
    request_id = serializers.CharField(
        required=False, help_text="The log's name for a failure of ours."
    )


# Any address may be malformed, so that every operation has a 400.
ALWAYS = (
    problems.Invalid,
    problems.NotAuthenticated,
    problems.NotAllowed,
    problems.NotAcceptable,
    problems.TooMany,
    problems.Problem,
    problems.Unavailable,
)
WITH_BODY = (problems.TooLarge, problems.UnsupportedMediaType)

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "1 to 200 printable characters of your own. A repeat under the same key within seven days "
        "gets the first answer again, with `Idempotent-Replayed: true`."
    ),
)
RATE_LIMIT = [
    OpenApiParameter(
        name, OpenApiTypes.INT, OpenApiParameter.HEADER, description=text, response=[200, 201]
    )
    for name, text in {
        "RateLimit-Limit": "Requests that the token has in a minute.",
        "RateLimit-Remaining": "How many of them are left.",
        "RateLimit-Reset": "Seconds until one more becomes free.",
    }.items()
]
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    OpenApiTypes.INT,
    OpenApiParameter.HEADER,
    description="Seconds to wait.",
    response=[429, 503],
)
PATH_ID = OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH)


def operation(
    operation_id: str,
    summary: str,
    *,
    answers: Mapping[int, Any],
    description: str = "",
    body: Any = None,
    query: SerializerClass | None = None,
    conflict: Any = None,
) -> Callable[[View], View]:
    """Describes a handler: what it takes, what it answers, and every problem it can end with.

    `answers` maps statuses to serializers, `conflict` is the serializer of its 409. A handler that
    takes an `id` also answers 404.
    """

    def described(handler: View) -> View:
        takes_id = "id" in inspect.signature(handler).parameters
        is_post = handler.__name__ == "post"
        kinds = [*ALWAYS, *(WITH_BODY if body or is_post else ())]
        if takes_id:
            kinds.append(problems.NotFound)
        if is_post:
            kinds.append(problems.ClientIdReused)
        responses: dict[Any, Any] = dict(answers)
        for kind in kinds:
            responses[kind.status, problems.MEDIA_TYPE] = OpenApiResponse(
                ProblemSerializer, description=kind.title
            )
        if conflict:
            responses[409, problems.MEDIA_TYPE] = conflict
        parameters = [*RATE_LIMIT, RETRY_AFTER]
        if takes_id:
            parameters.append(PATH_ID)
        if is_post:
            parameters.append(IDEMPOTENCY_KEY)
        if query:
            parameters.append(query)
        return extend_schema(
            operation_id=operation_id,
            summary=summary,
            description=description or None,
            request=body,
            responses=responses,
            parameters=parameters,
        )(handler)

    return described
