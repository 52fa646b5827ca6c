"""`/api/`: the rooms' REST nouns under one version, and their description."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, reverse_lazy
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView

import inbox.api
import knowledge.api
import people.api
import routing.api

PREFIX = "/api/v1/"

Endpoint = tuple[str, str, str, Callable[..., Any]]


def public_endpoints(endpoints: list[Endpoint]) -> list[Endpoint]:
    """What the OpenAPI document describes: not the messenger's own interface."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIX)]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. Made once: it is the same for everybody and takes a while."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def rendered() -> bytes:
    return json.dumps(document()).encode()


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for anybody."""
    return HttpResponse(rendered(), content_type="application/vnd.oai.openapi+json")


app_name = "api"

urlpatterns = [
    path("schema/", schema, name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url=reverse_lazy("api:schema")),
        name="docs",
    ),
    path(
        "v1/",
        include(
            people.api.urlpatterns
            + knowledge.api.urlpatterns
            + inbox.api.urlpatterns
            + routing.api.urlpatterns
        ),
    ),
]
