"""What asks for the teammate's attention, and how they wish to be told."""

from datetime import time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from ground.web.paging import keyset, limit_from
from inbox import actions, attention
from inbox.actions.trying import try_ways
from inbox.forms import ZoneField, checked, named
from inbox.models import Notification
from inbox.pages.bell import bell, with_words
from inbox.pages.devices import devices_of
from inbox.pages.parts import visible_to
from inbox.pages.requests import for_teammates, is_script, part_wanted, unless_known
from people.actions import prefer

# What names them for undo goes in a header, and proxies take no long ones.
NAMED_MAX = 100
ORDER = ("-happened_at", "-id")


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """GET: what waits for the teammate. POST clears `notification`s, what is about a
    `conversation`, or `all`; `restore` brings back what was cleared."""
    if request.method == "POST":
        return change(request)
    return shown(request)


def shown(request: HttpRequest) -> HttpResponse:
    visible = visible_to(request)
    if part_wanted(request) == "bell":
        answer = render(request, "inbox/_bell.html", bell(request.user, visible))
        return unless_known(request, answer)
    rows = Notification.objects.of(request.user, visible)
    page = keyset(rows, order=ORDER, cursor=request.GET.get("cursor"), limit=limit_from(request))
    with_words(page.items)
    return render(request, "inbox/notifications.html", {"page": page})


def change(request: HttpRequest) -> HttpResponse:
    if restored := named(request.POST, "restore")[:NAMED_MAX]:
        actions.restore(request.user, restored)
        return answer(request, [])
    own = Notification.objects.open().filter(teammate=request.user)
    if "all" not in request.POST:
        conversations = named(request.POST, "conversation")[:NAMED_MAX]
        names = named(request.POST, "notification")[:NAMED_MAX]
        own = own.filter(public_id__in=names) | own.filter(
            side=None, conversation__public_id__in=conversations
        )
    return answer(request, actions.clear(own.order_by(*ORDER)))


def answer(request: HttpRequest, cleared: list[str]) -> HttpResponse:
    if not is_script(request):
        return redirect("inbox:notifications")
    response = shown(request)
    if cleared and "is_quiet" not in request.POST:
        is_all = len(cleared) <= NAMED_MAX
        words = "Cleared." if is_all else f"Cleared. The latest {NAMED_MAX} can be brought back."
        said = {"words": words, "cleared": cleared[:NAMED_MAX], "url": request.path}
        trigger_client_event(response, "inbox:cleared", said)
    return response


class SettingsForm(forms.Form):
    """By which ways each kind of news comes, and when nothing does."""

    has_sound = forms.BooleanField(required=False)
    has_words = forms.BooleanField(required=False)
    is_quiet = forms.BooleanField(required=False)
    quiet_from = forms.TimeField(required=False)
    quiet_to = forms.TimeField(required=False)
    timezone = ZoneField(required=False, max_length=64)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        begins, ends = data.get("quiet_from"), data.get("quiet_to")
        if data.get("is_quiet") and not self.errors and (begins is None or ends is None):
            self.add_error("quiet_from", "Say from when and until when.")
        return data


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """GET: how the teammate is told of what. POST: keeps it."""
    if request.method == "POST":
        data = checked(SettingsForm(request.POST))
        request.user = prefer(
            request.user, attention.SUBJECT, wishes(request, data), by=request.user
        )
        if not is_script(request):
            return redirect("inbox:notification-settings")
    return page_of_settings(request)


def page_of_settings(request: HttpRequest, **more: Any) -> HttpResponse:
    wished = attention.wishes_of(request.user)
    rows = [
        (name, kind.label, wished.ways.get(name, kind.ways))
        for name, kind in attention.KINDS.items()
    ]
    context = {
        "ways": attention.WAYS,
        "rows": [
            (
                name,
                label,
                [(way, words, way in on) for way, words in attention.WAYS.items()],
                name not in wished.silent,
            )
            for name, label, on in rows
        ],
        "wishes": wished,
        "is_kept": request.method == "POST",
        **more,
        **devices_of(request),
    }
    return render(request, "inbox/notification_settings.html", context)


@for_teammates
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Tries every way by which the teammate can be told, and says what became of it."""
    hops = try_ways(request.user, pops_up=not is_script(request))
    if is_script(request):
        return render(request, "inbox/_tried.html", {"hops": hops})
    return page_of_settings(request, hops=hops)


def wishes(request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    """What was chosen, as preferences keep it: only what differs from the house's ways."""
    chosen = {
        name: [way for way in attention.WAYS if f"{name}_{way}" in request.POST]
        for name in attention.KINDS
    }
    kinds = {name: ways for name, ways in chosen.items() if set(ways) != attention.KINDS[name].ways}
    quiet = {
        "from": written(data["quiet_from"]),
        "to": written(data["quiet_to"]),
        "zone": str(data["timezone"]),
    }
    silent = [name for name in attention.KINDS if f"{name}_sound" not in request.POST]
    kept = request.user.preferences.get(attention.SUBJECT) or {}
    return {
        **({"kinds": kinds} if kinds else {}),
        **({"silent": silent} if silent else {}),
        **({"until": kept["until"]} if kept.get("until") else {}),
        **({"sound": True} if data["has_sound"] else {}),
        **({"words": True} if data["has_words"] else {}),
        **({"quiet": quiet} if data["is_quiet"] else {}),
    }


def written(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""
