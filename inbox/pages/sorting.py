"""Whose a conversation is, how urgent, and its tags."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import actions, wording
from inbox.forms import FollowForm, PriorityForm, TagForm, assignment, checked
from inbox.pages.parts import done, find, visible_to
from inbox.pages.requests import for_teammates
from people.actions import find_or_create_tag
from people.models import Team, Teammate


@for_teammates
@require_POST
def change_tags(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Puts one tag on a conversation or takes it off; a `name` that is new becomes a tag."""
    found = find(visible_to(request), conversation)
    data = checked(TagForm(request.POST))
    if data["tag"] is None:
        data["tag"], _ = find_or_create_tag(data["name"], by=request.user)
    tag, is_on = data["tag"], data["is_on"] or bool(data["name"])
    changed = actions.tag(found, by=request.user, **{"add" if is_on else "remove": [tag]})
    words = f"Tagged {tag.name}." if is_on else f"No longer tagged {tag.name}."
    undo = {"tag": tag.public_id, "is_on": "false" if is_on else "true"}
    return done(request, view, changed, words, undo=undo)


@for_teammates
@require_POST
def set_priority(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    found = find(visible_to(request), conversation)
    priority = checked(PriorityForm(request.POST))["priority"]
    changed = actions.prioritize(found, by=request.user, priority=priority)
    words = f"Priority: {priority.label}."
    return done(request, view, changed, words, undo={"priority": found.priority_word})


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
    found = find(visible_to(request), conversation)
    wanted = assignment(request.POST, request.user)
    undo = {name: id_of(getattr(found, name)) for name in wanted}
    changed = actions.assign(found, by=request.user, **wanted)
    return done(request, view, changed, wording.assigned(changed, wanted), undo=undo)


def id_of(thing: Teammate | Team | None) -> str:
    return thing.public_id if thing else ""
