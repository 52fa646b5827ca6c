"""Beginning a conversation of its own with what a customer wrote in another."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from inbox import actions, default_views
from inbox.beginnings import in_force, remaining
from inbox.forms import SplitForm, assignment, checked, numbers
from inbox.models import Conversation, Message
from inbox.pages.parts import find, render_head, visible_to
from inbox.pages.requests import for_teammates, is_script
from people.models import Team, Teammate

OFFERED = 50


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """GET: what can go on in a conversation of its own. POST: begins that, or takes it back."""
    if request.method == "POST":
        return change(request, view, conversation)
    found = find(visible_to(request), conversation)
    context = {
        "view": default_views.find(view, request.user),
        "conversation": found,
        "client_id": uuid.uuid4(),
        "teams": Team.objects.visible_to(request.user),
        "teammates": Teammate.objects.active().exclude(pk=request.user.pk),
    } | offered(found)
    template = "inbox/_split.html" if is_script(request) else "inbox/split.html"
    return render(request, template, context)


def offered(conversation: Conversation) -> dict[str, Any]:
    """The newest of what was said in public, what of it went on elsewhere, and what is proposed:
    the last word of the customer, where something else of theirs is left."""
    said = list(conversation.messages.for_thread().public().order_by("-seq")[:OFFERED])[::-1]
    gone = list(in_force(conversation))
    left = list(remaining(conversation).order_by("-seq").values_list("seq", flat=True)[:2])
    for message in said:
        message.is_theirs = message.author_type == Message.Author.CONTACT
        message.is_gone = any(each.first_seq <= message.seq <= each.last_seq for each in gone)
    is_possible = len(left) > 1 or (conversation.is_split_off and left)
    return {"said": said, "proposed": left[0] if is_possible else None}


def change(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    visible = visible_to(request)
    found = find(visible, conversation)
    data = checked(SplitForm(request.POST))
    if data["is_split"]:
        seqs, whose = numbers(request.POST, "seq"), assignment(request.POST, request.user)
        ends = {"first_seq": min(seqs), "last_seq": max(seqs)}
        name = data["client_id"]
        made = actions.split(found, by=request.user, client_id=name, **ends, **whose)
        there, words = made.conversation, "A new conversation began."
        address, values = reverse("inbox:split", args=[view, there.public_id]), {"is_split": ""}
    else:
        merge = actions.unsplit(found, by=request.user)
        there, words = merge.kept if merge else found, "One conversation again."
        address, values = reverse("inbox:merge", args=[view, found.public_id]), {"is_merged": ""}
    if not is_script(request):
        return redirect("inbox:conversation", view, there.public_id)
    shown = find(visible, there.public_id)
    said = {
        "words": words,
        "undo": {"url": address, "values": values},
        "conversation": shown.public_id,
        "status": shown.status,
    }
    response = render_head(request, default_views.find(view, request.user), shown)
    response = trigger_client_event(response, "inbox:done", said)
    moved = {"conversation": found.public_id, "into": shown.public_id}
    return trigger_client_event(response, "inbox:merged", moved)
