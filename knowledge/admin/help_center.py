"""What holds for the whole help center."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from ground.web.admin import ProblemsAsMessages
from knowledge.actions import arrange_help_center
from knowledge.models import HelpCenter

FIELDS = ("name", "locale", "site_url")


@admin.register(HelpCenter)
class HelpCenterAdmin(ProblemsAsMessages, ModelAdmin):
    """There is one row at most: its form is the page."""

    fields = FIELDS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self.changeform_view(request, "1", "", extra_context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return HelpCenter.current()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        arrange_help_center(
            by=request.user, **{name: form.cleaned_data[name] for name in form.changed_data}
        )

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("admin:knowledge_helpcenter_changelist"))
