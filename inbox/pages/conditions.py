"""The condition form on the inbox's pages: drawn, redrawn, and with what it matches."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from ground.conditions import InvalidCondition, Snapshot, sentence
from ground.conditions.drawing import ConditionForm, Drawing
from ground.conditions.forms import State, changed, state_from, state_of, storable_json, tree_of
from ground.web.problems import Invalid
from inbox import asking, default_views
from inbox.preview import Preview, preview_for
from inbox.querysets import ConversationQuerySet

FILTER = "filter"
FILTER_MAX = 4_000
START: State = {"word": "all", "parts": [{"fact": ""}]}


def filters_of(request: HttpRequest, name: str = FILTER) -> Any:
    """The tree that an address carries, or None. Raises Invalid for what is none."""
    text = request.GET.get(name, "")
    if not text:
        return None
    return tree_from(text, name)


def tree_from(text: str, name: str) -> Any:
    if len(text) > FILTER_MAX:
        raise Invalid(errors={name: ["This filter is too long for an address."]})
    try:
        return storable_json(text)
    except (ValueError, RecursionError):
        raise Invalid(errors={name: ["This is no filter. Start again without it."]}) from None


def written(tree: Any) -> str:
    """A tree as an address carries it."""
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False)


def list_query(view: default_views.View, order: str, **more: str) -> str:
    """What follows a list's address: its order where it is not the usual one, and its filter."""
    pairs = {} if order in ("", view.orders[0].slug) else {"order": order}
    if view.filters is not None:
        pairs[FILTER] = written(view.filters)
    query = urlencode(pairs | more)
    return f"?{query}" if query else ""


def shown_list(request: HttpRequest, slug: str) -> default_views.View:
    """The view that an address names, narrowed by the filter that it carries. What a filter asks
    for in vain is said, and nothing is found. Raises NotFound, Invalid."""
    view = default_views.find(slug, request.user)
    tree = filters_of(request)
    if tree is None:
        return view
    try:
        return default_views.filtered(view, tree, asking.language(request.user))
    except InvalidCondition as wrong:
        return default_views.unanswerable(view, tree, wrong)


def chips_of(view: default_views.View, order: str, viewer: Any) -> list[dict[str, str]]:
    """The clauses of a filter in words, each with the address of the list without it."""
    if view.filters is None:
        return []
    spoken = asking.language(viewer)
    address = reverse("inbox:view", args=[view.slug])
    parts = default_views.parts_of(view.filters)
    chips = []
    for place, part in enumerate(parts):
        others = [each for at, each in enumerate(parts) if at != place]
        rest = default_views.narrowed_by(view, {"all": others} if others else None)
        chips.append({"words": words_of(part, spoken), "url": address + list_query(rest, order)})
    return chips


def words_of(tree: Any, spoken: Snapshot) -> str:
    try:
        return sentence(asking.stored(tree, spoken))
    except InvalidCondition as wrong:
        return next(iter(wrong.errors.values()))


class Asked:
    """What a sent form says, after the button that was pressed."""

    def __init__(self, data: QueryDict, spoken: Snapshot) -> None:
        self.spoken = spoken
        self.state, self.focus = changed(state_from(data, spoken), data.get("do", ""))
        self.tree = tree_of(self.state)


def drawn(
    state: State, spoken: Snapshot, *, errors: dict[str, str] | None = None, focus: str = ""
) -> ConditionForm:
    return Drawing(spoken, asking.SUBJECT, asking.TITLES).form(state, errors, focus)


def drawn_tree(tree: Any, spoken: Snapshot) -> ConditionForm:
    """The form of a stored tree, with what is wrong with it now beside each clause."""
    state = state_of(tree)
    errors = {}
    try:
        asking.sound(tree_of(state), spoken)
    except InvalidCondition as wrong:
        errors = wrong.errors
    return drawn(state, spoken, errors=errors)


def preview(
    tree: Any, spoken: Snapshot, conversations: ConversationQuerySet, viewer: Any
) -> Preview | None:
    """None while it does not say anything sound."""
    if tree in ({"all": []}, {"any": []}):
        return None
    try:
        condition = asking.sound(tree, spoken)
    except InvalidCondition:
        return None
    return preview_for(condition, conversations, viewer)
