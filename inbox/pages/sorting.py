"""Whose a conversation is, how urgent, and its tags."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import actions, wording
from inbox.forms import FollowForm, PriorityForm, TagForm, assignment, checked
from inbox.models import Conversation
from inbox.pages.parts import Change, done, find, visible_to
from inbox.pages.requests import Values, for_teammates
from people.actions import find_or_create_tag
from people.models import Team, Teammate


@for_teammates
@require_POST
def change_tags(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Puts one tag on a conversation or takes it off; a `name` that is new becomes a tag."""
    change = tagged(find(visible_to(request), conversation), request.user, request.POST)
    return done(request, view, change.conversation, change.words, undo=change.undo)


def tagged(found: Conversation, by: Teammate, given: Values) -> Change:
    data = checked(TagForm(given))
    if data["tag"] is None:
        data["tag"], _ = find_or_create_tag(data["name"], by=by)
    tag, is_on = data["tag"], data["is_on"] or bool(data["name"])
    changed = actions.tag(found, by=by, **{"add" if is_on else "remove": [tag]})
    words = f"Tagged {tag.name}." if is_on else f"No longer tagged {tag.name}."
    if is_on == (tag.shown in found.shown_tags):
        return Change(changed, words, {})
    undo = {"tag": tag.public_id, "is_on": "false" if is_on else "true"}
    return Change(changed, words, undo)


@for_teammates
@require_POST
def set_priority(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    change = prioritized(find(visible_to(request), conversation), request.user, request.POST)
    return done(request, view, change.conversation, change.words, undo=change.undo)


def prioritized(found: Conversation, by: Teammate, given: Values) -> Change:
    priority = checked(PriorityForm(given))["priority"]
    changed = actions.prioritize(found, by=by, priority=priority)
    undo = {} if found.priority == priority else {"priority": found.priority_word}
    return Change(changed, f"Priority: {priority.label}.", undo)


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


def assigned(found: Conversation, by: Teammate, given: Values) -> Change:
    wanted = assignment(given, by)
    changed = actions.assign(found, by=by, **wanted)
    # A team may take the conversation from somebody who cannot see it there.
    before = {name: getattr(found, name) for name in ("assignee", "team")}
    undo = {name: id_of(was) for name, was in before.items() if was != getattr(changed, name)}
    return Change(changed, wording.assigned(changed, wanted), undo)


def id_of(thing: Teammate | Team | None) -> str:
    return thing.public_id if thing else ""
