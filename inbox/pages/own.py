"""The teammate's own: picture, whether they are there, and in which time zone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from ground.web.problems import Invalid
from ground.web.zones import NO_SUCH_ZONE, zone_named
from inbox import actions, attention
from inbox.densities import COMFORTABLE, DENSITIES
from inbox.densities import SUBJECT as DENSITY
from inbox.forms import AvailabilityForm, QuietForm, checked, named
from inbox.forms_writing import DUES
from inbox.pages.requests import for_teammates, is_script
from inbox.zones import SUBJECT as ZONE
from people.actions import change_avatar, prefer, set_away


@for_teammates
@require_POST
def set_availability(request: HttpRequest) -> HttpResponse:
    """Going away with `give_back` hands over all open work; `take_back` names what returns."""
    is_away = checked(AvailabilityForm(request.POST))["is_away"]
    wanted = named(request.POST, "take_back")[: actions.GIVEN_BACK_MAX]
    given = actions.give_back(request.user) if is_away and "give_back" in request.POST else []
    request.user = set_away(request.user, is_away, by=request.user)
    if not is_away:
        actions.take_up_again(request.user, wanted)
    if not is_script(request):
        return redirect("inbox:home")
    response = render(request, "inbox/_me.html")
    if given:
        names = [conversation.public_id for conversation in given]
        said = {"words": handed_back(len(names)), "names": names, "url": request.path}
        trigger_client_event(response, "inbox:given-back", said)
    return response


def handed_back(count: int) -> str:
    words = "1 conversation is" if count == 1 else f"{count} conversations are"
    return f"You are away. {words} back with the team, or with nobody."


@for_teammates
@require_POST
def set_quiet(request: HttpRequest) -> HttpResponse:
    """Nothing disturbs the teammate for an hour or until tomorrow; "off" ends that."""
    data = checked(QuietForm(request.POST))
    others = dict(request.user.preferences.get(attention.SUBJECT) or {})
    others.pop("until", None)
    if data["quiet"] != "off":
        others["until"] = DUES[data["quiet"]](
            timezone.now().astimezone(data["timezone"])
        ).isoformat()
    request.user = prefer(request.user, attention.SUBJECT, others, by=request.user)
    if not is_script(request):
        return redirect("inbox:home")
    return render(request, "inbox/_me.html")


@for_teammates
@require_POST
def set_zone(request: HttpRequest) -> HttpResponse:
    """`timezone` is the one that the teammate's browser is in; to say it again changes nothing."""
    zone = zone_named(request.POST.get("timezone"))
    if zone is None:
        raise Invalid(errors={"timezone": [NO_SUCH_ZONE]})
    prefer(request.user, ZONE, {"name": str(zone)}, by=request.user)
    return HttpResponse(status=204) if is_script(request) else redirect("inbox:home")


@for_teammates
@require_POST
def set_density(request: HttpRequest) -> HttpResponse:
    """`density` is how close together the rows of lists are, in all the teammate's browsers."""
    wished = request.POST.get("density")
    if wished not in DENSITIES:
        raise Invalid(errors={"density": ["This must be comfortable or compact."]})
    wishes = {} if wished == COMFORTABLE else {"density": wished}
    request.user = prefer(request.user, DENSITY, wishes, by=request.user)
    if not is_script(request):
        return redirect("inbox:home")
    response = render(request, "inbox/_me.html")
    return trigger_client_event(response, "inbox:density", {"density": wished})


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
