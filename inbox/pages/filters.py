"""The filter of a list: written in a form, carried by the address, kept as a view."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ground.conditions import InvalidCondition
from ground.conditions.forms import state_of
from inbox import asking, default_views
from inbox.pages.conditions import (
    START,
    Asked,
    drawn,
    drawn_tree,
    filters_of,
    list_query,
    preview,
    written,
)
from inbox.pages.parts import visible_to
from inbox.pages.requests import for_teammates, is_script, part_wanted


@for_teammates
def edit_filter(request: HttpRequest, view: str) -> HttpResponse:
    """GET: the form for the filter that the address carries. POST: `do` draws it anew (`add c`,
    `remove c.0`), narrows the list by it (`apply`) or takes it along to a new view (`save`)."""
    shown = default_views.find(view, request.user)
    spoken = asking.language(request.user)
    if request.method != "POST":
        tree = filters_of(request)
        form = drawn(START, spoken, focus="c.0") if tree is None else drawn_tree(tree, spoken)
        return show(request, shown, form, tree, spoken)
    asked = Asked(request.POST, spoken)
    do = request.POST.get("do", "apply")
    if do not in ("apply", "save"):
        form = drawn(asked.state, spoken, focus=asked.focus)
        return show(request, shown, form, asked.tree, spoken)
    try:
        condition = asking.sound(asked.tree, spoken).to_json()
    except InvalidCondition as wrong:
        form = drawn(state_of(asked.tree), spoken, errors=wrong.errors)
        return show(request, shown, form, asked.tree, spoken, status=400)
    tree = condition if default_views.parts_of(condition) else None
    filtered = default_views.narrowed_by(shown, tree)
    return sent_to(request, address_of(filtered, request.POST.get("order", ""), do))


def address_of(view: default_views.View, order: str, do: str) -> str:
    if do == "save":
        return f"{reverse('inbox:views')}?{urlencode({'condition': written(view.whole_tree)})}"
    known = order if order in {each.slug for each in view.orders} else ""
    return reverse("inbox:view", args=[view.slug]) + list_query(view, known)


def sent_to(request: HttpRequest, url: str) -> HttpResponse:
    return JsonResponse({"url": url}) if is_script(request) else redirect(url)


def show(
    request: HttpRequest,
    view: default_views.View,
    form: Any,
    tree: Any,
    spoken: Any,
    *,
    status: int = 200,
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    narrowed = view.narrow(visible_to(request), request.user)
    context = {
        "view": view,
        "form": form,
        "order": given.get("order", ""),
        "preview": preview(tree, spoken, narrowed, request.user) if tree is not None else None,
    }
    status = 200 if is_script(request) else status
    templates = {"preview": "inbox/_preview.html", "filter": "inbox/_filter.html"}
    template = templates.get(part_wanted(request), "inbox/filter.html")
    return render(request, template, context, status=status)
