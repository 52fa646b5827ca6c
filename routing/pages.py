"""Pages of the inbox about routing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ground.web.problems import Invalid, NotFound
from inbox import default_views
from inbox.forms import WindowForm, checked
from inbox.models import Conversation
from inbox.pages.parts import THREAD_WINDOW, Window, find, show_lines, visible_to
from inbox.pages.requests import for_teammates, is_script
from inbox.zones import zone_of
from people.models.teammate import Capability
from people.permissions import require
from routing import given, why
from routing.as_of import as_of, moment_of
from routing.coming import coming_to
from routing.now import WAITING_MAX, teams_now


@for_teammates
@require_safe
def show_why(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Why a conversation is where it is; `decision` names another than the latest."""
    viewer: Any = request.user
    shown = default_views.find(view, viewer)
    found = find(visible_to(request), conversation)
    decisions = list(why.decisions_on(found)[: why.SHOWN])
    asked = request.GET.get("decision", "")
    chosen = decisions[0] if decisions else None
    if asked:
        chosen = next((each for each in decisions if str(each.pk) == asked), None)
        if chosen is None:
            raise NotFound("There is no such decision on this conversation.")
    return render(
        request,
        "routing/why.html",
        {
            "view": shown,
            "conversation": found,
            "decisions": decisions,
            "told": why.told(chosen, viewer) if chosen else None,
            "coming": coming_to(found),
            "moves": why.moves_of(found, viewer),
            "gifts": given.gifts_of(found, viewer),
            "is_admin": viewer.is_admin and viewer.is_staff,
        },
    )


@for_teammates
@require_safe
def show_then(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """A conversation as it was `at` a moment; what of the thread stands above `before`."""
    viewer: Any = request.user
    shown = default_views.find(view, viewer)
    found = find(visible_to(request), conversation)
    zone, typed = zone_of(viewer), request.GET.get("at", "")
    context: dict[str, Any] = {"view": shown, "conversation": found, "zone": zone}
    try:
        at = moment_of(typed, zone=zone, now=timezone.now())
    except Invalid as problem:
        return render(request, "routing/then.html", context | {"fault": problem.detail}, status=400)
    lines = thread_then(found, at, checked(WindowForm(request.GET))["before"])
    show_lines(request, lines)
    local = at.astimezone(zone)
    context |= {
        "at_said": f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S}",
        "at_field": local.replace(tzinfo=None).isoformat(timespec="seconds"),
        "then": as_of(found, at, viewer),
        "window": lines,
        "is_changed": any(each.changed_at and each.changed_at > at for each in lines.messages),
    }
    return render(request, "routing/then.html", context)


def thread_then(conversation: Conversation, at: datetime, before: int | None) -> Window:
    """The newest that had been said and done by then, or what stands before that."""
    said = conversation.messages.filter(created_at__lte=at).order_by("-seq")
    last = said.values_list("seq", flat=True).first() or 0
    end = last + 1 if before is None else min(before, last + 1)
    lines = conversation.messages.window("seq", before=end, limit=THREAD_WINDOW)
    for line in lines:
        # What was asked beside it opens on the conversation's own page.
        if line.activity and line.activity.get("side"):
            line.activity = line.activity | {"side": ""}
    return Window(lines, last)


@for_teammates
@require_safe
def show_teams(request: HttpRequest) -> HttpResponse:
    """Who is there and what they have, of the teams that the viewer may see: for who leads them.
    The page asks again by itself."""
    viewer: Any = request.user
    require(viewer, Capability.WATCH)
    shown = {
        "teams": teams_now(timezone.now(), viewer),
        "most": WAITING_MAX,
        "is_admin": viewer.is_admin and viewer.is_staff,
    }
    return render(request, "routing/_now.html" if is_script(request) else "routing/now.html", shown)
