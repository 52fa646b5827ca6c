"""How teams share out, how much each teammate is given, and who has how much now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from ground.web.admin import ProblemsAsMessages
from routing.actions import arrange_settings, arrange_sharing, arrange_workload
from routing.actions.arranging import COMPLAINTS, DELAYS, WORKLOAD, drop_workload
from routing.models import RoutingSettings, Sharing, Workload
from routing.now import WAITING_MAX, teams_now

SHARING = (
    "way",
    "capacity",
    "quiet_hours",
    "needs_presence",
    "previous_owner_first",
    "skills",
    "takes_back",
    "overflow_team",
    "overflow_minutes",
)


@admin.register(Sharing)
class SharingAdmin(ProblemsAsMessages, ModelAdmin):
    """Each team's way of giving what nobody has to its people."""

    list_display = ("team", "way", "capacity", "skills", "needs_presence")
    list_select_related = ("team",)
    autocomplete_fields = ("team",)
    fieldsets = (
        (None, {"fields": ("team", "way")}),
        ("How much", {"fields": ("capacity", "quiet_hours")}),
        ("To whom", {"fields": ("needs_presence", "previous_owner_first", "skills")}),
        ("When somebody goes", {"fields": ("takes_back",)}),
        ("When nobody has it in time", {"fields": ("overflow_team", "overflow_minutes")}),
    )
    change_list_template = "admin/routing/sharing/list.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("team",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is set to nobody instead: decisions name it."""
        return False

    def save_model(self, request: HttpRequest, obj: Sharing, form: Any, change: bool) -> None:
        wanted = {name: form.cleaned_data[name] for name in SHARING}
        kept = arrange_sharing(obj.team, by=request.user, **wanted)
        obj.pk, obj.version = kept.pk, kept.version

    def get_urls(self) -> list[Any]:
        now = path("now/", self.admin_site.admin_view(self.now), name="routing_sharing_now")
        return [now, *super().get_urls()]

    def now(self, request: HttpRequest) -> HttpResponse:
        """GET: who is there and what they have; the page asks again by itself."""
        if request.method != "GET":
            return HttpResponse(status=405, headers={"Allow": "GET"})
        if not self.has_view_permission(request):
            raise PermissionDenied
        moment = timezone.now()
        viewer: Any = request.user
        shown = {"teams": teams_now(moment, viewer), "most": WAITING_MAX, "is_admin": True}
        if "HX-Request" in request.headers:
            return TemplateResponse(request, "routing/_now.html", shown)
        context = {**self.admin_site.each_context(request), "title": "Who has how much", **shown}
        return TemplateResponse(request, "admin/routing/sharing/now.html", context)


@admin.register(RoutingSettings)
class SettingsAdmin(ProblemsAsMessages, ModelAdmin):
    """What becomes of complaints, and what is said of unusual delays. The one row's other fields
    are set beside the rules."""

    fieldsets = (
        ("Complaints", {"fields": COMPLAINTS}),
        (
            "Unusual delays",
            {
                "fields": DELAYS,
                "description": "Messengers that show the expected wait say “Replies take longer "
                "than usual today.” before anybody writes, in the visitor’s language.",
            },
        ),
    )
    autocomplete_fields = ("complaint_team",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one row at most: its form is the page."""
        return self.changeform_view(request, "1", "", extra_context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return RoutingSettings.current()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        wanted = {name: form.cleaned_data[name] for name in (*COMPLAINTS, *DELAYS)}
        arrange_settings(by=request.user, **wanted)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("admin:routing_routingsettings_changelist"))


class WorkloadForm(forms.ModelForm):
    """Stored by an action; the topics with the rest."""

    languages = SimpleArrayField(
        forms.CharField(max_length=8),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=Workload._meta.get_field("languages").help_text,
    )

    class Meta:
        model = Workload
        fields = ("teammate", *WORKLOAD, "tags")


@admin.register(Workload)
class WorkloadAdmin(ProblemsAsMessages, ModelAdmin):
    """How much, and what, a teammate is given where that is not as their teams say."""

    form = WorkloadForm
    list_display = ("teammate", "capacity", "languages", "is_narrow", "ramp_from")
    list_select_related = ("teammate",)
    autocomplete_fields = ("teammate", "tags")
    search_fields = ("teammate__name",)
    fieldsets = (
        (None, {"fields": ("teammate", "capacity")}),
        ("What", {"fields": ("tags", "languages", "is_narrow")}),
        (
            "Somebody new",
            {
                "fields": ("ramp_from", "ramp_first", "ramp_days", "safety_net"),
                "description": "A small load on the first day that grows to the whole. A senior, "
                "who may release their replies, is set on the teammate’s own page.",
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("teammate", "safety_net") if obj else ("safety_net",)

    @admin.display(description="Senior")
    def safety_net(self, workload: Workload) -> str:
        if workload.teammate_id is None:
            return "-"
        mate = workload.teammate
        words = str(mate.senior or "Nobody") + (
            ", and their replies are released" if mate.needs_release else ""
        )
        url = reverse("admin:people_teammate_change", args=[mate.pk])
        return format_html('<a href="{}" style="text-decoration:underline">{}</a>', url, words)

    def save_model(self, request: HttpRequest, obj: Workload, form: Any, change: bool) -> None:
        wanted = {name: form.cleaned_data[name] for name in WORKLOAD}
        tags = list(form.cleaned_data["tags"])
        kept = arrange_workload(obj.teammate, by=request.user, tags=tags, **wanted)
        obj.pk = kept.pk

    def delete_model(self, request: HttpRequest, obj: Workload) -> None:
        drop_workload(obj.teammate, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for workload in queryset:
            drop_workload(workload.teammate, by=request.user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The action has stored the topics."""
