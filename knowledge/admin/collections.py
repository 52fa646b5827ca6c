"""Collections: their place, and what they are called in each language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import StackedInline

from knowledge.actions import delete_collection, save_collection
from knowledge.admin.worded import WordedAdmin
from knowledge.models import Collection, CollectionText

PLACE = ("parent", "position", "icon")
WORDS = ("title", "slug", "description")


class CollectionForm(forms.ModelForm):
    class Meta:
        model = Collection
        fields = PLACE
        labels = {"parent": "Lies in"}
        help_texts = {
            "parent": "Another collection, one level deep; empty: it stands on the first page.",
            "position": "Lower ones come first. 0 for a new one: at the end.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Collection.objects.filter(parent=None).exclude(pk=self.instance.pk)
        self.fields["parent"].queryset = others.prefetch_related("texts")


class CollectionTextForm(forms.ModelForm):
    class Meta:
        model = CollectionText
        fields = ("locale", *WORDS)
        help_texts = {"slug": "The end of its address. Empty: made of the title."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False

    def _get_validation_exclusions(self) -> set[str]:
        """The action finds a free address; here nobody knows it yet."""
        return {*super()._get_validation_exclusions(), "slug"}


class CollectionTextInline(StackedInline):
    model = CollectionText
    form = CollectionTextForm
    extra = 0
    min_num = 1
    validate_min = True
    verbose_name = "language"
    verbose_name_plural = "What it is called"


@admin.register(Collection)
class CollectionAdmin(WordedAdmin):
    words = WORDS
    form = CollectionForm
    inlines = (CollectionTextInline,)
    list_display = ("title", "parent", "position", "articles", "public_id")
    search_fields = ("texts__title", "=public_id")
    ordering = ("position", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        rows = super().get_queryset(request).annotate(size=Count("articles"))
        return rows.select_related("parent").prefetch_related("texts", "parent__texts")

    @admin.display(description="Title")
    def title(self, collection: Collection) -> str:
        return collection.title

    @admin.display(description="Articles")
    def articles(self, collection: Any) -> int:
        return collection.size

    def keep(self, row: Any, texts: dict[str, Any], said: dict[str, Any], by: Any) -> Collection:
        wanted = {name: said[name] for name in PLACE}
        if row is None and not wanted["position"]:
            del wanted["position"]
        return save_collection(row or Collection(), by=by, texts=texts, **wanted)

    def delete_model(self, request: HttpRequest, obj: Collection) -> None:
        delete_collection(obj, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what is empty: what is in it has to go somewhere."""
        if obj is not None and (obj.articles.exists() or obj.children.exists()):
            return False
        return super().has_delete_permission(request, obj)
