"""Pages of the inbox about routing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ground.web.problems import NotFound
from inbox import default_views
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates, is_script
from people.models.teammate import Capability
from people.permissions import require
from routing import given, why
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
