"""Saved views: made, changed, shared, deleted, and put in order."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from ground.conditions.forms import state_of
from ground.web.problems import Invalid, NotAllowed, NotFound, Problem
from inbox import actions, asking, default_views, kinds
from inbox.models import SavedView
from inbox.pages.conditions import START, Asked, drawn, drawn_tree, filters_of, preview, words_of
from inbox.pages.filters import sent_to
from inbox.pages.parts import visible_to
from inbox.pages.requests import for_teammates, is_script, part_wanted
from inbox.pages.undoing import deleted_by
from inbox.rail import arranged
from people.models import Team, Teammate
from people.models.teammate import Capability

ME, EVERYBODY = "me", "everybody"


@for_teammates
def views(request: HttpRequest) -> HttpResponse:
    """GET: the views that the teammate sees, and a form for another. POST: makes one."""
    return edit(request, SavedView(owner=request.user))


@for_teammates
def view(request: HttpRequest, saved: str) -> HttpResponse:
    """GET: one view to change. POST: changes it, with `do` delete deletes it, and with `do` restore
    brings a deleted one back."""
    if request.method == "POST" and request.POST.get("do") == "restore":
        back = actions.restore_view(saved, by=request.user)
        return redirect("inbox:saved-view", back.public_id)
    found = SavedView.objects.visible_to(request.user).filter(public_id=saved).first()
    if found is None:
        raise NotFound("There is no such view, or it is not yours to see.")
    return edit(request, found)


@for_teammates
@require_POST
def arrange(request: HttpRequest) -> HttpResponse:
    """In: all ids of the rail as `order`, and those left out as `hidden`; or `move`, one id, with
    `to` up, down, out or in."""
    shown, others = ([v.public_id for v in each] for each in arranged(request.user))
    if "move" in request.POST:
        shown, others = moved(shown, others, request.POST["move"], request.POST.get("to", ""))
    else:
        others = request.POST.getlist("hidden") or others
        shown = request.POST.getlist("order")
    actions.arrange_views(request.user, order=[*shown, *others], hidden=others)
    return HttpResponse(status=204) if is_script(request) else redirect("inbox:views")


def moved(shown: list[str], others: list[str], name: str, to: str) -> tuple[list[str], list[str]]:
    if to == "out" and name in shown:
        return [each for each in shown if each != name], [*others, name]
    if to == "in" and name in others:
        return [*shown, name], [each for each in others if each != name]
    if to in ("up", "down") and name in shown:
        at = shown.index(name)
        place = max(0, at + (1 if to == "down" else -1))
        rest = [each for each in shown if each != name]
        return [*rest[:place], name, *rest[place:]], others
    return shown, others


def edit(request: HttpRequest, saved: SavedView) -> HttpResponse:
    spoken = asking.language(request.user)
    if request.method != "POST":
        tree = filters_of(request, "condition") if saved.pk is None else saved.condition
        form = drawn(START, spoken) if tree is None else drawn_tree(tree, spoken)
        return show(request, saved, form, tree, spoken)
    if saved.pk is not None and not saved.may_be_changed_by(request.user):
        raise NotAllowed(actions.NOT_YOURS)
    do = request.POST.get("do", "save")
    if do == "delete" and saved.pk is not None:
        name = saved.public_id
        actions.delete_view(saved, by=request.user)
        return sent_to(request, f"{reverse('inbox:views')}?deleted={name}")
    asked = Asked(request.POST, spoken)
    if do != "save":
        form = drawn(asked.state, spoken, focus=asked.focus)
        return show(request, fill(saved, request), form, asked.tree, spoken)
    return keep(request, saved, asked)


def keep(request: HttpRequest, saved: SavedView, asked: Asked) -> HttpResponse:
    try:
        wanted = wanted_of(request)
        held = SavedView.objects.get(pk=saved.pk) if saved.pk else SavedView(owner=request.user)
        kept = actions.save_view(held, by=request.user, condition=asked.tree, **wanted)
    except Problem as problem:
        errors = {at: said[0] for at, said in problem.members.get("places", {}).items()}
        form = drawn(state_of(asked.tree), asked.spoken, errors=errors)
        said = {key: value for key, value in problem.errors.items() if key != "condition"}
        sentences = [each for value in said.values() for each in value] or (
            [] if errors else [problem.detail]
        )
        return show(
            request,
            fill(saved, request),
            form,
            asked.tree,
            asked.spoken,
            status=problem.status,
            problems=sentences,
        )
    slug = f"{default_views.SAVED_PREFIX}{kept.public_id}"
    return sent_to(request, reverse("inbox:view", args=[slug]))


def wanted_of(request: HttpRequest) -> dict[str, Any]:
    """Raises Invalid."""
    audience = request.POST.get("audience", ME)
    team = None
    if audience not in (ME, EVERYBODY):
        teams = Team.objects.visible_to(request.user)
        team = teams.filter(public_id=audience).first() if audience.isidentifier() else None
        if team is None:
            raise Invalid(errors={"audience": ["There is no such team."]})
    return {
        "name": request.POST.get("name", ""),
        "icon": request.POST.get("icon", SavedView.Icon.LIST),
        "team": team,
        "is_shared": audience == EVERYBODY,
    }


def fill(saved: SavedView, request: HttpRequest) -> SavedView:
    """The view as the form has it, for the form alone."""
    saved.name = request.POST.get("name", "")[:200]
    saved.icon = request.POST.get("icon", saved.icon)
    return saved


def show(
    request: HttpRequest,
    saved: SavedView,
    form: Any,
    tree: Any,
    spoken: Any,
    *,
    status: int = 200,
    problems: list[str] | None = None,
) -> HttpResponse:
    visible = visible_to(request)
    # A script draws what was refused like anything else.
    status = 200 if is_script(request) else status
    context = {
        "saved": saved,
        "form": form,
        "problems": problems or [],
        "preview": preview(tree, spoken, visible, request.user) if tree is not None else None,
        "can_change": saved.pk is None or saved.may_be_changed_by(request.user),
        "deleted": deleted_by(request, "savedview", kinds.VIEW_DELETED),
    }
    match part_wanted(request):
        case "preview":
            return render(request, "inbox/_preview.html", context, status=status)
        case "view-form":
            context |= {"audiences": audiences(request, saved), "icons": SavedView.Icon.choices}
            return render(request, "inbox/_view_form.html", context, status=status)
    context |= {"audiences": audiences(request, saved), "icons": SavedView.Icon.choices}
    if not context["can_change"]:
        context["sentence"] = words_of(saved.condition, spoken)
    context["shown"], context["others"] = arranged(request.user)
    return render(request, "inbox/views.html", context, status=status)


def audiences(request: HttpRequest, saved: SavedView) -> list[tuple[str, str, bool]]:
    """With whom it can be shared: value, words, and whether that is so."""
    if request.method == "POST":
        chosen = request.POST.get("audience", ME)
    elif saved.is_shared:
        chosen = EVERYBODY
    else:
        chosen = saved.team.public_id if saved.team else ME
    offered = [(ME, "Only me")]
    if request.user.can(Capability.MANAGE):
        offered += [(team.public_id, str(team)) for team in teams_of(request.user)]
        offered.append((EVERYBODY, "Everybody"))
    elif chosen != ME:
        offered.append((chosen, "As it is shared now"))
    return [(value, words, value == chosen) for value, words in offered]


def teams_of(teammate: Teammate) -> Any:
    """Those that a teammate may share with."""
    if teammate.is_admin:
        return Team.objects.all()
    return Team.objects.filter(memberships__teammate=teammate)
