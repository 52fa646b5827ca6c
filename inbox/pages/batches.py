"""The same done with a whole view: begun here, worked off in the background, watched by asking."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from ground.web.problems import Invalid, NotFound
from inbox.actions.batches import begin_batch, stop_batch, undo_batch
from inbox.models import Batch
from inbox.pages.conditions import filters_of
from inbox.pages.many import sound_values
from inbox.pages.requests import for_teammates


@for_teammates
@require_POST
def begin(request: HttpRequest, view: str) -> HttpResponse:
    """In: `part`, and as JSON `values`: what its form would send for one conversation."""
    try:
        values = sound_values(json.loads(request.POST.get("values", "")))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Invalid(errors={"values": ["Say what is to be done."]}) from None
    part = request.POST.get("part", "")
    filters = filters_of(request)
    batch = begin_batch(by=request.user, view=view, part=part, values=values, filters=filters)
    return answer(batch, status=201)


@for_teammates
def batch(request: HttpRequest, batch: str) -> HttpResponse:
    """GET: how far one's own batch has come. POST: `do` is "stop", or "undo" for taking it back."""
    found = (
        Batch.objects.filter(public_id=batch, teammate=request.user)
        .select_related("teammate__role", "undoes")
        .first()
    )
    if found is None:
        raise NotFound("There is no such batch, or it is not yours.")
    if request.method != "POST":
        return answer(found)
    match request.POST.get("do"):
        case "stop":
            return answer(stop_batch(found, by=request.user))
        case "undo":
            return answer(undo_batch(found, by=request.user), status=201)
    raise Invalid(errors={"do": ["This must be stop or undo."]})


def answer(batch: Batch, *, status: int = 200) -> JsonResponse:
    return JsonResponse(
        {
            "url": reverse("inbox:batch", args=[batch.public_id]),
            "state": batch.state,
            "count": batch.count,
            "failed": batch.failed,
            "reason": batch.reason,
            "is_undo": batch.undoes is not None,
        },
        status=status,
    )
