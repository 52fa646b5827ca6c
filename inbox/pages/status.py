"""Closing, snoozing, spam, and blocking whoever wrote."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import actions
from inbox.forms import BlockForm, StatusForm, checked
from inbox.models import Conversation
from inbox.pages.parts import Change, done, find, visible_to
from inbox.pages.requests import Values, for_teammates
from people.actions import block_contact, unblock_contact
from people.models import Teammate


@for_teammates
@require_POST
def set_status(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    change = put(find(visible_to(request), conversation), request.user, request.POST)
    return done(request, view, change.conversation, change.words, undo=change.undo)


def put(found: Conversation, by: Teammate, given: Values) -> Change:
    """Gives a conversation another status."""
    data = checked(StatusForm(given))
    undo = {} if data["status"] == found.status else status_of(found)
    if found.is_spam and data["status"] != Conversation.Status.SPAM:
        changed = actions.unmark_spam(found, by=by)
        if data["status"] == Conversation.Status.OPEN:
            return Change(changed, "Taken out of spam.", undo)
    match data["status"]:
        case Conversation.Status.CLOSED:
            return Change(actions.close(found, by=by), "Closed.", undo)
        case Conversation.Status.SNOOZED:
            if found.is_closed:
                actions.reopen(found, by=by)
            snoozed = actions.snooze(found, by=by, until=data["until"])
            return Change(snoozed, "Snoozed.", undo or status_of(found))
        case Conversation.Status.SPAM:
            return Change(actions.mark_spam(found, by=by), "Moved to spam.", undo)
    return Change(actions.reopen(found, by=by), "Open again.", undo)


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
