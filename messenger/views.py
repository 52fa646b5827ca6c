"""The two documents that a host page loads: the loader and the frame."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import etag, require_GET

from ground.web import csp, languages
from messenger.appearance import settings_json
from messenger.models import Installation
from messenger.texts import language_of, texts_in

LOADER = "messenger/loader.js"


def loader_version(request: HttpRequest) -> str | None:
    """The ETag: the collected file's name says its content; None where nothing is collected."""
    name = stored_name(LOADER)
    return f'"{name}"' if name != LOADER else None


@require_GET
@etag(loader_version)
def loader(request: HttpRequest) -> HttpResponse:
    """The one script of the public snippet; cached shortly, since its address never changes."""
    script, encoding = compressed(request) or (plain_loader(), "")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    if encoding:
        response["Content-Encoding"] = encoding
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=600, stale-while-revalidate=86400"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def compressed(request: HttpRequest) -> tuple[bytes, str] | None:
    """The loader as it was compressed when it was collected, in a coding the browser takes."""
    accepted = request.headers.get("Accept-Encoding", "")
    for encoding, suffix in (("br", ".br"), ("gzip", ".gz")):
        name = stored_name(LOADER) + suffix
        if encoding in accepted and staticfiles_storage.exists(name):
            with staticfiles_storage.open(name) as file:
                return file.read(), encoding
    return None


def plain_loader() -> bytes:
    try:
        with staticfiles_storage.open(stored_name(LOADER)) as file:
            script: bytes = file.read()
            return script
    except FileNotFoundError:
        path = finders.find(LOADER)
        if path is None:
            raise Http404 from None
        return Path(path).read_bytes()


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
    locale = language_of(installation, request.GET.get("locale", "")[:35])
    context = {
        "installation": installation,
        "locale": locale,
        "direction": languages.direction(locale),
        "messenger_settings": settings_json(installation, locale)
        | {
            "app": installation.public_id,
            "origins": installation.allowed_origins,
            "texts": texts_in(locale),
        },
    }
    response = render(request, "messenger/frame.html", context)
    response["Cache-Control"] = "no-store"
    csp.use(response, csp.frame(installation.allowed_origins))
    return response
