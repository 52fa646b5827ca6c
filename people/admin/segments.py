"""Segments: written in the one condition form, with whom it matches beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from ground.conditions import InvalidCondition, Snapshot, sentence
from ground.conditions.drawing import ConditionForm, Drawing
from ground.conditions.forms import State, changed, state_from, state_of, tree_of
from ground.web.problems import Problem
from people import segments
from people.actions import change_segment, create_segment, delete_segment
from people.models import Contact, Segment
from people.preview import Preview, preview_of

BLANK = {"all": [{"fact": ""}]}
FORMS = {"preview": "_preview.html", "segment-form": "_form.html"}


def is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


@dataclass
class Draft:
    """A segment as its form has it, sound or not."""

    segment: Segment
    name: str
    description: str
    tree: Any
    focus: str = ""
    problems: list[str] = field(default_factory=list)

    def drawn(
        self, spoken: Snapshot, state: State, errors: Mapping[str, str] | None = None
    ) -> ConditionForm:
        return Drawing(spoken, segments.SUBJECT, segments.TITLES).form(state, errors, self.focus)

    def checked(self, spoken: Snapshot) -> ConditionForm:
        """With what is wrong beside each clause; nothing is while nothing is written."""
        return self.drawn(spoken, state_of(self.tree), self.errors(spoken))

    def errors(self, spoken: Snapshot) -> Mapping[str, str]:
        if self.tree == BLANK:
            return {}
        try:
            segments.sound(tree_of(state_of(self.tree)), spoken)
        except InvalidCondition as wrong:
            return wrong.errors
        return {}

    def preview(self, spoken: Snapshot) -> Preview | None:
        """None while it does not say anything sound."""
        try:
            condition = segments.sound(self.tree, spoken)
        except InvalidCondition:
            return None
        return preview_of(condition, Contact.objects.current())


@admin.register(Segment)
class SegmentAdmin(ModelAdmin):
    """Groups of contacts by a condition. Who is in one is asked each time and never stored."""

    search_fields = ("name", "=public_id")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        # One language for all rows: what it looks up, it looks up once.
        spoken = segments.language()

        @admin.display(description="Who is in it")
        def says(segment: Segment) -> str:
            condition = segments.askable(segment, spoken)
            return sentence(condition) if condition else "Nobody: it asks for what is gone"

        return ("name", "description", says, "public_id")

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        delete_segment(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Segment]) -> None:
        for segment in queryset:
            delete_segment(segment, by=request.user)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """GET: the form of a segment. POST: draws it anew (`do`, as the condition form has it), or
        saves it (`do` is `save`)."""
        segment = self.opened(request, object_id)
        if request.method != "POST":
            tree = segment.condition if segment.pk else BLANK
            return self.show(request, Draft(segment, segment.name, segment.description, tree))
        spoken = segments.language()
        do = request.POST.get("do", "save")
        state, focus = changed(state_from(request.POST, spoken), do)
        draft = Draft(
            segment,
            request.POST.get("name", ""),
            request.POST.get("description", ""),
            tree_of(state),
            focus,
        )
        if do != "save":
            return self.show(request, draft, form=draft.drawn(spoken, state))
        return self.keep(request, draft)

    def opened(self, request: HttpRequest, object_id: str | None) -> Segment:
        """The segment that an address names, or a new one. Raises Http404, PermissionDenied."""
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return Segment()
        segment = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, segment):
            raise PermissionDenied
        if segment is None:
            raise Http404("There is no such segment.")
        return segment

    def keep(self, request: HttpRequest, draft: Draft) -> HttpResponse:
        wanted = {
            "name": draft.name,
            "description": draft.description,
            "condition": draft.tree,
        }
        try:
            if draft.segment.pk:
                kept = change_segment(draft.segment, by=request.user, **wanted)
                self.log_change(request, kept, "Changed.")
            else:
                kept = create_segment(by=request.user, **wanted)
                self.log_addition(request, kept, "Added.")
        except Problem as problem:
            form = draft.checked(segments.language())
            said = dict(problem.errors or {})
            # The condition form says itself what is wrong with the condition.
            is_in_form = said.pop("condition", None) is not None
            sentences = [text for texts in said.values() for text in texts]
            draft.problems = sentences or ([] if is_in_form else [problem.detail])
            return self.show(request, draft, form=form, status=problem.status)
        messages.success(request, f"The segment “{kept}” is saved.")
        url = reverse("admin:people_segment_changelist")
        return JsonResponse({"url": url}) if is_script(request) else redirect(url)

    def show(
        self,
        request: HttpRequest,
        draft: Draft,
        *,
        form: ConditionForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        spoken = segments.language()
        segment = draft.segment
        context = {
            "draft": draft,
            "segment": segment,
            "form": form or draft.checked(spoken),
            "preview": draft.preview(spoken),
            "name_length": Segment._meta.get_field("name").max_length,
            "description_length": Segment._meta.get_field("description").max_length,
        }
        part = FORMS.get(request.headers.get("HX-Target", "")) if is_script(request) else None
        if part is None:
            context |= {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": segment if segment.pk else None,
                "title": f"Change {segment}" if segment.pk else "Add segment",
            }
        # A script draws what was refused like anything else.
        name = part or "form.html"
        return TemplateResponse(
            request, f"admin/people/segment/{name}", context, status=200 if part else status
        )
