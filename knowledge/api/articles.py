"""REST: articles, their languages, and what is published of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import (
    EmptyBody,
    PageQuery,
    Reference,
    StrictSerializer,
    WholeField,
    checked,
    page_answer,
)
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from knowledge import actions
from knowledge.actions.collecting import POSITION_MAX
from knowledge.actions.writing import BODY_MAX
from knowledge.api.base import HelpAddress
from knowledge.models import Article, Collection, Translation
from knowledge.models.article import SUMMARY_LENGTH
from knowledge.models.collection import SLUG_LENGTH, TITLE_LENGTH
from knowledge.showing import absolute
from people.models import Teammate

STATES = ("draft", "published", "changed")


class ShortSerializer(serializers.Serializer):
    """An article in one language, without its text."""

    locale = serializers.CharField()
    title = serializers.CharField()
    slug = serializers.CharField()
    summary = serializers.CharField()
    state = serializers.ChoiceField(
        STATES, help_text="`changed`: published, and the draft says something else."
    )
    version = serializers.IntegerField(source="published.number", default=None, allow_null=True)
    published_at = serializers.DateTimeField(
        source="published.published_at", default=None, allow_null=True
    )
    url = serializers.SerializerMethodField(help_text="Where it is read; null for a draft.")

    @extend_schema_field({"type": ["string", "null"]})
    def get_url(self, text: Translation) -> str | None:
        if text.published_id is None:
            return None
        return absolute(reverse("knowledge:article", args=[text.locale, text.slug]))


class TranslationSerializer(ShortSerializer):
    """An article in one language, with its draft."""

    body = serializers.CharField(help_text="Markdown, as it is written now.")


class ArticleSerializer(serializers.Serializer):
    """An article and how far each of its languages is."""

    id = serializers.CharField(source="public_id")
    collection = serializers.CharField(source="collection.public_id")
    author = serializers.CharField(source="author.public_id", default=None, allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    position = serializers.IntegerField()
    translations = ShortSerializer(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ArticleChangesSerializer(StrictSerializer):
    """What may be written of an article."""

    collection = Reference(
        lambda viewer: Collection.objects.all(), noun="collection", required=False
    )
    author = Reference(
        lambda viewer: Teammate.objects.all(), noun="teammate", required=False, allow_null=True
    )
    review_on = serializers.DateField(required=False, allow_null=True)
    position = WholeField(required=False, min_value=0, max_value=POSITION_MAX)


class NewArticleSerializer(ArticleChangesSerializer):
    collection = Reference(lambda viewer: Collection.objects.all(), noun="collection")


class WordsSerializer(StrictSerializer):
    """The draft of an article in one language; what is left out stays as it is."""

    title = CleanCharField(max_bytes=4 * TITLE_LENGTH, required=False)
    slug = CleanCharField(max_bytes=4 * SLUG_LENGTH, required=False)
    summary = CleanCharField(max_bytes=4 * SUMMARY_LENGTH, required=False, allow_blank=True)
    body = CleanCharField(max_bytes=BODY_MAX, required=False, allow_blank=True)


class ArticlesAddress(HelpAddress):
    def rows(self) -> QuerySet[Article]:
        texts = Translation.objects.select_related("published").defer(
            "body", "words", "published__body", "published__body_html"
        )
        rows = Article.objects.select_related("collection", "author")
        return rows.prefetch_related(Prefetch("translations", texts.order_by("pk")))

    def article(self, public_id: str) -> Article:
        found = self.rows().filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such article.")
        return found

    def text(self, public_id: str, locale: str) -> Translation:
        rows = Translation.objects.select_related("published", "article")
        found = rows.filter(article__public_id=public_id, locale=locale).first()
        if found is None:
            raise NotFound("There is no such article in this language.")
        return found

    def answer(self, public_id: str, **more: Any) -> Response:
        return Response(ArticleSerializer(self.article(public_id)).data, **more)


class ArticlesView(ArticlesAddress):
    @operation(
        "articles_list",
        "List articles",
        description="Drafts as well, without their texts. For admins.",
        query=PageQuery,
        answers={200: page_of("Article", ArticleSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(self.rows(), ArticleSerializer, query, order=["id"])

    @operation(
        "articles_create",
        "Begin an article",
        description="It says nothing yet: write it in a language. For admins.",
        body=NewArticleSerializer,
        answers={201: ArticleSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewArticleSerializer, request.data, viewer=self.doer)
        made = actions.save_article(Article(), by=self.doer, **given)
        return self.answer(made.public_id, status=201)


class ArticleView(ArticlesAddress):
    @operation("articles_get", "Get an article", answers={200: ArticleSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(id)

    @operation(
        "articles_update",
        "Change an article",
        description="What is left out stays as it is. For admins.",
        body=ArticleChangesSerializer,
        answers={200: ArticleSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(ArticleChangesSerializer, request.data, viewer=self.doer)
        actions.save_article(self.article(id), by=self.doer, **given)
        return self.answer(id)

    @operation(
        "articles_delete",
        "Delete an article",
        description="With its languages and versions. Answers with the article as it was.",
        answers={200: ArticleSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        article = self.article(id)
        said = ArticleSerializer(article).data
        actions.delete_article(article, by=self.doer)
        return Response(said)


class TranslationView(ArticlesAddress):
    @operation("translations_get", "Get a draft", answers={200: TranslationSerializer})
    def get(self, request: Request, id: str, locale: str) -> Response:
        return Response(TranslationSerializer(self.text(id, locale)).data)

    @operation(
        "translations_put",
        "Write a draft",
        description="Readers go on seeing what was published; a new slug counts at once.",
        body=WordsSerializer,
        answers={200: TranslationSerializer},
    )
    def put(self, request: Request, id: str, locale: str) -> Response:
        given = checked(WordsSerializer, request.data)
        actions.write(self.article(id), by=self.doer, locale=locale, **given)
        return Response(TranslationSerializer(self.text(id, locale)).data)


class PublicationView(ArticlesAddress):
    @operation(
        "publication_put",
        "Publish a draft",
        description="Everybody reads it from now on; it is kept as a version.",
        body=EmptyBody,
        answers={200: TranslationSerializer},
    )
    def put(self, request: Request, id: str, locale: str) -> Response:
        checked(EmptyBody, request.data)
        actions.publish(self.text(id, locale).article, by=self.doer, locale=locale)
        return Response(TranslationSerializer(self.text(id, locale)).data)

    @operation(
        "publication_delete",
        "Take an article from its readers",
        description="The draft and the versions stay.",
        answers={200: TranslationSerializer},
    )
    def delete(self, request: Request, id: str, locale: str) -> Response:
        actions.unpublish(self.text(id, locale).article, by=self.doer, locale=locale)
        return Response(TranslationSerializer(self.text(id, locale)).data)
