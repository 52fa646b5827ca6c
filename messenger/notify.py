"""The pages around notices: asking a browser whether it may notify, its service worker, and ending
the mails about a conversation."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from ground.web import languages, push
from ground.web.problems import NotAuthenticated, NotFound
from messenger import away
from messenger.appearance import on_color
from messenger.links import conversation_to_stop
from messenger.models import Installation
from messenger.texts import language_of, texts_in
from messenger.visitors import active_installation

WORKER = "messenger/sw.js"
SCOPE = "/m/"


@require_GET
def ask(request: HttpRequest, app: str) -> HttpResponse:
    """The small window in which a browser is asked for permission: an embedded page may not ask.

    The messenger's frame opens it and hands the visitor's token to it.
    """
    installation = active_installation(app)
    if installation is None:
        raise Http404
    locale = language_of(installation, request.GET.get("locale", "")[:35])
    texts = said(installation, locale, "away.notify.")
    context = page_context(installation, locale) | {
        "texts": texts,
        "data": {"push": push.offer(), "scope": SCOPE, "locale": locale, "texts": texts},
    }
    response = render(request, "messenger/notify.html", context)
    response["Cache-Control"] = "no-store"
    # The frame that opened it stays within reach; both look at each other's origin.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """What shows notifications of replies. Its address sets its reach: SCOPE."""
    return push.service_worker(WORKER)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, signed: str) -> HttpResponse:
    """Ends the mails about one conversation. The signature in the address is the permission: mail
    programs post here by themselves (RFC 8058); to look changes nothing."""
    try:
        conversation = conversation_to_stop(signed)
    except NotAuthenticated as problem:
        raise NotFound(problem.detail) from None
    installation = away.installation_of(conversation)
    if installation is None:
        raise NotFound
    if request.method == "POST":
        away.stop_mails(conversation)
    locale = language_of(installation, conversation.contact.locale)
    texts = said(installation, locale, "away.stop.")
    context = page_context(installation, locale) | {
        "texts": texts,
        "is_done": request.method == "POST",
    }
    response = render(request, "messenger/stop.html", context)
    response["Cache-Control"] = "no-store"
    return response


def page_context(installation: Installation, locale: str) -> dict[str, object]:
    return {
        "installation": installation,
        "locale": locale,
        "direction": languages.direction(locale),
        "on_color": on_color(installation.color),
    }


def said(installation: Installation, locale: str, prefix: str) -> dict[str, str]:
    """The texts of one page by the rest of their keys, the installation's name filled in."""
    return {
        key.removeprefix(prefix): text.replace("{name}", installation.name)
        for key, text in texts_in(locale).items()
        if key.startswith(prefix)
    }
