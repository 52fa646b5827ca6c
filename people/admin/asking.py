"""Pages of the admin for what is written in the one condition form: segments, rules.

The server draws the form, with what it matches beside it; `static/people/admin/asking.js` only
presses its buttons, so it works without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from ground.conditions import Condition, InvalidCondition, Snapshot
from ground.conditions.drawing import ConditionForm, Drawing
from ground.conditions.forms import State, changed, state_from, state_of, tree_of
from ground.web.problems import Problem

BLANK = {"all": [{"fact": ""}]}
PREVIEW, FORM = "preview", "asking-form"


def is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


@dataclass
class Draft:
    """A row as its form has it, sound or not: `fields` as they were written, and the condition.
    `do` is the button that was pressed, `so_far` what a preview had found when it paused."""

    row: Any
    fields: dict[str, Any]
    tree: Any
    focus: str = ""
    do: str = ""
    so_far: str = ""
    problems: list[str] = field(default_factory=list)


class AskingAdmin(ModelAdmin):
    """A ModelAdmin of rows with a condition, which actions save.

    noun, and what it is asked of; the rest is said by what such an admin overrides.
    """

    noun = ""
    subject = ""
    titles: Mapping[str, str] = {}
    # Whether it is asked of one row at a time, and so may ask what no list can be asked.
    is_of_one = False
    fields_template = ""
    preview_template = ""

    # ---- what each says for itself ---------------------------------------------------------------

    def language(self) -> Snapshot:
        raise NotImplementedError

    def sound(self, tree: Any, spoken: Snapshot) -> Condition:
        """Raises InvalidCondition."""
        raise NotImplementedError

    def written_of(self, row: Any) -> dict[str, Any]:
        """The fields of a stored or a new row, as the form has them."""
        raise NotImplementedError

    def written_in(self, post: QueryDict) -> dict[str, Any]:
        """The fields of a form that was sent."""
        raise NotImplementedError

    def keep_row(self, draft: Draft, by: Any) -> Any:
        """Saves it by an action. Raises Problem."""
        raise NotImplementedError

    def preview(self, draft: Draft, condition: Condition | None, spoken: Snapshot) -> Any:
        """What the preview shows; without a condition where it does not say anything sound."""
        raise NotImplementedError

    def more(self, draft: Draft, spoken: Snapshot) -> dict[str, Any]:
        """What the templates are given besides."""
        return {}

    # ---- the form --------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """GET: the form. POST: draws it anew (`do`, as the condition form has it), or saves it
        (`do` is `save`)."""
        row = self.opened(request, object_id)
        if request.method != "POST":
            tree = row.condition if row.pk else BLANK
            return self.show(request, Draft(row, self.written_of(row), tree))
        spoken = self.language()
        do = request.POST.get("do", "save")
        state, focus = changed(state_from(request.POST, spoken), do)
        draft = Draft(row, self.written_in(request.POST), tree_of(state), focus, do)
        draft.so_far = request.POST.get("so_far", "")
        if do != "save":
            return self.show(request, draft, form=self.drawn(draft, spoken, state))
        return self.keep(request, draft)

    def opened(self, request: HttpRequest, object_id: str | None) -> Any:
        """The row that an address names, or a new one. Raises Http404, PermissionDenied."""
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return self.model()
        row = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404(f"There is no such {self.noun}.")
        return row

    def keep(self, request: HttpRequest, draft: Draft) -> HttpResponse:
        is_new = not draft.row.pk
        try:
            kept: Model = self.keep_row(draft, request.user)
        except Problem as problem:
            form = self.checked(draft, self.language())
            said = dict(problem.errors or {})
            # The condition form says itself what is wrong with the condition.
            is_in_form = said.pop("condition", None) is not None
            sentences = [text for texts in said.values() for text in texts]
            draft.problems = sentences or ([] if is_in_form else [problem.detail])
            return self.show(request, draft, form=form, status=problem.status)
        if is_new:
            self.log_addition(request, kept, "Added.")
        else:
            self.log_change(request, kept, "Changed.")
        messages.success(request, f"The {self.noun} “{kept}” is saved.")
        url = reverse(f"admin:{self.address}_changelist")
        return JsonResponse({"url": url}) if is_script(request) else redirect(url)

    @property
    def address(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    # ---- drawing ---------------------------------------------------------------------------------

    def drawn(
        self,
        draft: Draft,
        spoken: Snapshot,
        state: State,
        errors: Mapping[str, str] | None = None,
    ) -> ConditionForm:
        drawing = Drawing(spoken, self.subject, self.titles, is_of_one=self.is_of_one)
        return drawing.form(state, errors, draft.focus)

    def checked(self, draft: Draft, spoken: Snapshot) -> ConditionForm:
        """With what is wrong beside each clause; nothing is while nothing is written."""
        return self.drawn(draft, spoken, state_of(draft.tree), self.errors(draft, spoken))

    def errors(self, draft: Draft, spoken: Snapshot) -> Mapping[str, str]:
        if draft.tree == BLANK:
            return {}
        try:
            self.sound(tree_of(state_of(draft.tree)), spoken)
        except InvalidCondition as wrong:
            return wrong.errors
        return {}

    def show(
        self,
        request: HttpRequest,
        draft: Draft,
        *,
        form: ConditionForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        spoken = self.language()
        try:
            condition: Condition | None = self.sound(draft.tree, spoken)
        except InvalidCondition:
            condition = None
        context = {
            "draft": draft,
            "row": draft.row,
            "form": form or self.checked(draft, spoken),
            "preview": self.preview(draft, condition, spoken),
            "parts": {"fields": self.fields_template, "preview": self.preview_template},
            "delete_url": f"admin:{self.address}_delete",
            **self.more(draft, spoken),
        }
        names = {PREVIEW: self.preview_template, FORM: "admin/asking/_form.html"}
        part = names.get(request.headers.get("HX-Target", "")) if is_script(request) else None
        if part is None:
            row = draft.row
            context |= {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": row if row.pk else None,
                "title": f"Change {row}" if row.pk else f"Add {self.noun}",
            }
        # A script draws what was refused like anything else.
        return TemplateResponse(
            request,
            part or "admin/asking/form.html",
            context,
            status=200 if part else status,
        )
