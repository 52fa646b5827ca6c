"""The first steps of a new install."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ground.web.problems import NotFound
from inbox import onboarding
from inbox.pages.requests import for_teammates
from people.actions import prefer


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def first_steps(request: HttpRequest) -> HttpResponse:
    """GET: all steps, for an admin. POST: `put_away` says whether lists still remind of them."""
    if not request.user.is_admin:
        raise NotFound("Only admins set Counterfoil up.")
    if request.method == "POST":
        is_away = request.POST.get("put_away") == "true"
        wishes = {"is_put_away": True} if is_away else {}
        request.user = prefer(request.user, onboarding.SUBJECT, wishes, by=request.user)
        return redirect("inbox:home" if is_away else "inbox:first-steps")
    context = {
        "first_steps": onboarding.progress_of(request.user),
        "is_put_away": bool(request.user.preferences.get(onboarding.SUBJECT)),
    }
    return render(request, "inbox/first_steps.html", context)
