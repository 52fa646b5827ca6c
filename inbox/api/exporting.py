"""REST: a list of conversations as one file."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request

from ground.conditions import InvalidCondition
from ground.web.api import IdField, StrictSerializer, checked
from ground.web.openapi import operation
from ground.web.problems import Invalid
from inbox import asking, default_views
from inbox.actions.exporting import export_list
from inbox.api.conversations import ConversationView, view_named
from inbox.exporting import CSV, FORMATS
from inbox.pages.conditions import FILTER_MAX, tree_from
from inbox.pages.exporting import as_file


class ExportQuery(StrictSerializer):
    """Which list, and in which form."""

    view = IdField(help_text="As for a list of conversations.")
    form = serializers.ChoiceField(sorted(FORMATS), default=CSV)
    filter = serializers.CharField(
        required=False,
        max_length=FILTER_MAX,
        help_text="A condition over conversations as JSON, which narrows the list.",
    )


class ExportView(ConversationView):
    @operation(
        "exports_get",
        "Export a list",
        description=(
            "All conversations of a list that the token may see, as a file: one line or object "
            "each, what began last first. The journal says who exported what. A token of a "
            "teammate needs their right to export."
        ),
        query=ExportQuery,
        answers={200: OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        query = checked(ExportQuery, request.query_params.dict())
        view = self.narrowed(view_named(query["view"], self.viewer), query.get("filter"))
        pieces = export_list(view, by=self.doer, form=query["form"])
        return as_file(pieces, view.name, query["form"])

    def narrowed(self, view: default_views.View, text: str | None) -> default_views.View:
        """Raises Invalid."""
        tree: Any = tree_from(text, "filter") if text else None
        if tree is None:
            return view
        try:
            return default_views.filtered(view, tree, asking.language(self.viewer))
        except InvalidCondition as wrong:
            raise Invalid(errors={"filter": list(wrong.errors.values())}) from None
