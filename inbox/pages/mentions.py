"""Whom a note can name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inbox.actions import mentioning
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates
from people.models import Team, Teammate

OFFERED = 10


@for_teammates
@require_safe
def offer_mentions(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """The teammates and teams whose name has `q` in it, as options for a note."""
    found = find(visible_to(request), conversation)
    wanted = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    offered = mentioning.offered(found, wanted, by=request.user, most=OFFERED)
    context = {
        "teammates": [(each, sees) for each, sees in offered if isinstance(each, Teammate)],
        "teams": [(each, sees) for each, sees in offered if isinstance(each, Team)],
        "team": found.team,
    }
    return render(request, "inbox/_mentions.html", context)
