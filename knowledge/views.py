"""`/help/`: what everybody may read, without a log-in and without scripts.

Every page is the same for all who ask for its address, so that browsers and proxies may keep it;
they ask each time whether it still holds, and are answered by its ETag.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ground.web import coding, csp, languages
from ground.web.problems import NotAllowed
from ground.web.throttles import sender_of, spend
from knowledge import reading, showing
from knowledge.actions import rate_article
from knowledge.models import Article, HelpCenter
from knowledge.searching import LENGTH_MAX, search

MOVED = 301
SEARCHES, MINUTE = 120, 60
RATINGS, HOUR = 60, 3600


@require_safe
def entrance(request: HttpRequest) -> HttpResponse:
    """GET /help/: to the reader's own language, if something is published in it."""
    locale = reading.language_for(request.headers.get("Accept-Language", ""), HelpCenter.current())
    answer = HttpResponseRedirect(reverse("knowledge:home", args=[locale]))
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


@require_safe
def home(request: HttpRequest, locale: str) -> HttpResponse:
    """GET /help/<locale>/: the collections."""
    reader = reader_of(request, locale)
    shelves = reading.shelves(locale, reader.order)
    context = {"shelves": [showing.drawn(shelf, locale) for shelf in shelves]}
    shown = showing.Shown(context, home_address, locale)
    return page(request, reader, "knowledge/home.html", shown)


@require_safe
def collection(request: HttpRequest, locale: str, slug: str) -> HttpResponse:
    """GET /help/<locale>/c/<slug>/: its articles, fifty at a time (`?after=` an article's id)."""
    reader = reader_of(request, locale)
    found = reading.collection_at(locale, slug, reader.order)
    if found.moved_to:
        return moved(found.moved_to)
    if found.text is None:
        return missing(request, reader)
    last = last_of(request)
    shown = showing.collection_page(found.text, reader, last)
    return page(request, reader, "knowledge/collection.html", shown)


@require_safe
def article(request: HttpRequest, locale: str, slug: str) -> HttpResponse:
    """GET /help/<locale>/a/<slug>/: an article in the best language that there is."""
    reader = reader_of(request, locale)
    found = reading.article_at(locale, slug, reader.order)
    if found.moved_to:
        return moved(found.moved_to)
    if found.text is None:
        return missing(request, reader)
    shown = showing.article_page(found.text, reader)
    return page(request, reader, "knowledge/article.html", shown)


@csrf_exempt
@require_POST
def feedback(request: HttpRequest, locale: str, slug: str) -> HttpResponse:
    """POST /help/<locale>/a/<slug>/feedback/ (`helped` yes or no, `words`): a page that says thank
    you; for the script only that part. Pages hold no token, as they are the same for all: what
    another site sends in a reader's name is refused."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise NotAllowed("Say it on the page of the article.")
    reader = reader_of(request, locale)
    found = reading.article_at(locale, slug, reader.order)
    if found.text is None:
        return missing(request, reader)
    address = str(request.META.get("REMOTE_ADDR", ""))
    spend("help-feedback", sender_of(address), limit=RATINGS, seconds=HOUR)
    said = {"yes": True, "no": False}.get(request.POST.get("helped", ""))
    browser = request.headers.get("User-Agent", "")[:500]
    row = rate_article(
        found.text,
        visitor=f"{address} {browser}",
        helped=said,
        words=request.POST.get("words", ""),
    )
    is_part = request.headers.get("X-Part") == "thanks"
    context = {
        **reader.context,
        "helped": row.helped,
        "is_said": bool(row.words) or row.helped,
        "feedback": request.path,
        "back": reverse("knowledge:article", args=[locale, slug]),
        "title": found.text.shown.title,
    }
    template = "knowledge/_thanks.html" if is_part else "knowledge/thanks.html"
    answer = render(request, template, context)
    answer["Cache-Control"] = "private, no-store"
    csp.use(answer, csp.help_page())
    return answer


@require_safe
def find(request: HttpRequest, locale: str) -> HttpResponse:
    """GET /help/<locale>/search/?q=: at most twenty articles; for the script only the list."""
    reader = reader_of(request, locale)
    sender = sender_of(str(request.META.get("REMOTE_ADDR", "")))
    spend("help-search", sender, limit=SEARCHES, seconds=MINUTE)
    asked = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LENGTH_MAX]
    results = search(asked, locale, reader.order)
    context = {**reader.context, "asked": asked, "results": results}
    if request.headers.get("X-Part") == "results":
        answer = render(request, "knowledge/_results.html", context)
    else:
        answer = render(request, "knowledge/search.html", context)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    csp.use(answer, csp.help_page())
    return answer


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """GET /help/sitemap.xml: every page that says something of its own."""
    context = {"pages": showing.sitemap()}
    answer = render(request, "knowledge/sitemap.xml", context, content_type="application/xml")
    return kept(request, answer, HelpCenter.current())


# ---- what they share -----------------------------------------------------------------------------


def reader_of(request: HttpRequest, locale: str) -> showing.Reader:
    """Who reads at an address in this language. Raises Http404 for one that is none."""
    if locale not in languages.NAMES:
        raise Http404
    return showing.Reader.of(locale, HelpCenter.current())


def home_address(locale: str) -> str:
    return reverse("knowledge:home", args=[locale])


def last_of(request: HttpRequest) -> Article | None:
    """The article after which the page begins. Raises Http404 for one that is gone."""
    after = request.GET.get("after")
    if after is None:
        return None
    found = Article.objects.filter(public_id=after[:40]).first() if after.isprintable() else None
    if found is None:
        raise Http404
    return found


def moved(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address, status=MOVED)
    answer["Cache-Control"] = "public, no-cache"
    return answer


def missing(request: HttpRequest, reader: showing.Reader) -> HttpResponse:
    answer = render(request, "knowledge/missing.html", reader.context, status=404)
    csp.use(answer, csp.help_page())
    return answer


def page(
    request: HttpRequest, reader: showing.Reader, template: str, shown: showing.Shown
) -> HttpResponse:
    tongues = reader.languages(shown.address, shown.original)
    context = {**reader.context, **tongues, **shown.context}
    return kept(request, render(request, template, context), reader.center)


def kept(request: HttpRequest, answer: HttpResponse, center: HelpCenter) -> HttpResponse:
    """May be kept by everybody, and is asked for each time."""
    answer["Cache-Control"] = "public, no-cache"
    answer["ETag"] = f'W/"{sha256(answer.content).hexdigest()[:20]}"'
    if isinstance(center.changed_at, datetime):
        answer["Last-Modified"] = http_date(center.changed_at.timestamp())
    coding.compress(request, answer)
    found = get_conditional_response(request, etag=answer["ETag"], response=answer)
    csp.use(found or answer, csp.help_page())
    return found or answer
