"""A list as a file to keep."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from inbox.actions.exporting import export_list
from inbox.exporting import FORMATS
from inbox.pages.conditions import shown_list
from inbox.pages.requests import for_teammates


@for_teammates
@require_POST
def export(request: HttpRequest, view: str) -> HttpResponseBase:
    """In: `form`, csv or json. The filter of the list is in the address, as for the list."""
    shown = shown_list(request, view)
    form = request.POST.get("form", "")
    pieces = export_list(shown, by=request.user, form=form)
    return as_file(pieces, shown.name, form)


def as_file(pieces: Iterator[str], name: str, form: str) -> StreamingHttpResponse:
    """A download under the list's name and today's date."""
    response = StreamingHttpResponse(pieces, content_type=f"{FORMATS[form]}; charset=utf-8")
    called = f"{name} {timezone.localdate():%Y-%m-%d}.{form}"
    response["Content-Disposition"] = content_disposition_header(True, called) or ""
    response["Cache-Control"] = "no-store"
    return response
