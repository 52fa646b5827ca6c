"""Lists of the admin in the order in which their rows are asked: dragged, or moved by buttons, into
another order, which is then saved in one go; switched on and off at once. Works without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from ground.web.problems import Problem
from people.admin.asking import AskingAdmin, is_script

TRYING = ("try", "go-on")
# The part of a page that says what came of trying.
TRIED = "tried"


def is_part(request: HttpRequest, part: str) -> bool:
    return is_script(request) and request.headers.get("HX-Target") == part


class OrderedAdmin(AskingAdmin):
    """An AskingAdmin of rows with a `position` and an `is_on`, which actions arrange and switch.

    The template extends `admin/routing/ordered.html`; each of its `rows` has the `stored` one.
    """

    list_template = ""
    tried_template = ""

    # ---- what each says for itself ---------------------------------------------------------------

    def in_their_order(self) -> list[Any]:
        raise NotImplementedError

    def arrange(self, order: Sequence[str], by: Any) -> None:
        """Saves an order of all public ids. Raises Problem."""
        raise NotImplementedError

    def switch(self, row: Any, by: Any) -> Any:
        """Switches a row on or off, and returns it as it is then. Raises Problem."""
        raise NotImplementedError

    def listed(
        self, request: HttpRequest, rows: list[Any], present: list[Any], *, tried: str | None
    ) -> dict[str, Any]:
        """What the list shows of rows in an order that may not be the present one: its `title`, its
        `rows`, and what else its template asks for. tried: what is to be tried, "" for the order;
        None for nothing."""
        raise NotImplementedError

    # ---- the list --------------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """GET: the rows in their order. POST (`do`): `up …`, `down …` draw another order, which
        `try …` tries and `go-on …` goes on trying where that can be tried, and `arrange` saves;
        `switch …` saves at once."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.show_list(request, [])
        if not self.has_change_permission(request):
            raise PermissionDenied
        do, _, name = request.POST.get("do", "").partition(" ")
        order = request.POST.getlist("order")
        if do in ("up", "down"):
            return self.show_list(request, moved(order, name, -1 if do == "up" else 1))
        if do in TRYING:
            return self.show_list(request, order, tried=name)
        try:
            said = self.carry_out(request, do, name, order)
        except Problem as problem:
            texts = [text for each in (problem.errors or {}).values() for text in each]
            messages.error(request, " ".join(texts) or problem.detail)
            return self.show_list(request, [], status=problem.status)
        if said:
            messages.success(request, said)
        return redirect(request.get_full_path())

    def carry_out(self, request: HttpRequest, do: str, name: str, order: list[str]) -> str:
        """Does what a button of the list asks for; says so. Raises Problem."""
        if do == "arrange":
            self.arrange(order, request.user)
            return f"The {self.noun}s are asked in this order from now on."
        rows = self.model._default_manager
        row = rows.filter(public_id=name[:40]).first() if name.isprintable() else None
        if do == "switch" and row is not None:
            switched = self.switch(row, request.user)
            return f"The {self.noun} “{row}” is {'on' if switched.is_on else 'off'}."
        return ""

    def show_list(
        self,
        request: HttpRequest,
        order: Sequence[str],
        *,
        tried: str | None = None,
        status: int = 200,
    ) -> HttpResponse:
        present = self.in_their_order()
        shown = in_order(present, order)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "is_moved": shown != present,
            "list_url": f"admin:{self.address}_changelist",
            "add_url": f"admin:{self.address}_add",
            "change_url": f"admin:{self.address}_change",
            "noun": self.noun,
            **self.listed(request, shown, present, tried=tried),
        }
        template = self.tried_template if is_part(request, TRIED) else self.list_template
        return TemplateResponse(request, template, context, status=status)


def in_order(rows: list[Any], order: Sequence[str]) -> list[Any]:
    """The rows in an order of public ids, where it names them all."""
    by_name = {row.public_id: row for row in rows}
    if sorted(order) != sorted(by_name):
        return rows
    return [by_name[name] for name in order]


def moved(order: list[str], name: str, by: int) -> list[str]:
    """An order with one name a place further up or down."""
    if name not in order:
        return order
    at = order.index(name)
    to = min(max(at + by, 0), len(order) - 1)
    rest = [*order[:at], *order[at + 1 :]]
    return [*rest[:to], name, *rest[to:]]
