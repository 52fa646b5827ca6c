"""Taking back what one press has done with a conversation, all in one go."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from ground.web.problems import Invalid
from inbox import wording
from inbox.actions.restoring import name_of_deleted
from inbox.changes import take_back_all
from inbox.forms import PUBLIC_ID
from inbox.models import Conversation
from inbox.pages.many import sound_values
from inbox.pages.parts import done, find, visible_to
from inbox.pages.requests import for_teammates
from inbox.ways_back import WayBack

# As many tags as a conversation has room for, and what else there is to take back.
WAYS_MAX = 100


def way_to_undo(view: str, conversation: Conversation, ways: Iterable[WayBack]) -> dict[str, Any]:
    """Where and with which values a page takes these back."""
    return {
        "url": reverse("inbox:undo", args=[view, conversation.public_id]),
        "values": {"ways": json.dumps([way.as_json() for way in ways])},
    }


@for_teammates
@require_POST
def undo(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """In: `ways`, as `way_to_undo` gave them. What somebody has changed since stays as it is."""
    found = find(visible_to(request), conversation)
    count, reasons = take_back_all(found, wanted(request.POST.get("ways", "")), by=request.user)
    now = Conversation.objects.for_list().select_related("contact__company").get(pk=found.pk)
    return done(
        request, view, now, wording.taken_back(count, reasons), undo={}, is_partly=bool(reasons)
    )


def wanted(text: str) -> list[WayBack]:
    """Raises Invalid."""
    try:
        given = json.loads(text)[: WAYS_MAX + 1]
        ways = [
            WayBack(
                each["part"], dict(sound_values(each["values"])), dict(sound_values(each["left"]))
            )
            for each in given
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid(errors={"ways": ["Say what to take back."]}) from None
    if not ways or len(ways) > WAYS_MAX or not all(is_known(way) for way in ways):
        raise Invalid(errors={"ways": ["Say what to take back."]})
    return ways


def deleted_by(request: HttpRequest, noun: str, kind: str) -> dict[str, str] | None:
    """What the teammate has just deleted, as the address of the page names it."""
    name = request.GET.get("deleted", "")
    if not PUBLIC_ID.fullmatch(name):
        return None
    called = name_of_deleted(noun, kind, name, by=request.user)
    return {"id": name, "name": called} if called else None


def is_known(way: WayBack) -> bool:
    """Whether it is one of what `ways_back` makes."""
    names = set(way.values)
    match way.part:
        case "assignment":
            return names <= {"assignee", "team"} and bool(names)
        case "tags":
            return names == {"tag", "is_on"}
    return way.part in ("status", "priority")
