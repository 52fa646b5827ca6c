"""The browsers in which a teammate is notified while no inbox is open."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ground.web import push
from inbox.forms import checked, named
from inbox.pages.requests import for_teammates, is_script
from people.actions import add_device, remove_device

WORKER = "workers/inbox.js"


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """What shows them. Its address sets its reach: all of the inbox."""
    return push.service_worker(WORKER)


class DeviceForm(forms.Form):
    """A push subscription, as browsers write it."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)


@for_teammates
@require_POST
def devices(request: HttpRequest) -> HttpResponse:
    """The browser that asks is notified from now on; with `remove` the one of that id no more."""
    if removed := named(request.POST, "remove"):
        remove_device(request.user, removed[0], by=request.user)
    else:
        add_device(
            request.user,
            session_key=request.session.session_key or "",
            agent=request.headers.get("User-Agent", "")[:500],
            by=request.user,
            **checked(DeviceForm(request.POST)),
        )
    if not is_script(request):
        return redirect("inbox:notification-settings")
    return render(request, "inbox/_devices.html", devices_of(request))


def devices_of(request: HttpRequest) -> dict[str, Any]:
    rows = list(request.user.devices.order_by("-id"))
    for row in rows:
        row.is_this = row.session_key == request.session.session_key
    return {
        "devices": rows,
        "is_here": any(row.is_this for row in rows),
        "push": push.offer(),
    }
