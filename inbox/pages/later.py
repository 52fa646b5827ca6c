"""Replies that wait for their time."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from ground.web.problems import NotFound
from inbox import actions, default_views
from inbox.forms import checked
from inbox.forms_writing import DueForm, HoldingForm, LaterForm
from inbox.models import Conversation, LaterMessage
from inbox.pages.parts import find, hold_seconds, hold_when_on, later_of, visible_to
from inbox.pages.requests import for_teammates, is_script
from people.actions import prefer


@for_teammates
@require_POST
def set_holding(request: HttpRequest) -> HttpResponse:
    """Whether the teammate's replies wait for a moment in which they can be taken back."""
    is_on = checked(HoldingForm(request.POST))["is_on"]
    prefer(
        request.user,
        "writing",
        {"hold_seconds": hold_when_on() if is_on else 0},
        by=request.user,
    )
    if is_script(request):
        return HttpResponse(status=204)
    return redirect("inbox:home")


@for_teammates
@require_POST
def change_later(request: HttpRequest, view: str, conversation: str, later: str) -> HttpResponse:
    """What is done with a reply that waits; `do` says what."""
    shown = default_views.find(view, request.user)
    found = find(visible_to(request), conversation)
    waiting = LaterMessage.objects.filter(conversation=found, public_id=later).first()
    if waiting is None or (waiting.is_held and waiting.teammate_id != request.user.pk):
        raise NotFound("There is no such message.")
    wish = checked(LaterForm(request.POST))
    match wish["do"]:
        case "send":
            actions.send_now(waiting, by=request.user)
        case "take-back":
            actions.take_back(waiting, by=request.user)
        case "discard":
            actions.take_back(waiting, by=request.user, keeps_words=False)
            if not is_script(request):
                address = reverse("inbox:conversation", args=[view, conversation])
                return redirect(f"{address}?discarded={later}")
        case "restore":
            actions.restore_later(waiting, by=request.user)
        case "release":
            actions.release(waiting, by=request.user)
        case "send-back":
            actions.send_back(waiting, by=request.user, words=wish["words"])
        case "put-off":
            due_at = checked(DueForm(request.POST))["due_at"]
            actions.put_off(waiting, by=request.user, due_at=due_at)
    if not is_script(request):
        return redirect("inbox:conversation", view, conversation)
    return render_later(request, shown, found)


def render_later(
    request: HttpRequest, view: default_views.View, conversation: Conversation
) -> HttpResponse:
    context = {"view": view} | later_of(request, conversation)
    return render(request, "inbox/_later.html", context)


def keep_for_later(
    request: HttpRequest, conversation: Conversation, data: dict[str, Any], zone: Any
) -> LaterMessage:
    """Keeps what would have been sent: until `due_at`, or only so that it can be taken back, or
    until a senior releases it."""
    if not request.POST.get("due"):
        due_at, is_held = (
            timezone.now() + timedelta(seconds=hold_seconds(request.user) or hold_when_on()),
            True,
        )
    else:
        due_at, is_held = checked(DueForm(request.POST))["due_at"], False
    return actions.send_later(
        conversation, by=request.user, due_at=due_at, is_held=is_held, zone=str(zone), **data
    )


def answer_later(
    request: HttpRequest, view: default_views.View, later: LaterMessage
) -> HttpResponse:
    """As the composer takes it; a retry may find that it went out meanwhile."""
    context = {"view": view} | later_of(request, later.conversation)
    return JsonResponse(
        {
            "later": later.public_id,
            "client_id": str(later.client_id),
            "is_held": later.is_held,
            "due_at": later.due_at.isoformat(),
            "said": "A senior releases it." if later.needs_release else "",
            "html": render_to_string("inbox/_later.html", context, request=request),
        },
        status=202,
    )
