"""Files for messages, and the way to them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from ground.web.files import signed_url
from ground.web.problems import Invalid, NotFound
from inbox import actions
from inbox.beginnings import told_by
from inbox.models import Attachment, Conversation
from inbox.pages.requests import for_teammates
from people.models import Teammate


@for_teammates
@require_POST
def upload_file(request: HttpRequest) -> HttpResponse:
    """Stores one file for a message that will name it."""
    given = request.FILES.get("file")
    if given is None:
        raise Invalid(errors={"file": ["Choose a file."]})
    attachment = actions.attach(given, by=request.user)
    return JsonResponse(
        {
            "id": attachment.public_id,
            "name": attachment.name,
            "size": attachment.size,
            "html": render_to_string("inbox/_file.html", {"file": attachment}),
        },
        status=201,
    )


@for_teammates
@require_safe
def open_file(request: HttpRequest, attachment: str) -> HttpResponse:
    """Leads to a file under a short-lived address, for whoever may see its conversation."""
    found = (
        Attachment.objects.select_related("message__conversation")
        .filter(public_id=attachment)
        .first()
    )
    if found is None or not may_open(request.user, found):
        raise NotFound("There is no such file, or it is not yours to see.")
    key, content_type = found.key, found.content_type
    if "thumb" in request.GET and found.thumb_key:
        key, content_type = found.thumb_key, "image/webp"
    return redirect(signed_url(key, found.name, content_type, viewer=f"teammate:{request.user.pk}"))


def may_open(viewer: Teammate, attachment: Attachment) -> bool:
    if attachment.message is None:
        return attachment.teammate_id == viewer.pk
    visible, message = Conversation.objects.visible_to(viewer), attachment.message
    is_seen_there = visible.filter(pk=message.conversation_id).exists()
    return is_seen_there or told_by(message, visible)
