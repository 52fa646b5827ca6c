"""Looks at conversations for those who set the product up; work happens in the inbox."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from ground.web.admin import LargeTable, LookOnly
from inbox.actions import delete_macro, save_macro
from inbox.forms_writing import MacroForm
from inbox.models import Conversation, Line, Macro, Message
from inbox.steps import known


@admin.register(Line)
class LineAdmin(ModelAdmin):
    """Lines are made along with what they belong to, e.g. a messenger."""

    list_display = ("name", "kind", "state", "public_id")
    list_filter = ("kind", "state")
    search_fields = ("name", "=public_id")
    fields = ("name", "state", "kind", "public_id")
    readonly_fields = ("kind", "public_id")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Conversation)
class ConversationAdmin(LookOnly, LargeTable, ModelAdmin):
    list_display = (
        "public_id",
        "contact_name",
        "preview",
        "status",
        "assignee",
        "team",
        "last_message_at",
    )
    list_filter = ("status", "holder", "team")
    list_select_related = ("assignee", "team")
    search_fields = ("=public_id", "=contact__public_id", "contact__name")
    search_help_text = "A whole public id, or part of a contact's name."
    ordering = ("-last_message_at", "-id")


@admin.register(Message)
class MessageAdmin(LookOnly, LargeTable, ModelAdmin):
    list_display = ("public_id", "conversation", "seq", "kind", "author_name", "created_at")
    list_select_related = ("conversation",)
    search_fields = ("=public_id", "=conversation__public_id")
    search_help_text = "The whole public id of a message or of a conversation."
    ordering = ("-id",)


@admin.register(Macro)
class MacroAdmin(ModelAdmin):
    """Everybody's macros and those of teams; a teammate's own are theirs, in the inbox."""

    list_display = ("name", "team", "used", "updated_at")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "=public_id")
    readonly_fields = ("used",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(owner=None)

    def get_form(
        self, request: HttpRequest, obj: Macro | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        steps = {
            f"step_{name}": forms.ChoiceField(
                label=step.label,
                choices=[("", "–"), *step.choices(request.user)],
                required=False,
                widget=UnfoldAdminSelectWidget,
            )
            for name, step in known().items()
        }
        form = type("MacroAdminForm", (MacroForm,), steps | {"viewer": request.user})
        kwargs["fields"] = ["name", "body", "team", *steps]
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Macro | None = None) -> list[str]:
        return ["name", "body", "team", *(f"step_{name}" for name in known()), "used"]

    def save_model(self, request: HttpRequest, obj: Macro, form: Any, change: bool) -> None:
        names = ("name", "body", "team", "steps")
        wanted = {name: form.cleaned_data[name] for name in names}
        saved = save_macro(
            Macro.objects.get(pk=obj.pk) if change else Macro(), by=request.user, **wanted
        )
        obj.pk, obj.public_id = saved.pk, saved.public_id

    def delete_model(self, request: HttpRequest, obj: Macro) -> None:
        delete_macro(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for macro in queryset:
            delete_macro(macro, by=request.user)
