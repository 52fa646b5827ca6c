"""REST: tags."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.text import CleanCharField
from people import actions
from people.actions.tags import NAME_LENGTH
from people.api.teams import BY_NAME
from people.bearer import TokenView
from people.models import Tag
from people.models.token import Scope


class TagSerializer(serializers.Serializer):
    """A word to sort by. An archived one stays where it is and is offered no more."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    is_archived = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class NewTagSerializer(StrictSerializer):
    name = CleanCharField(
        max_bytes=4 * NAME_LENGTH, help_text=f"One line of at most {NAME_LENGTH} characters."
    )


class TagsView(TokenView):
    reads, writes = Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE

    @operation(
        "tags_list",
        "List tags",
        description="By name, archived ones too.",
        query=PageQuery,
        answers={200: page_of("Tag", TagSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(Tag.objects.all(), TagSerializer, query, order=BY_NAME)

    @operation(
        "tags_create",
        "Make a tag",
        description=(
            "A name that is taken, in whatever case, answers 200 with the tag that has it; an "
            "archived one is offered again."
        ),
        body=NewTagSerializer,
        answers={200: TagSerializer, 201: TagSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewTagSerializer, request.data)
        tag, is_new = actions.find_or_create_tag(given["name"], by=self.doer)
        return Response(TagSerializer(tag).data, status=201 if is_new else 200)
