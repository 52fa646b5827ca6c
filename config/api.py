"""`/api/`: the rooms' REST nouns under one version, and their description."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.urls import include, path, reverse_lazy
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

import inbox.api
import people.api

PREFIX = "/api/v1/"

Endpoint = tuple[str, str, str, Callable[..., Any]]


def public_endpoints(endpoints: list[Endpoint]) -> list[Endpoint]:
    """What the OpenAPI document describes: not the messenger's own interface."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIX)]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. Made once: it is the same for everybody and takes a while."""
    return SchemaGenerator().get_schema(request=None, public=True)


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document, for anybody."""

    def get(self, request: Request) -> Response:
        return Response(document())


app_name = "api"

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url=reverse_lazy("api:schema")),
        name="docs",
    ),
    path("v1/", include(people.api.urlpatterns + inbox.api.urlpatterns)),
]
