"""Search: a page of results with an address of its own, and the palette's part of it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from inbox import default_views, finding
from inbox.finding.meaning import Among
from inbox.finding.query import LENGTH_MAX, OPERATORS
from inbox.finding.search import BEST, NEWEST, ORDERS
from inbox.models import Conversation, Macro
from inbox.pages.conditions import chips_of, list_query, shown_list
from inbox.pages.macros import with_words
from inbox.pages.parts import here_fields, visible_to
from inbox.pages.requests import for_teammates, part_wanted
from inbox.person import company_in, person_in
from inbox.variables import fill, values_for
from inbox.zones import zone_of
from people.models import Teammate

# How far below the message found the stretch of its thread goes that a page without scripts shows.
BELOW = 20
OFFERED = 5
ID_MAX = 40


@for_teammates
@require_safe
def show_results(request: HttpRequest) -> HttpResponse:
    """`q` is what is asked for, `order` newest or best, `cursor` where the page before ended.

    `view` and `filter` name the list from which one came; with `here` only that is searched.
    """
    text = request.GET.get("q", "")
    order = request.GET.get("order", NEWEST)
    order = order if order in ORDERS else NEWEST
    cursor = request.GET.get("cursor") or None
    zone = zone_of(request.user)
    scope = scope_of(request)
    found = finding.search(
        text,
        viewer=request.user,
        order=order,
        cursor=cursor,
        zone=zone,
        among=scope.among(request.user) if scope and scope.is_on else None,
    )
    slug = "all"
    if scope and scope.is_on:
        slug, found.remarks = scope.view.slug, [*scope.view.faults, *found.remarks]
    for hit in found.hits:
        hit.conversation.address = address_of(hit, slug)
    more = {"q": text, "order": order, "cursor": found.next} | (scope.fields if scope else {})
    context = {
        "text": text,
        "order": order,
        "other_order": BEST if order == NEWEST else NEWEST,
        "found": found,
        "scope": scope,
        "is_first_page": cursor is None,
        "more": f"{request.path}?{urlencode(more)}" if found.next else "",
        "operators": OPERATORS.items(),
        "is_anything": bool(found.hits or found.asides or found.contacts or found.companies),
    } | known_of(found, request.user)
    is_part = part_wanted(request) == "results"
    template = "inbox/_results.html" if is_part else "inbox/search.html"
    return render(request, template, context)


def known_of(found: finding.Found, viewer: Teammate) -> dict[str, Any]:
    """Who or what a search names by its id, and the name of that."""
    person = None if found.faults else person_in(found.query, viewer)
    company = None if found.faults else company_in(found.query)
    whose = person.contact.display_name if person else company.name if company else ""
    asked = found.query.filters
    return {
        "person": person,
        "company": company,
        "whose": whose,
        "is_narrowed": len(asked) + len(found.query.terms) > 1,
        "is_open_only": any((each.name, each.value) == ("is", "open") for each in asked),
    }


@dataclass(frozen=True)
class Scope:
    """The list from which somebody came to search; `is_on` when only it is searched."""

    view: default_views.View
    words: list[str]
    fields: dict[str, str]
    is_on: bool
    # The same search the other way, and the way back to the list.
    other_url: str
    back_url: str

    def among(self, viewer: Teammate) -> Among:
        return lambda conversations: self.view.narrow(conversations, viewer)


def scope_of(request: HttpRequest) -> Scope | None:
    """Raises NotFound for a view that is not there, Invalid for what is no filter."""
    slug = request.GET.get("view", "")
    if not slug:
        return None
    view = shown_list(request, slug)
    is_on = bool(request.GET.get("here"))
    asked = {name: request.GET[name] for name in ("q", "order") if name in request.GET}
    here = here_fields(view)
    place = {name: value for name, value in here.items() if name != "here"}
    return Scope(
        view,
        [chip["words"] for chip in chips_of(view, "", request.user)],
        here if is_on else place,
        is_on,
        f"{request.path}?{urlencode(asked | (place if is_on else here))}",
        reverse("inbox:view", args=[slug]) + list_query(view, ""),
    )


@for_teammates
@require_safe
def offer_palette(request: HttpRequest) -> HttpResponse:
    """What the palette cannot know by itself: people, conversations, and macros filled in for the
    conversation `in`, if there is one on screen."""
    text = request.GET.get("q", "").strip()[:LENGTH_MAX]
    zone = zone_of(request.user)
    found = finding.search(text, viewer=request.user, limit=OFFERED, zone=zone)
    shown = visible_to(request).filter(public_id=request.GET.get("in", "")[:ID_MAX])
    conversation = shown.select_related("contact__company").first()
    macros = filled_macros(text, conversation, request) if conversation else []
    context = {"text": text, "found": found, "macros": macros}
    return render(request, "inbox/_palette_found.html", context)


def filled_macros(text: str, conversation: Conversation, request: HttpRequest) -> list[Macro]:
    named = list(Macro.objects.visible_to(request.user).named_like(text)[:OFFERED])
    values = values_for(conversation, request.user) if named else {}
    for macro in named:
        macro.filled = fill(macro.body, values)
    return with_words(named, request.user)


def address_of(hit: finding.Hit, slug: str) -> str:
    """Where a result leads: into the conversation in a view, to the message found."""
    address = reverse("inbox:conversation", args=[slug, hit.conversation.public_id])
    if hit.message is None:
        return address
    if hit.part is not None:
        return f"{address}#part-{hit.part.public_id}"
    before = hit.message.seq + BELOW
    cut = f"?before={before}" if before <= hit.conversation.last_seq else ""
    return f"{address}{cut}#message-{hit.message.public_id}"
