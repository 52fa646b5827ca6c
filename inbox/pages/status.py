"""Closing, snoozing, spam, and blocking whoever wrote."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import actions
from inbox.forms import BlockForm, StatusForm, checked
from inbox.models import Conversation
from inbox.pages.parts import done, find, visible_to
from inbox.pages.requests import for_teammates
from people.actions import block_contact, unblock_contact


@for_teammates
@require_POST
def set_status(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    found = find(visible_to(request), conversation)
    data = checked(StatusForm(request.POST))
    if found.is_spam and data["status"] != Conversation.Status.SPAM:
        changed = actions.unmark_spam(found, by=request.user)
        if data["status"] == Conversation.Status.OPEN:
            return done(request, view, changed, "Taken out of spam.", undo={"status": "spam"})
    match data["status"]:
        case Conversation.Status.CLOSED:
            changed = actions.close(found, by=request.user)
            return done(request, view, changed, "Closed.", undo={"status": "open"})
        case Conversation.Status.SNOOZED:
            changed = actions.snooze(found, by=request.user, until=data["until"])
            return done(request, view, changed, "Snoozed.", undo={"status": "open"})
        case Conversation.Status.SPAM:
            changed = actions.mark_spam(found, by=request.user)
            return done(request, view, changed, "Moved to spam.", undo=status_of(found))
    changed = actions.reopen(found, by=request.user)
    return done(request, view, changed, "Open again.", undo={})


def status_of(conversation: Conversation) -> dict[str, str]:
    """What the form would send to make a conversation what it is now."""
    until = conversation.snoozed_until
    return {"status": conversation.status} | ({"until": until.isoformat()} if until else {})


@for_teammates
@require_POST
def set_block(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Blocks or unblocks whoever wrote this conversation."""
    found = find(visible_to(request), conversation)
    if checked(BlockForm(request.POST))["is_blocked"]:
        block_contact(found.contact, by=request.user)
        words, undo = f"{found.contact.display_name} is blocked.", {"is_blocked": "false"}
    else:
        unblock_contact(found.contact, by=request.user)
        words, undo = f"{found.contact.display_name} may write again.", {"is_blocked": "true"}
    return done(request, view, find(visible_to(request), conversation), words, undo=undo)
