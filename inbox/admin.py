"""Looks at conversations for those who set the product up; work happens in the inbox."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ground.web.admin import LargeTable, LookOnly
from inbox.models import Conversation, Line, Message


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
