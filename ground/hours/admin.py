"""What is due, and what failed: a dead letter waits for a person to replay it."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

from ground.hours.due import registry, revive
from ground.hours.models import DueRow

COUNT_MAX = 2000


class CappedPaginator(Paginator):
    """Counts no further than anybody pages."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNT_MAX].count()


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    states = {
        "dead": {"dead_at__isnull": False},
        "waiting": {"dead_at": None, "done_at": None, "called_off_at": None},
        "done": {"done_at__isnull": False},
        "called_off": {"called_off_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("dead", "Dead letters"),
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("called_off", "Called off"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DueRow]) -> QuerySet[DueRow]:
        return queryset.filter(**self.states.get(self.value() or "", {}))


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in sorted(registry())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DueRow]) -> QuerySet[DueRow]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(DueRow)
class DueRowAdmin(ModelAdmin):
    list_display = ("id", "kind", "subject", "due_at", "state", "attempts", "error_line")
    list_filter = (StateFilter, KindFilter)
    search_fields = ("=subject_id", "=key")
    search_help_text = "A whole public id of what it is about, or a row's whole key."
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = ("replay",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="About")
    def subject(self, row: DueRow) -> str:
        return f"{row.subject_type} {row.subject_id}"

    @admin.display(description="State")
    def state(self, row: DueRow) -> str:
        if row.dead_at:
            return "Dead letter"
        if row.called_off_at:
            return "Called off"
        return "Done" if row.done_at else "Waiting"

    @admin.display(description="Error")
    def error_line(self, row: DueRow) -> str:
        return row.error[:100]

    @admin.action(description="Replay the selected dead letters", permissions=["view"])
    def replay(self, request: HttpRequest, queryset: QuerySet[DueRow]) -> None:
        count = revive(DueRow.objects.filter(pk__in=queryset.values("pk")))
        messages.success(request, f"{count} will be tried again.")
