"""The two documents that a host page loads: the loader and the frame."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

from ground.web import csp
from messenger.models import Installation
from messenger.sessions import settings_json

LOADER = "messenger/loader.js"


@require_GET
def loader(request: HttpRequest) -> HttpResponse:
    """The one script of the public snippet; cached shortly, since its address never changes."""
    try:
        with staticfiles_storage.open(stored_name(LOADER)) as file:
            script = file.read()
    except FileNotFoundError:
        path = finders.find(LOADER)
        if path is None:
            raise Http404 from None
        script = Path(path).read_bytes()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=600, stale-while-revalidate=86400"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def stored_name(name: str) -> str:
    hashed = getattr(staticfiles_storage, "hashed_files", {})
    return hashed.get(name, name)


@require_GET
@xframe_options_exempt
def frame(request: HttpRequest) -> HttpResponse:
    """The messenger's own document. Only the installation's sites may hold it in a frame."""
    installation = Installation.objects.filter(
        public_id=request.GET.get("app", "")[:40], is_active=True
    ).first()
    if installation is None:
        raise Http404
    context = {
        "installation": installation,
        "messenger_settings": settings_json(installation)
        | {"app": installation.public_id, "origins": installation.allowed_origins},
    }
    response = render(request, "messenger/frame.html", context)
    response["Cache-Control"] = "no-store"
    csp.use(response, csp.frame(installation.allowed_origins))
    return response
