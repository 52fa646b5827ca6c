"""The two documents that a host page loads: the loader and the frame."""

from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.cache import get_conditional_response
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import etag, require_GET

from ground.web import coding, csp, languages
from ground.web.files import public_url
from messenger.api.base import own_origin
from messenger.drawings import drawings
from messenger.models import Installation
from messenger.texts import language_of, texts_in, texts_in_frame
from messenger.visitors import active_installation

LOADER = "messenger/loader.js"
# What the frame fetches only when somebody reaches for it.
LAZY = {
    "styles": "messenger/css/later.css",
    "emoji": "messenger/frame/views/emoji.js",
    "files": "messenger/frame/views/files.js",
    "gallery": "messenger/frame/views/gallery.js",
    "notify": "messenger/frame/views/notify.js",
    "onward": "messenger/frame/views/onward.js",
    "rating": "messenger/frame/views/rating.js",
    "refused": "messenger/frame/views/refused.js",
    "tabs": "messenger/frame/views/tabs.js",
}


def loader_version(request: HttpRequest) -> str | None:
    """The ETag: the collected file's name says its content; None where nothing is collected."""
    name = stored_name(LOADER)
    return f'"{name}"' if name != LOADER else None


@require_GET
@etag(loader_version)
def loader(request: HttpRequest) -> HttpResponse:
    """The one script of the public snippet; cached shortly, since its address never changes."""
    script, encoding = compressed_loader(request) or (plain_loader(), "")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    if encoding:
        response["Content-Encoding"] = encoding
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=600, stale-while-revalidate=86400"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def compressed_loader(request: HttpRequest) -> tuple[bytes, str] | None:
    """The loader as it was compressed when it was collected, in a coding the browser takes."""
    for encoding in coding.accepted(request):
        name = stored_name(LOADER) + coding.SUFFIXES[encoding]
        if staticfiles_storage.exists(name):
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
    installation = active_installation(request.GET.get("app", "")[:40])
    if installation is None:
        raise Http404
    locale = language_of(installation, request.GET.get("locale", "")[:35])
    return document(request, installation, locale)


def document(request: HttpRequest, installation: Installation, locale: str) -> HttpResponse:
    """The messenger's own document in one of our languages, also for what is only a preview."""
    context = {
        "installation": installation,
        "locale": locale,
        "direction": languages.direction(locale),
        "is_full": bool(request.GET.get("full")),
        "messenger_settings": {
            "app": installation.public_id,
            "name": installation.name,
            "origins": [own_origin(request), *installation.allowed_origins],
            "locale": locale,
            "texts": texts_in_frame(locale),
            "drawings": drawings(),
            "modules": {name: static(path) for name, path in LAZY.items()},
        },
    }
    response = render(request, "messenger/frame.html", context)
    # Nothing in it is about a visitor, so the browser may keep it and ask whether it still holds.
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'W/"{sha256(response.content).hexdigest()[:20]}"'
    coding.compress(request, response)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    csp.use(answer, csp.frame(installation.allowed_origins))
    return answer


@require_GET
def page(request: HttpRequest, app: str) -> HttpResponse:
    """The hosted page: the messenger alone, for companies without a site and for links in mails."""
    installation = active_installation(app[:40])
    if installation is None:
        raise Http404
    locale = language_of(installation, first_language(request))
    texts = texts_in(locale)
    context = {
        "installation": installation,
        "locale": locale,
        "direction": languages.direction(locale),
        "logo": public_url(installation.logo_key) or static("favicon.svg"),
        "gone": texts["page.gone"],
        "anew": texts["page.anew"],
        "needs_script": texts["page.script"],
    }
    response = render(request, "messenger/page.html", context)
    response["Cache-Control"] = "private, no-cache"
    # Its address may hold a signed link.
    response["Referrer-Policy"] = "no-referrer"
    csp.use(response, csp.messenger_page())
    return response


def first_language(request: HttpRequest) -> str:
    """What the address asks for, or else what the browser likes best."""
    asked = request.GET.get("locale") or request.headers.get("Accept-Language", "")
    return asked.partition(",")[0].partition(";")[0].strip()[:35]
