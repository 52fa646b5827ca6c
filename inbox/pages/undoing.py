"""Taking back what one press has done with a conversation, all in one go."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from inbox import wording
from inbox.actions.restoring import name_of_deleted
from inbox.changes import take_back_all
from inbox.forms import PUBLIC_ID
from inbox.models import Conversation
from inbox.pages.parts import done, find, visible_to
from inbox.pages.requests import for_teammates
from inbox.ways_back import WayBack, read, written


def way_to_undo(view: str, conversation: Conversation, ways: Iterable[WayBack]) -> dict[str, Any]:
    """Where and with which values a page takes these back."""
    return {
        "url": reverse("inbox:undo", args=[view, conversation.public_id]),
        "values": {"ways": written(ways)},
    }


@for_teammates
@require_POST
def undo(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """In: `ways`, as `way_to_undo` gave them. What somebody has changed since stays as it is."""
    found = find(visible_to(request), conversation)
    count, reasons = take_back_all(found, read(request.POST.get("ways", "")), by=request.user)
    now = Conversation.objects.for_list().select_related("contact__company").get(pk=found.pk)
    return done(
        request, view, now, wording.taken_back(count, reasons), undo={}, is_partly=bool(reasons)
    )


def deleted_by(request: HttpRequest, noun: str, kind: str) -> dict[str, str] | None:
    """What the teammate has just deleted, as the address of the page names it."""
    name = request.GET.get("deleted", "")
    if not PUBLIC_ID.fullmatch(name):
        return None
    called = name_of_deleted(noun, kind, name, by=request.user)
    return {"id": name, "name": called} if called else None
