"""Side conversations: asking colleagues beside a conversation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from ground.web.problems import NotFound
from inbox import default_views
from inbox.actions import asking
from inbox.actions.side_reading import mark_side_read
from inbox.forms import checked
from inbox.forms_writing import AskForm, SideForm, whom
from inbox.models import SideConversation
from inbox.pages.beside import side_context
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates, is_script

# What is said after each that can be taken back, and what takes it back.
UNDOABLE = {"close": ("Side conversation closed.", "reopen")}


@for_teammates
@require_POST
def ask(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Begins a side conversation with `teammate`s and `team`s."""
    found = find(visible_to(request), conversation)
    data = checked(AskForm(request.POST))
    said = asking.ask(found, by=request.user, whom=whom(request.POST, request.user), **data)
    return shown(request, view, said.side)


@for_teammates
@require_POST
def side(request: HttpRequest, view: str, conversation: str, side: str) -> HttpResponse:
    """What is done in a side conversation; `do` says what."""
    found = find(visible_to(request), conversation)
    beside = found.sides.filter(public_id=side).first()
    if beside is None:
        raise NotFound("There is no such side conversation.")
    beside.conversation = found
    data = checked(SideForm(request.POST))
    match data["do"]:
        case "say":
            words = {"body": data["body"], "client_id": data["client_id"]}
            beside = asking.answer(beside, by=request.user, **words).side
        case "join":
            asked = whom(request.POST, request.user)
            beside = asking.join(beside, by=request.user, whom=asked)
        case "close":
            beside = asking.close_side(beside, by=request.user)
        case "reopen":
            beside = asking.reopen_side(beside, by=request.user)
        case "read":
            seq = beside.last_seq if data["seq"] is None else data["seq"]
            mark_side_read(beside, by=request.user, seq=seq)
            return HttpResponse(status=204)
    return shown(request, view, beside, did=data["do"])


def shown(
    request: HttpRequest, view: str, side: SideConversation, *, did: str = ""
) -> HttpResponse:
    """Back to it; for a script as it stands now, and what to say about that."""
    if not is_script(request):
        address = reverse("inbox:conversation", args=[view, side.conversation.public_id])
        return redirect(f"{address}?side={side.public_id}")
    context = {
        "view": default_views.find(view, request.user),
        "conversation": side.conversation,
    } | side_context(request, side)
    response = render(request, "inbox/_side.html", context)
    if did not in UNDOABLE:
        return response
    words, back = UNDOABLE[did]
    said = {"words": words, "undo": {"url": request.path, "values": {"do": back}}}
    return trigger_client_event(response, "inbox:side-done", said)
