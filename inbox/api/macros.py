"""REST: macros."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import PageQuery, checked, page_answer
from ground.web.openapi import operation, page_of
from inbox.models import Macro
from people.api.references import TeammateReferenceSerializer, TeamReferenceSerializer
from people.bearer import TokenView
from people.models.token import Scope


class StepSerializer(serializers.Serializer):
    """What is done along with a message: `to` whom, to which team, or until when."""

    do = serializers.CharField()
    to = serializers.CharField(allow_blank=True)


class MacroSerializer(serializers.Serializer):
    """A text with variables; `owner` for one teammate, `team` for one team, or for everybody."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    body = serializers.CharField()
    steps = StepSerializer(many=True)
    owner = TeammateReferenceSerializer(allow_null=True)
    team = TeamReferenceSerializer(allow_null=True)
    used = serializers.IntegerField()


class MacrosView(TokenView):
    reads = writes = Scope.CONVERSATIONS_READ

    @operation(
        "macros_list",
        "List macros",
        description="Those that the token's teammate can use; for an app, everybody's.",
        query=PageQuery,
        answers={200: page_of("Macro", MacroSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        macros = Macro.objects.visible_to(self.viewer).select_related("owner", "team")
        return page_answer(macros, MacroSerializer, query, order=("name", "id"))
