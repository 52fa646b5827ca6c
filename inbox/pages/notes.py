"""Editing and deleting an internal note."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from ground.web.problems import NotAllowed, Problem
from inbox import actions, default_views
from inbox.actions.revising import NOT_YOURS_TO_DELETE, line_named, restorable, version_of
from inbox.forms import checked
from inbox.models import Conversation, Message
from inbox.pages.parts import done, find, visible_to
from inbox.pages.requests import for_teammates, is_script


class NoteForm(forms.Form):
    """What is done with a note; `seen` is the version of it that was edited."""

    do = forms.ChoiceField(choices=[(do, do) for do in ("edit", "delete", "restore")])
    body = forms.CharField(required=False, strip=False)
    seen = forms.CharField(required=False, max_length=40)


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, view: str, conversation: str, message: str) -> HttpResponse:
    """GET: a form in the place of a note; with `shown` the note as it is. POST: `do` it."""
    found = find(visible_to(request), conversation)
    if request.method == "POST":
        return change(request, view, found, message)
    line = line_named(found, message)
    if "shown" in request.GET and is_script(request):
        return render(request, "inbox/_message.html", shown(request, view, found, line))
    if not line.may_be_changed_by(request.user) and not restorable(line, request.user):
        raise NotAllowed(NOT_YOURS_TO_DELETE)
    return show_form(request, view, found, line, line.body_text)


def change(request: HttpRequest, view: str, found: Conversation, name: str) -> HttpResponse:
    data = checked(NoteForm(request.POST))
    try:
        return do(request, view, found, name, data)
    except Problem as problem:
        if is_script(request) or problem.status not in (400, 409):
            raise
        line = line_named(found, name)
        errors = problem.members.get("errors", {})
        said = " ".join(each for them in errors.values() for each in them) or problem.detail
        context = {"problem": said}
        return show_form(request, view, found, line, data["body"], status=problem.status, **context)


def do(
    request: HttpRequest, view: str, found: Conversation, name: str, data: dict[str, Any]
) -> HttpResponse:
    match data["do"]:
        case "restore":
            actions.restore_note(found, name, by=request.user)
            return done(request, view, found, "The note is back.", undo={})
        case "delete":
            line = actions.delete_note(found, name, by=request.user)
        case _:
            line = actions.edit_note(
                found, name, by=request.user, body=data["body"], seen=data["seen"]
            )
    address = reverse("inbox:conversation", args=[view, found.public_id])
    way_back = reverse("inbox:note", args=[view, found.public_id, name])
    if not is_script(request):
        is_deleted = data["do"] == "delete"
        return redirect(way_back if is_deleted else f"{address}#message-{name}")
    response = render(request, "inbox/_message.html", shown(request, view, found, line))
    if data["do"] != "delete":
        return response
    said = {
        "words": "Note deleted.",
        "undo": {"url": way_back, "values": {"do": "restore"}},
        "conversation": found.public_id,
        "status": found.status,
    }
    return trigger_client_event(response, "inbox:done", said)


def shown(request: HttpRequest, view: str, found: Conversation, line: Message) -> dict[str, Any]:
    return {
        "view": default_views.find(view, request.user),
        "conversation": found,
        "message": line,
    }


def show_form(
    request: HttpRequest,
    view: str,
    found: Conversation,
    line: Message,
    body: str,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = shown(request, view, found, line) | {
        "is_changing": line.may_be_changed_by(request.user),
        "is_restorable": restorable(line, request.user),
        "body": body,
        "seen": version_of(line),
    }
    template = "inbox/_message.html" if is_script(request) else "inbox/note.html"
    return render(request, template, context | more, status=status)
