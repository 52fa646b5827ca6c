"""The teammate's own: picture, and whether they are there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ground.web.problems import Invalid
from inbox.forms import AvailabilityForm, checked
from inbox.pages.requests import for_teammates, is_script
from people.actions import change_avatar, set_away


@for_teammates
@require_POST
def set_availability(request: HttpRequest) -> HttpResponse:
    is_away = checked(AvailabilityForm(request.POST))["is_away"]
    request.user = set_away(request.user, is_away, by=request.user)
    if is_script(request):
        return render(request, "inbox/_me.html")
    return redirect("inbox:home")


@for_teammates
@require_POST
def set_avatar(request: HttpRequest) -> HttpResponse:
    """The teammate's own picture: `file` is the new one, `remove` takes it away."""
    given = request.FILES.get("file")
    if given is None and "remove" not in request.POST:
        raise Invalid(errors={"file": ["Choose a picture."]})
    request.user = change_avatar(request.user, given, by=request.user)
    if is_script(request):
        return render(request, "inbox/_me.html")
    return redirect("inbox:home")
