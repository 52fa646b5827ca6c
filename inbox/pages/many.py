"""The same done with many conversations at once: each by its ordinary action, with its own rights,
and a word about each that could not be done."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from ground.web.problems import Invalid, NotFound, Problem
from inbox import default_views
from inbox.changes import CHANGES, Change, Values, attempt
from inbox.forms import PUBLIC_ID
from inbox.models import Conversation, Macro
from inbox.pages.macros import with_words
from inbox.pages.parts import visible_to
from inbox.pages.requests import for_teammates
from people.models import Tag, Team, Teammate
from people.models.teammate import Capability

VALUES_MAX = 8
MACROS_MAX = 100
VALUE_LENGTH = 80
WAYS_LENGTH = 16_000


@dataclass(frozen=True)
class Row:
    """A conversation, by its id, and what its form would send."""

    id: str
    values: Values


def change_many(request: HttpRequest, view: str) -> HttpResponse:
    """GET: the bar with what can be done. POST: does it."""
    return do_all(request, view) if request.method == "POST" else show_bar(request, view)


@for_teammates
@require_GET
def show_bar(request: HttpRequest, view: str) -> HttpResponse:
    context = {
        "view": default_views.find(view, request.user),
        "teammates": Teammate.objects.active().only("public_id", "name", "email", "avatar_key"),
        "teams": Team.objects.visible_to(request.user),
        "priorities": list(reversed(Conversation.Priority)),
        "tags": Tag.objects.offered(),
        "macros": macros_with_steps(request.user),
        "can_manage": request.user.can(Capability.MANAGE),
    }
    return render(request, "inbox/_many.html", context)


def macros_with_steps(viewer: Teammate) -> list[Macro]:
    """Those that do something, what is used most first; each with what it does in words."""
    rows = Macro.objects.visible_to(viewer).exclude(steps=[]).order_by("-used", "name", "id")
    return with_words(list(rows[:MACROS_MAX]), viewer)


@for_teammates
@require_POST
def do_all(request: HttpRequest, view: str) -> HttpResponse:
    """In: `part`, and as JSON `rows`: [{"id", "values"}], at most PAGE_SIZE_MAX.

    Out: the `count` of what was done, `undo` as the rows that would take it back, and `failed` with
    a sentence for each. One that fails leaves the others as they are.
    """
    default_views.find(view, request.user)
    part, rows = wanted(request.POST)
    found = visible_to(request).for_list().in_bulk_by_id(row.id for row in rows)
    undo, failed, count = [], [], 0
    for row in rows:
        try:
            change = do_one(part, row, found.get(row.id), request.user)
        except Problem as problem:
            failed.append({"id": row.id, "reason": problem.sentences})
            continue
        count += 1
        if change.undo:
            undo.append({"id": row.id, "values": change.undo})
    return JsonResponse({"count": count, "undo": undo, "failed": failed})


def do_one(part: str, row: Row, found: Conversation | None, by: Teammate) -> Change:
    """Raises Problem, whatever goes wrong."""
    if found is None:
        raise NotFound("It is gone, or no longer yours to see.")
    return attempt(part, found, by, row.values)


def wanted(given: Values) -> tuple[str, list[Row]]:
    """What a form asks for. Raises Invalid."""
    most = settings.PAGE_SIZE_MAX
    part = given.get("part", "")
    if part not in CHANGES:
        raise Invalid(errors={"part": ["There is no such thing to do."]})
    try:
        rows = json.loads(given.get("rows", ""))
        sound = [Row(row["id"], sound_values(row["values"])) for row in rows[: most + 1]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid(errors={"rows": ["Name the conversations, and what of each."]}) from None
    if not sound or len(sound) > most:
        raise Invalid(errors={"rows": [f"Choose 1 to {most} conversations."]})
    if not all(isinstance(row.id, str) and PUBLIC_ID.fullmatch(row.id) for row in sound):
        raise Invalid(errors={"rows": ["There is no such conversation."]})
    return part, list({row.id: row for row in sound}.values())


def most_of(name: str) -> int:
    """How long a value of this name may be: what takes back a macro says several things at once."""
    return WAYS_LENGTH if name == "ways" else VALUE_LENGTH


def sound_values(values: Any) -> Values:
    """Raises ValueError for what no form sends."""
    texts = [*values.keys(), *values.values()]
    if len(values) > VALUES_MAX or not all(isinstance(text, str) for text in texts):
        raise ValueError
    if not all(text.isprintable() for text in texts):
        raise ValueError
    if any(len(text) > most_of(name) for name, text in values.items()):
        raise ValueError
    return dict(values)
