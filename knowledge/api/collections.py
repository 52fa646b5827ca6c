"""REST: collections of articles."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import (
    PageQuery,
    Reference,
    StrictSerializer,
    WholeField,
    checked,
    page_answer,
)
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from knowledge import actions
from knowledge.actions.collecting import DESCRIPTION_LENGTH, POSITION_MAX
from knowledge.api.base import HelpAddress
from knowledge.models import Collection
from knowledge.models.collection import ICONS, SLUG_LENGTH, TITLE_LENGTH

LANGUAGES_MAX = 100


class CollectionWordsSerializer(StrictSerializer):
    """What a collection is called in one language."""

    title = CleanCharField(max_bytes=4 * TITLE_LENGTH, required=False)
    slug = CleanCharField(max_bytes=4 * SLUG_LENGTH, required=False)
    description = CleanCharField(max_bytes=4 * DESCRIPTION_LENGTH, required=False, allow_blank=True)


class CollectionChangesSerializer(StrictSerializer):
    """What may be written of a collection. `texts` are by language; null drops one."""

    parent = Reference(
        lambda viewer: Collection.objects.all(),
        noun="collection",
        required=False,
        allow_null=True,
    )
    position = WholeField(required=False, min_value=0, max_value=POSITION_MAX)
    icon = serializers.ChoiceField(ICONS, required=False, allow_blank=True)
    texts = serializers.DictField(child=CollectionWordsSerializer(allow_null=True), required=False)


class NewCollectionSerializer(CollectionChangesSerializer):
    texts = serializers.DictField(child=CollectionWordsSerializer(), allow_empty=False)


class CollectionTextSerializer(serializers.Serializer):
    title = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField()


class CollectionSerializer(serializers.Serializer):
    """A collection; `texts` are by language."""

    id = serializers.CharField(source="public_id")
    parent = serializers.CharField(source="parent.public_id", default=None, allow_null=True)
    position = serializers.IntegerField()
    icon = serializers.CharField()
    texts = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.DictField(child=CollectionTextSerializer()))
    def get_texts(self, collection: Collection) -> dict[str, Any]:
        texts = collection.texts.all()
        return {text.locale: CollectionTextSerializer(text).data for text in texts}


class CollectionsAddress(HelpAddress):
    def collection(self, public_id: str) -> Collection:
        rows = Collection.objects.select_related("parent").prefetch_related("texts")
        found = rows.filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such collection.")
        return found

    def answer(self, public_id: str, **more: Any) -> Response:
        return Response(CollectionSerializer(self.collection(public_id)).data, **more)


class CollectionsView(CollectionsAddress):
    @operation(
        "collections_list",
        "List collections",
        description="In their order. For admins.",
        query=PageQuery,
        answers={200: page_of("Collection", CollectionSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        rows = Collection.objects.select_related("parent").prefetch_related("texts")
        return page_answer(rows, CollectionSerializer, query, order=["position", "id"])

    @operation(
        "collections_create",
        "Make a collection",
        description="It stands after the others. For admins.",
        body=NewCollectionSerializer,
        answers={201: CollectionSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewCollectionSerializer, request.data, viewer=self.doer)
        made = actions.save_collection(Collection(), by=self.doer, **given)
        return self.answer(made.public_id, status=201)


class CollectionView(CollectionsAddress):
    @operation("collections_get", "Get a collection", answers={200: CollectionSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(id)

    @operation(
        "collections_update",
        "Change a collection",
        description="What is left out stays as it is. For admins.",
        body=CollectionChangesSerializer,
        answers={200: CollectionSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(CollectionChangesSerializer, request.data, viewer=self.doer)
        actions.save_collection(self.collection(id), by=self.doer, **given)
        return self.answer(id)

    @operation(
        "collections_delete",
        "Delete an empty collection",
        description="Answers with the collection as it was.",
        answers={200: CollectionSerializer},
        conflict=ProblemSerializer,
    )
    def delete(self, request: Request, id: str) -> Response:
        collection = self.collection(id)
        said = CollectionSerializer(collection).data
        actions.delete_collection(collection, by=self.doer)
        return Response(said)
