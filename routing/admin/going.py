"""How routing goes: the page of figures, and the conversations behind each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from unfold.admin import ModelAdmin

from ground.web.problems import Invalid, NotFound
from ground.web.timing import OutOfTime
from people.models import Team
from routing.figures.period import DAYS, Period
from routing.figures.rows import behind
from routing.going import NO_TIME, sections
from routing.models import Beginning

DAYS_UNASKED = 28


@admin.register(Beginning)
class GoingAdmin(ModelAdmin):
    """Nothing can be changed here: it is counted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        rows = self.admin_site.admin_view(self.rows)
        return [path("rows/<str:key>/", rows, name="routing_going_rows"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """GET: the figures of the last `days`, of `team` or of all."""
        period = self.period(request)
        context = {"title": "How routing goes", "sections": sections(period)}
        return self.shown(request, "admin/routing/going/page.html", period, context)

    def rows(self, request: HttpRequest, key: str) -> HttpResponse:
        """GET: the conversations behind the figure of a key, page by page (`cursor`)."""
        period = self.period(request)
        try:
            found = behind(key, period)
            page = found.page(request.GET.get("cursor") or None)
        except (NotFound, Invalid) as problem:
            raise Http404(problem.detail) from None
        except OutOfTime:
            context: dict[str, Any] = {"title": found.title, "said": NO_TIME}
        else:
            context = {"title": found.title, "rows": found.told(page.items), "next": page.next}
        return self.shown(request, "admin/routing/going/rows.html", period, context)

    def period(self, request: HttpRequest) -> Period:
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("days", "")
        days = next((each for each in DAYS if str(each) == asked), DAYS_UNASKED)
        name = request.GET.get("team", "")
        team = Team.objects.filter(public_id=name[:40]).first() if name.isprintable() else None
        return Period(days, timezone.now(), team)

    def shown(
        self, request: HttpRequest, template: str, period: Period, context: dict[str, Any]
    ) -> HttpResponse:
        asked = QueryDict(mutable=True)
        asked["days"] = str(period.days)
        if period.team is not None:
            asked["team"] = period.team.public_id
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "period": period,
                "days": DAYS,
                "teams": list(Team.objects.all()),
                "asked": asked.urlencode(),
                **context,
            },
        )
