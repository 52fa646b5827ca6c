"""Segments: written in the one condition form, with whom it matches beside it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from ground.conditions import Condition, Snapshot, sentence
from people import segments
from people.actions import change_segment, create_segment, delete_segment
from people.admin.asking import AskingAdmin, Draft
from people.models import Contact, Segment
from people.preview import Preview, preview_of

NAMES = ("name", "description")


@admin.register(Segment)
class SegmentAdmin(AskingAdmin):
    """Groups of contacts by a condition. Who is in one is asked each time and never stored."""

    noun = "segment"
    subject = segments.SUBJECT
    titles = segments.TITLES
    fields_template = "admin/people/segment/_fields.html"
    preview_template = "admin/people/segment/_preview.html"
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

    def language(self) -> Snapshot:
        return segments.language()

    def sound(self, tree: Any, spoken: Snapshot) -> Condition:
        return segments.sound(tree, spoken)

    def written_of(self, row: Segment) -> dict[str, Any]:
        return {name: getattr(row, name) for name in NAMES}

    def written_in(self, post: QueryDict) -> dict[str, Any]:
        return {name: post.get(name, "") for name in NAMES}

    def keep_row(self, draft: Draft, by: Any) -> Segment:
        wanted = {**draft.fields, "condition": draft.tree}
        if draft.row.pk:
            return change_segment(draft.row, by=by, **wanted)
        return create_segment(by=by, **wanted)

    def preview(
        self, draft: Draft, condition: Condition | None, spoken: Snapshot
    ) -> Preview | None:
        return preview_of(condition, Contact.objects.current()) if condition else None

    def more(self, draft: Draft, spoken: Snapshot) -> dict[str, Any]:
        return {
            f"{name}_length": Segment._meta.get_field(name).max_length  # type: ignore[union-attr]
            for name in NAMES
        }
