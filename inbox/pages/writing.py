"""Replies and notes."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from ground.web import markup
from ground.web.problems import Invalid, NewerMessages, Problem, TooLarge
from ground.web.text import clean
from inbox import actions, default_views, wording
from inbox.actions import mentioning
from inbox.forms import checked
from inbox.forms_writing import MessageForm, attachments, steps
from inbox.models import Conversation, LaterMessage, Message
from inbox.pages.later import answer_later, keep_for_later
from inbox.pages.parts import find, render_page, visible_to
from inbox.pages.reading import read_on
from inbox.pages.requests import for_teammates, is_script
from inbox.pages.undoing import way_to_undo
from inbox.steps import in_words, known, names_for, sound
from inbox.ways_back import WayBack, as_it_is
from people.models.teammate import Capability

MACROS_MAX = 10


@for_teammates
def messages(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """GET: a stretch of the thread as a fragment. POST: a reply or a note."""
    if request.method == "POST":
        return write(request, view, conversation)
    return read_on(request, view, conversation)


@for_teammates
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What is being written, drawn as the message will be; nothing is kept. Whom a note mentions
    is marked only once it is added."""
    limit = settings.MESSAGE_MAX_KB * 1024
    text = clean(request.POST.get("body", ""), "body", max_bytes=limit, required=False)
    return HttpResponse(markup.render(text))


def write(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    shown = default_views.find(view, request.user)
    found = find(visible_to(request), conversation)
    try:
        posted = post(request, found)
        if isinstance(posted, LaterMessage):
            return answered(request, shown, posted)
    except NewerMessages as problem:
        if is_script(request):
            raise describe_newer(problem) from None
        return write_again(request, shown, found, problem)
    except (Invalid, TooLarge) as problem:
        if is_script(request):
            raise
        return write_again(request, shown, found, problem)
    if is_script(request):
        return JsonResponse(
            {
                "seq": posted.message.seq,
                "client_id": str(posted.message.client_id),
                "status": posted.conversation.status,
                "html": render_to_string("inbox/_message.html", {"message": posted.message}),
                "done": done_along(request, view, posted),
                "offer": team_offered(request, view, posted),
            },
            status=201 if posted.is_new else 200,
        )
    address = reverse("inbox:conversation", args=[view, conversation])
    return redirect(f"{address}#message-{posted.message.public_id}")


def done_along(request: HttpRequest, view: str, posted: actions.Posted) -> dict[str, Any] | None:
    """What to say of what was done along with a message, and what would take it back; None where
    nothing was changed."""
    there, ways = posted.conversation, list(posted.ways_back)
    asked = sound(steps(request.POST))
    if not posted.is_new and asked and not there.is_open:
        # What an earlier request has done is known by what there is now.
        left = as_it_is("status", there, {})
        ways = [WayBack("status", {"status": Conversation.Status.OPEN}, left)]
    if not ways:
        return None
    is_moved = any(way.part == "status" for way in ways) and not there.is_open
    names = names_for(request.user, asked)
    others = [in_words(step, names) for step in asked if known()[step["do"]].is_beside]
    status = there.status if is_moved else Conversation.Status.OPEN
    return {
        "words": wording.sent_along(status if is_moved else "", others if posted.is_new else []),
        "undo": way_to_undo(view, there, ways),
        "conversation": there.public_id,
        "status": status,
    }


def team_offered(request: HttpRequest, view: str, posted: actions.Posted) -> dict[str, Any] | None:
    """Who names a team in a note has told it, and may want to give it the conversation as well: how
    that would be done, for the team that is named first."""
    there, message = posted.conversation, posted.message
    is_note = posted.is_new and not message.is_public and "@" in message.body_text
    if not is_note or not request.user.can(Capability.MANAGE):
        return None
    named = next(
        (each for each in mentioning.teams_named(message, by=request.user) if each != there.team),
        None,
    )
    if named is None:
        return None
    return {
        "words": f"{named} has been told.",
        "verb": f"Give it to {named}",
        "undo": {
            "url": reverse("inbox:assignment", args=[view, there.public_id]),
            "values": {"team": named.public_id},
        },
    }


def answered(request: HttpRequest, view: default_views.View, later: LaterMessage) -> HttpResponse:
    if is_script(request):
        return answer_later(request, view, later)
    return redirect("inbox:conversation", view.slug, later.conversation.public_id)


def post(request: HttpRequest, conversation: Conversation) -> actions.Posted | LaterMessage:
    data = checked(MessageForm(request.POST))
    zone = data.pop("timezone")
    seen, override = data.pop("last_seen_seq"), data.pop("override")
    named = attachments(request.POST)
    uploads = [actions.attach(file, by=request.user) for file in request.FILES.getlist("files")]
    data["attachments"] = [*named, *(upload.public_id for upload in uploads)]
    data["then"] = steps(request.POST)
    data["macros"] = request.POST.getlist("macros")[:MACROS_MAX]
    if data["kind"] != Message.Kind.NOTE:
        data |= {
            "choices": request.POST.getlist("choices"),
            "last_seen_seq": seen,
            "override": override,
        }
        waits = request.POST.get("due") or request.POST.get("hold")
        if waits or request.user.needs_release:
            del data["kind"]
            return keep_for_later(request, conversation, data, zone)
    with timezone.override(zone):
        return actions.send(conversation, by=request.user, **data)


def describe_newer(problem: NewerMessages) -> NewerMessages:
    """The problem with what came since as the fragments that the thread shows."""
    newer = problem.members["messages"]
    return NewerMessages(
        problem.detail,
        messages=[
            {
                "seq": message.seq,
                "author": {"type": message.author_type, "name": message.author_name},
                "created_at": message.created_at.isoformat(),
                "html": render_to_string("inbox/_message.html", {"message": message}),
            }
            for message in newer
        ],
    )


def write_again(
    request: HttpRequest, view: default_views.View, conversation: Conversation, problem: Problem
) -> HttpResponse:
    """The page with what was written still in its box, and why it was not sent."""
    draft = {"kind": request.POST.get("kind", "reply"), "body": request.POST.get("body", "")}
    if isinstance(problem, NewerMessages):
        # What is sent all the same overrides what came after this.
        draft["seen"] = request.POST.get("last_seen_seq", "")
    return render_page(
        request,
        view,
        conversation,
        visible_to(request),
        status=problem.status,
        draft=draft,
        problem=problem,
        newer=problem.members.get("messages", [])[-3:],
    )
