"""What the inbox's pages show, part by part."""

import uuid
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django_htmx.http import trigger_client_event

from ground.web.paging import Page, keyset, limit_from
from ground.web.problems import Invalid, NotFound, Unavailable
from ground.web.timing import OutOfTime, within
from inbox import default_views
from inbox.actions.releasing import may_release
from inbox.asking import ASKED_MS, TOO_SLOW
from inbox.beginnings import show_splits
from inbox.forms import PUBLIC_ID, WindowForm, checked
from inbox.keyboard import enter_sends
from inbox.models import Conversation, LaterMessage, Message
from inbox.naming import keep_teams_private
from inbox.orders import Order
from inbox.pages.bell import bell
from inbox.pages.beside import side_shown
from inbox.pages.conditions import FILTER, chips_of, list_query, written
from inbox.pages.requests import is_script, part_wanted, version_of
from inbox.parts import show_parts
from inbox.querysets import ConversationQuerySet
from inbox.rail import saved_with_counts, sizes_of
from inbox.record import record_of
from inbox.unfinished import drafts_of
from people.models import Tag, Team, Teammate
from people.models.teammate import Capability

THREAD_WINDOW = 50
CATCH_UP_WINDOW = 100
# How long a reply waits where nobody waits by default, for who wants to.
HOLD_SECONDS = 5
# A list on screen is taken anew as far as it was loaded: 300 rows by scrolling, and what has come
# live since.
ROWS_MAX = 400


def visible_to(request: HttpRequest) -> ConversationQuerySet:
    """What the teammate may see. Asks for their teams, so a page makes it once and hands it on."""
    return Conversation.objects.visible_to(request.user)


def find(visible: ConversationQuerySet, name: str) -> Conversation:
    """Raises NotFound for what does not exist and for what is not visible, alike."""
    found = visible.for_list().select_related("contact__company").filter(public_id=name).first()
    if found is None:
        raise NotFound("There is no such conversation, or it is not yours to see.")
    return found


def rail(
    request: HttpRequest, view: default_views.View, visible: ConversationQuerySet
) -> dict[str, Any]:
    views, team_views = default_views.with_counts(request.user, visible)
    saved_views = saved_with_counts(request.user, visible)
    known = [*views, *team_views, *saved_views]
    count = next((size for each, size in known if each.slug == view.slug), None)
    if view.is_void:
        count = None
    elif view.filters is not None or (view.saved and count is None):
        count = sizes_of([view], request.user, visible).get(view.slug)
    return {
        "view": view,
        "views": views,
        "team_views": team_views,
        "saved_views": saved_views,
        "count": count,
        "live_url": settings.LIVE_URL,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }


def rows(
    request: HttpRequest, view: default_views.View, visible: ConversationQuerySet
) -> dict[str, Any]:
    shown = view.narrow(visible, request.user).for_list().with_read_marks(request.user)
    cursor = request.GET.get("cursor")
    order = view.order(request.GET.get("order"))
    page = page_of(request, view, shown, order)
    if page is None:
        view, page = replace(view, faults=(*view.faults, TOO_SLOW)), Page([], None)
    return {
        "view": view,
        "page": page,
        "order": order,
        "order_query": list_query(view, order.slug),
        "more_query": list_query(view, order.slug, cursor=page.next) if page.next else "",
        "is_usual_order": order == view.orders[0],
        "orders": [(each, list_query(view, each.slug)) for each in view.orders],
        "chips": chips_of(view, order.slug, request.user),
        "here_query": f"?{urlencode(here_fields(view))}",
        "filter_text": "" if view.filters is None else written(view.filters),
        "is_first_page": cursor is None,
        "cursor": cursor or "",
        "rows_max": ROWS_MAX,
        "can_export": request.user.can(Capability.EXPORT),
    }


def here_fields(view: default_views.View) -> dict[str, str]:
    """How a search is told that it is about one list."""
    filters = {} if view.filters is None else {FILTER: written(view.filters)}
    return {"view": view.slug, **filters, "here": "yes"}


def page_of(
    request: HttpRequest, view: default_views.View, shown: ConversationQuerySet, order: Order
) -> Page[Conversation] | None:
    """The page of a list that is asked for; None where what a condition asks takes too long.
    Raises Unavailable then for a list that is on screen already."""
    limit, cursor = limit_from(request, most=ROWS_MAX), request.GET.get("cursor")
    if not view.is_asked:
        return keyset(shown, order=order.keys, cursor=cursor, limit=limit)
    among = request.GET.get("among")
    try:
        with within(ASKED_MS):
            if among is not None:
                return Page(those_of(shown, among), None)
            return keyset(shown, order=order.keys, cursor=cursor, limit=limit)
    except OutOfTime:
        if part_wanted(request) == "rows":
            raise Unavailable(TOO_SLOW) from None
        return None


def those_of(shown: ConversationQuerySet, among: str) -> list[Conversation]:
    """Of these conversations, named with commas between, those that the list shows. Raises
    Invalid."""
    names = among.split(",")
    if len(names) > settings.PAGE_SIZE_MAX or not all(map(PUBLIC_ID.fullmatch, names)):
        raise Invalid(errors={"among": [f"Name 1 to {settings.PAGE_SIZE_MAX} conversations."]})
    return list(shown.filter(public_id__in=names))


@dataclass(frozen=True)
class Window:
    """A stretch of a thread, ascending; seq is dense, so its ends tell whether there is more."""

    messages: list[Message]
    last_seq: int

    @property
    def has_older(self) -> bool:
        return bool(self.messages) and self.messages[0].seq > 1

    @property
    def has_newer(self) -> bool:
        return bool(self.messages) and self.messages[-1].seq < self.last_seq

    def seen_mark(self, contact_read_seq: int) -> int | None:
        """The `public_seq` of our last words that the contact has seen."""
        ours = (m for m in self.messages if m.is_public and m.author_type != Message.Author.CONTACT)
        seen = [m.public_seq for m in ours if m.public_seq <= contact_read_seq]
        return seen[-1] if seen else None


def window(conversation: Conversation, *, after: int | None, before: int | None) -> Window:
    """The messages after a seq, before one, or (neither) the newest."""
    limit = THREAD_WINDOW if after is None else CATCH_UP_WINDOW
    stretch = conversation.messages.window("seq", after=after, before=before, limit=limit)
    return Window(stretch, conversation.last_seq)


def show_lines(request: HttpRequest, shown: Window) -> None:
    """Brings along what lines of a thread show besides, and keeps from the reader what they may not
    know."""
    show_parts(shown.messages, lambda: visible_to(request))
    show_splits(shown.messages, lambda: visible_to(request))
    keep_teams_private(shown.messages, lambda: Team.objects.hidden_from(request.user))


def thread(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    limits = checked(WindowForm(request.GET))
    shown = window(conversation, after=None, before=limits["before"])
    show_lines(request, shown)
    marker = conversation.read_markers.filter(teammate=request.user).first()
    begun = drafts_of(conversation, request.user)
    return {
        "conversation": conversation,
        "window": shown,
        "seen_mark": shown.seen_mark(conversation.contact_read_seq),
        "read_seq": marker.seq if marker else 0,
        "own_messages": [stand_in(request.user, kind) for kind in ("reply", "note")],
        "new_client_id": begun.get("reply", {}).get("client_id") or uuid.uuid4(),
        "begun": begun,
        "hold_seconds": hold_seconds(request.user),
        "enter_sends": enter_sends(request.user),
        "hold_when_on": hold_when_on(),
        "selected": conversation.public_id,
        "can_reply": request.user.can(Capability.REPLY),
        "can_note": request.user.can(Capability.NOTE),
        "can_close": request.user.can(Capability.MANAGE),
    } | later_of(request, conversation)


def later_of(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """The replies that wait here, as far as they are the teammate's business."""
    rows = list(conversation.later_messages.shown_to(request.user))
    can_reply = request.user.can(Capability.REPLY)
    for row in rows:
        row.can_release = (
            can_reply and row.needs_release and may_release(request.user, row.teammate)
        )
    return {
        "conversation": conversation,
        "later_messages": rows,
        "discarded": discarded(request, conversation),
        "can_reply": can_reply,
    }


def discarded(request: HttpRequest, conversation: Conversation) -> LaterMessage | None:
    """What the teammate has just discarded, as the address of a page without scripts names it."""
    name = request.GET.get("discarded", "")
    if is_script(request) or not PUBLIC_ID.fullmatch(name):
        return None
    own = conversation.later_messages.filter(teammate=request.user, is_discarded=True)
    return own.filter(public_id=name).first()


def hold_seconds(teammate: Teammate) -> int:
    """How long a teammate's replies wait in which they can be taken back; 0 for not at all."""
    wished: int = teammate.preferences.get("writing", {}).get(
        "hold_seconds", settings.UNDO_SEND_SECONDS
    )
    return hold_when_on() if wished else 0


def hold_when_on() -> int:
    """How long replies wait of whoever wants that, in seconds."""
    length: int = settings.UNDO_SEND_SECONDS
    return length or HOLD_SECONDS


def head(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "teammates": Teammate.objects.active().only(
            "public_id", "name", "email", "avatar_key", "is_away"
        ),
        "teams": Team.objects.visible_to(request.user),
        "priorities": list(reversed(Conversation.Priority)),
        "offered_tags": offered_tags(conversation),
        "is_following": conversation.followers.filter(teammate=request.user).exists(),
        "can_manage": request.user.can(Capability.MANAGE),
        "can_block": request.user.can(Capability.EDIT_CONTACTS),
    }


def offered_tags(conversation: Conversation) -> list[dict[str, Any]]:
    """All tags to choose from, and whether the conversation has them."""
    has = {tag["id"] for tag in conversation.shown_tags}
    gone = [tag | {"is_on": True} for tag in conversation.shown_tags]
    offered = [tag.shown | {"is_on": tag.public_id in has} for tag in Tag.objects.offered()]
    known = {tag["id"] for tag in offered}
    return [tag for tag in gone if tag["id"] not in known] + offered


def stand_in(teammate: Teammate, kind: str) -> Message:
    """What the browser copies for a message of its own that the server has not stored yet."""
    return Message(
        public_id="",
        kind=kind,
        author_type=Message.Author.TEAMMATE,
        teammate=teammate,
        author_name=str(teammate),
        created_at=timezone.now(),
    )


def whole_conversation(
    request: HttpRequest, conversation: Conversation, visible: ConversationQuerySet
) -> dict[str, Any]:
    return (
        thread(request, conversation)
        | head(request, conversation)
        | {"record": record_of(conversation, visible, request.user)}
        | side_shown(request, conversation)
    )


def with_bell(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The version of a page's bell, by which the page asks for it again."""
    text = render_to_string("inbox/_bell.html", context, request)
    return context | {"bell_version": version_of(text.encode())}


def listed(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The rows of a page, and their version, by which the page asks for them again."""
    text = render_to_string("inbox/_rows.html", context, request)
    return context | {"listed": text, "rows_version": version_of(text.encode())}


def drawn(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The conversation of a page, and its version: by that the page asks for what has changed
    since, once it hears of changes."""
    text = render_to_string("inbox/_conversation.html", context, request)
    return listed(request, context | {"drawn": text, "version": version_of(text.encode())})


def render_page(
    request: HttpRequest,
    view: default_views.View,
    conversation: Conversation,
    visible: ConversationQuerySet,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = (
        rail(request, view, visible)
        | bell(request.user, visible)
        | rows(request, view, visible)
        | whole_conversation(request, conversation, visible)
        | more
    )
    context = with_bell(request, drawn(request, context))
    return render(request, "inbox/inbox.html", context, status=status)


def render_head(
    request: HttpRequest, view: default_views.View, conversation: Conversation
) -> HttpResponse:
    context = {"view": view} | head(request, conversation)
    return render(request, "inbox/_head.html", context)


def done(
    request: HttpRequest,
    view: str,
    conversation: Conversation,
    words: str,
    *,
    undo: dict[str, str],
    is_partly: bool = False,
) -> HttpResponse:
    """Back to the conversation; for a script its new head, and what to say about it. `is_partly`:
    not all that was asked for could be done."""
    if not is_script(request):
        if visible_to(request).filter(pk=conversation.pk).exists():
            return redirect("inbox:conversation", view, conversation.public_id)
        return redirect("inbox:view", view)
    response = render_head(request, default_views.find(view, request.user), conversation)
    said = {
        "words": words,
        "undo": {"url": request.path, "values": undo} if undo else None,
        "conversation": conversation.public_id,
        "status": conversation.status,
        "is_partly": is_partly,
    }
    return trigger_client_event(response, "inbox:done", said)
