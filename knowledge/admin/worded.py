"""What pages for rows with a text in each language share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ground.web.admin import ProblemsAsMessages


class WordedAdmin(ProblemsAsMessages, ModelAdmin):
    """A ModelAdmin whose one inline has a row for each language; an action saves all at once."""

    words: Sequence[str] = ()

    def keep(self, row: Any, texts: dict[str, Any], said: dict[str, Any], by: Any) -> Any:
        """Saves a row, or a new one (None), with its texts by language. Raises Problem."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved with its texts, below."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        (formset,) = formsets
        texts: dict[str, Any] = {}
        for row in formset.forms:
            before = row.initial.get("locale")
            if row in formset.deleted_forms:
                texts.setdefault(before, None)
            elif row.has_changed():
                locale = row.cleaned_data["locale"]
                if before not in (None, locale):
                    texts.setdefault(before, None)
                texts[locale] = {name: row.cleaned_data[name] for name in self.words}
        texts.pop(None, None)
        # The row as it is stored, without what the form has put into it.
        row = self.model._default_manager.get(pk=form.instance.pk) if change else None
        kept = self.keep(row, texts, form.cleaned_data, request.user)
        form.instance.pk, form.instance.public_id = kept.pk, kept.public_id
        # For Django's own history, which asks the form set what it saved.
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}
