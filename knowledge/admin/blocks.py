"""Content blocks: what they say in each language, and where they stand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminTextareaWidget

from knowledge.actions import delete_block, save_block
from knowledge.admin.worded import WordedAdmin
from knowledge.models import Block, BlockText

SHOWN_MAX = 100


class BlockForm(forms.ModelForm):
    class Meta:
        model = Block
        fields = ("name", "key")
        help_texts = {
            "name": "What teammates call it.",
            "key": "Texts show the block where they say {{block:key}}. Empty: made of the name.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = False


class BlockTextInline(StackedInline):
    model = BlockText
    fields = ("locale", "body")
    extra = 0
    min_num = 1
    validate_min = True
    verbose_name = "language"
    verbose_name_plural = "What it says"

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "body":
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 5})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Block)
class BlockAdmin(WordedAdmin):
    """One text for many places: edited once, new everywhere at the next load."""

    words = ("body",)
    form = BlockForm
    inlines = (BlockTextInline,)
    fields = ("name", "key", "where")
    readonly_fields = ("where",)
    list_display = ("name", "named", "used", "updated_at")
    search_fields = ("name", "key", "texts__body")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Block]:
        return super().get_queryset(request).with_uses()

    @admin.display(description="In a text")
    def named(self, block: Block) -> str:
        return f"{{{{block:{block.key}}}}}"

    @admin.display(description="Used in")
    def used(self, block: Any) -> str:
        return f"{block.used} texts" if block.used != 1 else "1 text"

    @admin.display(description="Where it stands")
    def where(self, block: Block) -> SafeString | str:
        if block.pk is None:
            return "Nowhere yet"
        uses = block.uses.select_related("translation").order_by("translation__title", "pk")
        rows = [use.translation for use in uses[:SHOWN_MAX]]
        links = (
            (
                reverse("admin:knowledge_article_change", args=[text.article_id]),
                text.locale,
                text.title,
                text.locale,
            )
            for text in rows
        )
        listed = format_html_join("", '<li><a href="{}?locale={}">{}</a> ({})</li>', links)
        return format_html("<ul>{}</ul>", listed) if rows else "Nowhere yet"

    def keep(self, row: Any, texts: dict[str, Any], said: dict[str, Any], by: Any) -> Block:
        bodies = {locale: words and words["body"] for locale, words in texts.items()}
        block = row or Block()
        return save_block(block, by=by, name=said["name"], key=said["key"], texts=bodies)

    def delete_model(self, request: HttpRequest, obj: Block) -> None:
        delete_block(obj, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what stands nowhere."""
        if obj is not None and obj.uses.exists():
            return False
        return super().has_delete_permission(request, obj)
