"""The teammate's own keys: what does what, and whether single keys act at all."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from inbox.keyboard import SENDING, SUBJECT, Keyboard, enter_sends, keyboard_of, wishes_of
from inbox.pages.requests import for_teammates, is_script
from people.actions import prefer

FIELD = "key "
TYPED_MAX = 100


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """GET: the keys to change. POST: keeps them; with `reset` the house's own are back.

    A script that posts no key, only `are_single_on`, leaves the keys as they are.
    """
    board = keyboard_of(request.user)
    if request.method != "POST":
        return show(request, board, {})
    typed = written(board)
    given = {
        name.removeprefix(FIELD): value[:TYPED_MAX]
        for name, value in request.POST.items()
        if name.startswith(FIELD)
    }
    is_off = request.POST.get("are_single_on", "") not in ("true", "on")
    if "reset" in request.POST:
        given, is_off, typed = {}, False, {}
    wishes, faults = wishes_of(typed | given, are_single_off=is_off)
    if faults:
        return show(request, board, faults, typed | given, is_off, status=400)
    request.user = prefer(request.user, SUBJECT, wishes, by=request.user)
    if is_script(request):
        return HttpResponse(status=204)
    by_enter = "enter_sends" in request.POST and "reset" not in request.POST
    prefer(request.user, SENDING, {"by_enter": True} if by_enter else {}, by=request.user)
    return redirect("inbox:keys")


def written(board: Keyboard) -> dict[str, str]:
    return {command.name: command.written for command in board.commands}


def show(
    request: HttpRequest,
    board: Keyboard,
    faults: dict[str, list[str]],
    typed: dict[str, str] | None = None,
    is_off: bool | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    values = typed if typed is not None else written(board)
    groups: list[tuple[str, list[dict[str, Any]]]] = [
        (
            group,
            [
                {
                    "command": each,
                    "field": FIELD + each.name,
                    "value": values.get(each.name, ""),
                    "faults": faults.get(each.name, []),
                }
                for each in commands
            ],
        )
        for group, commands in board.groups
    ]
    context = {
        "groups": groups,
        "are_single_off": board.are_single_off if is_off is None else is_off,
        "has_faults": bool(faults),
        "enter_sends": ("enter_sends" in request.POST if faults else enter_sends(request.user)),
    }
    return render(request, "inbox/keys.html", context, status=status)
