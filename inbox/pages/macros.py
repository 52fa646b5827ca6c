"""Macros: offered in the composer, and kept on a page of their own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ground.web.problems import Invalid, NotAllowed, NotFound
from inbox import actions, kinds, steps
from inbox.forms_writing import OwnMacroForm
from inbox.models import Macro
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates
from inbox.pages.undoing import deleted_by
from inbox.variables import VARIABLES, fill, values_for

OFFERED = 20
LISTED = 500


@for_teammates
@require_safe
def offer_macros(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """The macros whose name has `q` in it, filled in for this conversation, as options."""
    found = find(visible_to(request), conversation)
    wanted = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    macros = list(Macro.objects.visible_to(request.user).named_like(wanted)[:OFFERED])
    values = values_for(found, request.user)
    for macro in macros:
        macro.filled = fill(macro.body, values)
    return render(request, "inbox/_macros.html", {"macros": with_words(macros, request.user)})


def with_words(macros: list[Macro], viewer: Any) -> list[Macro]:
    """The macros, each with `does`: its steps beside what they do in words."""
    names = steps.names_for(viewer, [step for macro in macros for step in macro.steps])
    for macro in macros:
        macro.does = [(step, steps.in_words(step, names)) for step in macro.steps]
    return macros


@for_teammates
def macros(request: HttpRequest) -> HttpResponse:
    """GET: the macros that the teammate can use, and a form for another. POST: makes one."""
    return edit(request, Macro())


@for_teammates
def macro(request: HttpRequest, macro: str) -> HttpResponse:
    """GET: one macro to change. POST: changes it, with `delete` deletes it, and with `restore`
    brings a deleted one back."""
    if request.method == "POST" and "restore" in request.POST:
        back = actions.restore_macro(macro, by=request.user)
        return redirect("inbox:macro", back.public_id)
    found = Macro.objects.visible_to(request.user).filter(public_id=macro).first()
    if found is None:
        raise NotFound("There is no such macro, or it is not yours to see.")
    return edit(request, found)


def edit(request: HttpRequest, shown: Macro) -> HttpResponse:
    if request.method != "POST":
        return show(request, shown, OwnMacroForm(instance=shown, viewer=request.user))
    if "delete" in request.POST and shown.pk is not None:
        actions.delete_macro(shown, by=request.user)
        return redirect(f"{reverse('inbox:macros')}?deleted={shown.public_id}")
    if not may_change(request, shown):
        raise NotAllowed("This macro is not yours to change.")
    form = OwnMacroForm(request.POST, instance=shown, viewer=request.user)
    if not form.is_valid():
        return show(request, shown, form, status=400)
    wanted = {name: form.cleaned_data[name] for name in ("name", "body", "steps", "owner", "team")}
    held = Macro.objects.get(pk=shown.pk) if shown.pk else Macro(owner=request.user)
    try:
        actions.save_macro(held, by=request.user, **wanted)
    except Invalid as problem:
        for field, sentences in problem.members["errors"].items():
            form.add_error(field if field in form.fields else None, sentences)
        return show(request, shown, form, status=400)
    return redirect("inbox:macros")


def may_change(request: HttpRequest, shown: Macro) -> bool:
    return shown.pk is None or shown.may_be_changed_by(request.user)


def show(
    request: HttpRequest, shown: Macro, form: OwnMacroForm, *, status: int = 200
) -> HttpResponse:
    listed = Macro.objects.visible_to(request.user).select_related("owner", "team")[:LISTED]
    context = {
        "macro": shown,
        "form": form,
        "macros": with_words(list(listed), request.user),
        "variables": VARIABLES,
        "can_change": may_change(request, shown),
        "deleted": deleted_by(request, "macro", kinds.MACRO_DELETED),
    }
    return render(request, "inbox/macros.html", context, status=status)
