"""How conversations are sorted: tags, priority."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import actions
from inbox.forms import PriorityForm, TagForm, checked
from inbox.views import done, find, for_teammates, visible_to
from people.actions import find_or_create_tag


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
