"""REST: content blocks."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from knowledge import actions
from knowledge.actions.blocking import BODY_MAX, NAME_LENGTH
from knowledge.api.base import HelpAddress
from knowledge.models import Block
from knowledge.models.block import KEY_LENGTH

TEXT = "What it says, by language, as Markdown."


class BlockChangesSerializer(StrictSerializer):
    """What may be written of a block. `texts` are by language; null drops one."""

    name = CleanCharField(max_bytes=4 * NAME_LENGTH, required=False)
    key = CleanCharField(max_bytes=4 * KEY_LENGTH, required=False)
    texts = serializers.DictField(
        child=CleanCharField(max_bytes=BODY_MAX, allow_null=True), required=False, help_text=TEXT
    )


class NewBlockSerializer(BlockChangesSerializer):
    name = CleanCharField(max_bytes=4 * NAME_LENGTH)
    texts = serializers.DictField(
        child=CleanCharField(max_bytes=BODY_MAX), allow_empty=False, help_text=TEXT
    )


class BlockSerializer(serializers.Serializer):
    """A block; `used` is in how many texts it stands."""

    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    name = serializers.CharField()
    texts = serializers.SerializerMethodField(help_text=TEXT)
    used = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_texts(self, block: Block) -> dict[str, str]:
        return {text.locale: text.body for text in block.texts.all()}


class BlocksAddress(HelpAddress):
    def rows(self) -> QuerySet[Block]:
        return Block.objects.with_uses().prefetch_related("texts")

    def block(self, public_id: str) -> Block:
        found = self.rows().filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such block.")
        return found

    def answer(self, public_id: str, **more: Any) -> Response:
        return Response(BlockSerializer(self.block(public_id)).data, **more)


class BlocksView(BlocksAddress):
    @operation(
        "blocks_list",
        "List content blocks",
        description="For admins.",
        query=PageQuery,
        answers={200: page_of("Block", BlockSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(self.rows(), BlockSerializer, query, order=["id"])

    @operation(
        "blocks_create",
        "Make a content block",
        description="Texts show it where they say {{block:key}}. For admins.",
        body=NewBlockSerializer,
        answers={201: BlockSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewBlockSerializer, request.data)
        made = actions.save_block(Block(), by=self.doer, **given)
        return self.answer(made.public_id, status=201)


class BlockView(BlocksAddress):
    @operation("blocks_get", "Get a content block", answers={200: BlockSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(id)

    @operation(
        "blocks_update",
        "Change a content block",
        description="New everywhere at the next load. What is left out stays as it is.",
        body=BlockChangesSerializer,
        answers={200: BlockSerializer},
        conflict=ProblemSerializer,
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(BlockChangesSerializer, request.data)
        actions.save_block(self.block(id), by=self.doer, **given)
        return self.answer(id)

    @operation(
        "blocks_delete",
        "Delete a content block",
        description="Only one that stands nowhere. Answers with the block as it was.",
        answers={200: BlockSerializer},
        conflict=ProblemSerializer,
    )
    def delete(self, request: Request, id: str) -> Response:
        block = self.block(id)
        said = BlockSerializer(block).data
        actions.delete_block(block, by=self.doer)
        return Response(said)
