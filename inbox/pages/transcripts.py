"""A conversation to print or to download."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from inbox import default_views
from inbox.forms import TranscriptForm, checked
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates
from inbox.transcript import FORMATS, transcript_of
from inbox.zones import zone_of


@for_teammates
@require_safe
def show_transcript(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """A page to print; with `form` a file. Notes and deeds only with `notes`."""
    shown = default_views.find(view, request.user)
    found = find(visible_to(request), conversation)
    asked = checked(TranscriptForm(request.GET))
    transcript = transcript_of(
        found, viewer=request.user, has_notes=asked["notes"], zone=zone_of(request.user)
    )
    form = asked["form"]
    if not form:
        context = {"transcript": transcript, "view": shown}
        return render(request, "inbox/transcript.html", context)
    kind = f"{FORMATS[form][1]}; charset=utf-8"
    response = HttpResponse(transcript.render(form), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, transcript.name(form)) or ""
    return response
