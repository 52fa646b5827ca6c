"""What admin pages share: bounded counts, looks without changes, problems as messages."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from ground.web.problems import Problem

COUNT_MAX = 2000


class CappedPaginator(Paginator):
    """Counts no further than a page of a large table ever needs; search finds the rest."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNT_MAX].count()


class LargeTable:
    """For a ModelAdmin of a table that may have millions of rows."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50


class LookOnly:
    """For a ModelAdmin that shows what only actions may change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ProblemsAsMessages:
    """For a ModelAdmin that saves through actions: what an action refuses is said on the form."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Problem as problem:
            messages.error(request, problem.detail)
            return HttpResponseRedirect(request.get_full_path())
