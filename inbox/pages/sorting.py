"""Whose a conversation is, how urgent, and its tags."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import actions
from inbox.changes import assigned, prioritized, tagged
from inbox.forms import FollowForm, checked
from inbox.pages.parts import done, find, visible_to
from inbox.pages.requests import for_teammates


@for_teammates
@require_POST
def change_tags(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Puts one tag on a conversation or takes it off; a `name` that is new becomes a tag."""
    change = tagged(find(visible_to(request), conversation), request.user, request.POST)
    return done(request, view, change.conversation, change.words, undo=change.undo)


@for_teammates
@require_POST
def set_priority(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    change = prioritized(find(visible_to(request), conversation), request.user, request.POST)
    return done(request, view, change.conversation, change.words, undo=change.undo)


@for_teammates
@require_POST
def set_following(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Whether the teammate hears of what happens here."""
    found = find(visible_to(request), conversation)
    if checked(FollowForm(request.POST))["is_following"]:
        changed = actions.follow(found, by=request.user)
        words, undo = "You follow this now.", {"is_following": "false"}
    else:
        changed = actions.unfollow(found, by=request.user)
        words, undo = "You follow this no more.", {"is_following": "true"}
    return done(request, view, changed, words, undo=undo)


@for_teammates
@require_POST
def assign(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    change = assigned(find(visible_to(request), conversation), request.user, request.POST)
    return done(request, view, change.conversation, change.words, undo=change.undo)
