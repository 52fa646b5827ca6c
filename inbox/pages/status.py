"""Closing, snoozing, spam, and blocking whoever wrote."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox.changes import put
from inbox.forms import BlockForm, checked
from inbox.pages.parts import done, find, visible_to
from inbox.pages.requests import for_teammates
from people.actions import block_contact, unblock_contact


@for_teammates
@require_POST
def set_status(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    change = put(find(visible_to(request), conversation), request.user, request.POST)
    return done(request, view, change.conversation, change.words, undo=change.undo)


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
