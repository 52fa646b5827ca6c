"""What the teammate has begun to write: theirs alone, on every device of theirs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_safe

from ground.web.problems import StateConflict
from inbox import actions
from inbox.forms import checked
from inbox.forms_writing import DraftForm, attachments, steps
from inbox.models import Draft
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates
from inbox.unfinished import described, drafts_of

MARKS_MAX = 500


@for_teammates
@require_safe
def begun(request: HttpRequest) -> HttpResponse:
    """In which conversations the teammate has begun to write, for the marks on the list."""
    drafts = Draft.objects.of(request.user).begun()
    drafts = drafts.filter(conversation__in=visible_to(request)).values_list(
        "conversation__public_id", "kind"
    )
    marks = [{"conversation": name, "kind": kind} for name, kind in drafts[:MARKS_MAX]]
    return JsonResponse({"drafts": marks})


@for_teammates
@require_http_methods(["GET", "POST"])
def drafts(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """GET: what the teammate has begun to write here. POST: keeps one kind of it."""
    found = find(visible_to(request), conversation)
    if request.method == "GET":
        return JsonResponse({"drafts": drafts_of(found, request.user)})
    data = checked(DraftForm(request.POST))
    try:
        draft = actions.save_draft(
            found,
            by=request.user,
            attachments=attachments(request.POST),
            choices=request.POST.getlist("choices"),
            then=steps(request.POST),
            macros=request.POST.getlist("macros"),
            **data,
        )
    except actions.DraftOvertaken as problem:
        stored = described([problem.stored], request.user)
        raise StateConflict(problem.detail, draft=stored[problem.stored.kind]) from None
    return JsonResponse({"version": draft.version, "saved_at": draft.saved_at.isoformat()})
