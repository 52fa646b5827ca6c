"""Search: one page of results, with an address of its own."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from inbox import finding
from inbox.finding.query import OPERATORS
from inbox.finding.search import BEST, NEWEST, ORDERS
from inbox.pages.requests import for_teammates, part_wanted

# How far below the message found the stretch of its thread goes that a page without scripts shows.
BELOW = 20


@for_teammates
@require_safe
def show_results(request: HttpRequest) -> HttpResponse:
    """`q` is what is asked for, `order` newest or best, `cursor` where the page before ended."""
    text = request.GET.get("q", "")
    order = request.GET.get("order", NEWEST)
    order = order if order in ORDERS else NEWEST
    cursor = request.GET.get("cursor") or None
    found = finding.search(text, viewer=request.user, order=order, cursor=cursor)
    for hit in found.hits:
        hit.conversation.address = address_of(hit)
    more = {"q": text, "order": order, "cursor": found.next}
    context = {
        "text": text,
        "order": order,
        "other_order": BEST if order == NEWEST else NEWEST,
        "found": found,
        "is_first_page": cursor is None,
        "more": f"{request.path}?{urlencode(more)}" if found.next else "",
        "operators": OPERATORS.items(),
        "is_anything": bool(found.hits or found.contacts or found.companies),
    }
    is_part = part_wanted(request) == "results"
    template = "inbox/_results.html" if is_part else "inbox/search.html"
    return render(request, template, context)


def address_of(hit: finding.Hit) -> str:
    """Where a result leads: into the conversation, to the message found."""
    address = reverse("inbox:conversation", args=["all", hit.conversation.public_id])
    if hit.message is None:
        return address
    before = hit.message.seq + BELOW
    cut = f"?before={before}" if before <= hit.conversation.last_seq else ""
    return f"{address}{cut}#message-{hit.message.public_id}"
