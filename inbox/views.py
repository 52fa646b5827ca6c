"""The inbox's pages, and the same parts of them as fragments.

A request of ours names the part of the page it wants in the `HX-Target` header; without it the
whole page is the answer. Every address works as a plain page and as a plain form.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import trigger_client_event

from ground.web import files
from ground.web.paging import keyset, limit_from
from ground.web.problems import (
    Invalid,
    NewerMessages,
    NotAuthenticated,
    NotFound,
    Problem,
    TooLarge,
)
from inbox import actions, default_views, wording
from inbox.forms import (
    AvailabilityForm,
    BlockForm,
    MessageForm,
    SeqForm,
    StatusForm,
    WindowForm,
    assignment,
    attachments,
    checked,
    steps,
)
from inbox.models import Attachment, Conversation, Message
from inbox.querysets import ConversationQuerySet
from inbox.record import record_of
from people.actions import block_contact, change_avatar, set_away, unblock_contact
from people.models import Tag, Team, Teammate
from people.models.teammate import Capability

THREAD_WINDOW = 50
CATCH_UP_WINDOW = 100
MACROS_MAX = 10


def for_teammates(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers logged-in teammates only, and is never stored by a cache.

    A page that is still open from before somebody else logged in must not write in their name: its
    scripts say whose page it is.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if is_script(request):
                raise NotAuthenticated("You have been logged out. Log in again to go on.")
            return redirect_to_login(request.get_full_path())
        owner = request.headers.get("X-Teammate", request.user.public_id)
        if owner != request.user.public_id:
            raise NotAuthenticated("Somebody else has logged in here. Reload the page.")
        return view(request, *args, **kwargs)

    return guarded


def is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def part_wanted(request: HttpRequest) -> str:
    return request.headers.get("HX-Target", "") if is_script(request) else ""


# ---- what a page shows ---------------------------------------------------------------------------


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
    count = next((size for each, size in views + team_views if each.slug == view.slug), 0)
    return {
        "view": view,
        "views": views,
        "team_views": team_views,
        "count": count,
        "live_url": settings.LIVE_URL,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }


def rows(
    request: HttpRequest, view: default_views.View, visible: ConversationQuerySet
) -> dict[str, Any]:
    shown = view.narrow(visible, request.user).for_list().with_read_seq(request.user)
    cursor = request.GET.get("cursor")
    page = keyset(shown, cursor=cursor, limit=limit_from(request))
    return {
        "view": view,
        "page": page,
        "is_first_page": cursor is None,
        "rows_max": settings.PAGE_SIZE_MAX,
    }


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


def thread(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    limits = checked(WindowForm(request.GET))
    shown = window(conversation, after=None, before=limits["before"])
    marker = conversation.read_markers.filter(teammate=request.user).first()
    return {
        "conversation": conversation,
        "window": shown,
        "seen_mark": shown.seen_mark(conversation.contact_read_seq),
        "read_seq": marker.seq if marker else 0,
        "own_messages": [stand_in(request.user, kind) for kind in ("reply", "note")],
        "new_client_id": uuid.uuid4(),
        "selected": conversation.public_id,
        "can_reply": request.user.can(Capability.REPLY),
        "can_note": request.user.can(Capability.NOTE),
        "can_close": request.user.can(Capability.MANAGE),
    }


def head(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "teammates": Teammate.objects.active().only(
            "public_id", "name", "email", "avatar_key", "is_away"
        ),
        "teams": Team.objects.visible_to(request.user),
        "priorities": list(reversed(Conversation.Priority)),
        "offered_tags": offered_tags(conversation),
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
        | {"record": record_of(conversation, visible)}
    )


# ---- pages ---------------------------------------------------------------------------------------


@for_teammates
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("inbox:view", default_views.HOME)


@for_teammates
@require_safe
def show_view(request: HttpRequest, view: str) -> HttpResponse:
    """A list of conversations."""
    shown = default_views.find(view, request.user)
    visible = visible_to(request)
    match part_wanted(request):
        case "rows":
            return render(request, "inbox/_rows.html", rows(request, shown, visible))
        case "views":
            return render(request, "inbox/_views.html", rail(request, shown, visible))
        case "conversation":
            return render(request, "inbox/_no_conversation.html", {"view": shown})
        case "room":
            return render(request, "inbox/_room.html", rows(request, shown, visible))
    context = rail(request, shown, visible) | rows(request, shown, visible)
    return render(request, "inbox/inbox.html", context)


@for_teammates
@require_safe
def show_conversation(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """A conversation beside the list that it was chosen from."""
    shown = default_views.find(view, request.user)
    visible = visible_to(request)
    found = find(visible, conversation)
    match part_wanted(request):
        case "head":
            return render_head(request, shown, found)
        case "record":
            context = {
                "view": shown,
                "conversation": found,
                "contact": found.contact,
                "name": found.contact.display_name,
                "record": record_of(found, visible),
            }
            return render(request, "inbox/_record.html", context)
        case "conversation":
            context = {"view": shown} | whole_conversation(request, found, visible)
            return render(request, "inbox/_conversation.html", context)
        case "room":
            context = rows(request, shown, visible) | whole_conversation(request, found, visible)
            return render(request, "inbox/_room.html", context)
    return render_page(request, shown, found, visible)


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
        | rows(request, view, visible)
        | whole_conversation(request, conversation, visible)
        | more
    )
    return render(request, "inbox/inbox.html", context, status=status)


def render_head(
    request: HttpRequest, view: default_views.View, conversation: Conversation
) -> HttpResponse:
    context = {"view": view} | head(request, conversation)
    return render(request, "inbox/_head.html", context)


# ---- messages ------------------------------------------------------------------------------------


@for_teammates
def messages(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """GET: a stretch of the thread as a fragment. POST: a reply or a note."""
    if request.method == "POST":
        return write(request, view, conversation)
    return read_on(request, view, conversation)


@require_GET
def read_on(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    found = find(visible_to(request), conversation)
    limits = checked(WindowForm(request.GET))
    context = {
        "view": default_views.find(view, request.user),
        "conversation": found,
        "window": window(found, after=limits["after"], before=limits["before"]),
    }
    return render(request, "inbox/_messages.html", context)


def write(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    shown = default_views.find(view, request.user)
    found = find(visible_to(request), conversation)
    try:
        posted = post(request, found)
    except NewerMessages as problem:
        if is_script(request):
            raise describe_newer(problem) from None
        return write_again(request, shown, found, problem)
    except (Invalid, TooLarge) as problem:
        if is_script(request):
            raise
        return write_again(request, shown, found, problem)
    if is_script(request):
        return JsonResponse(
            {
                "seq": posted.message.seq,
                "client_id": str(posted.message.client_id),
                "status": posted.conversation.status,
                "html": render_to_string("inbox/_message.html", {"message": posted.message}),
            },
            status=201 if posted.is_new else 200,
        )
    address = reverse("inbox:conversation", args=[view, conversation])
    return redirect(f"{address}#message-{posted.message.public_id}")


def post(request: HttpRequest, conversation: Conversation) -> actions.Posted:
    data = checked(MessageForm(request.POST))
    zone = data.pop("timezone")
    seen, override = data.pop("last_seen_seq"), data.pop("override")
    named = attachments(request.POST)
    uploads = [actions.attach(file, by=request.user) for file in request.FILES.getlist("files")]
    data["attachments"] = [*named, *(upload.public_id for upload in uploads)]
    data["then"] = steps(request.POST)
    data["macros"] = request.POST.getlist("macros")[:MACROS_MAX]
    if data["kind"] != Message.Kind.NOTE:
        data |= {
            "choices": request.POST.getlist("choices"),
            "last_seen_seq": seen,
            "override": override,
        }
    with timezone.override(zone):
        return actions.send(conversation, by=request.user, **data)


def describe_newer(problem: NewerMessages) -> NewerMessages:
    """The problem with what came since as the fragments that the thread shows."""
    newer = problem.members["messages"]
    return NewerMessages(
        problem.detail,
        messages=[
            {
                "seq": message.seq,
                "author": {"type": message.author_type, "name": message.author_name},
                "created_at": message.created_at.isoformat(),
                "html": render_to_string("inbox/_message.html", {"message": message}),
            }
            for message in newer
        ],
    )


def write_again(
    request: HttpRequest, view: default_views.View, conversation: Conversation, problem: Problem
) -> HttpResponse:
    """The page with what was written still in its box, and why it was not sent."""
    draft = {"kind": request.POST.get("kind", "reply"), "body": request.POST.get("body", "")}
    return render_page(
        request,
        view,
        conversation,
        visible_to(request),
        status=problem.status,
        draft=draft,
        problem=problem,
    )


@for_teammates
@require_POST
def read(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """How far the teammate has read, for when the socket cannot say so."""
    found = find(visible_to(request), conversation)
    actions.mark_read(found, by=request.user, seq=checked(SeqForm(request.POST))["seq"])
    return HttpResponse(status=204)


# ---- what is done with a conversation ------------------------------------------------------------


@for_teammates
@require_POST
def assign(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    found = find(visible_to(request), conversation)
    wanted = assignment(request.POST, request.user)
    undo = {name: id_of(getattr(found, name)) for name in wanted}
    changed = actions.assign(found, by=request.user, **wanted)
    return done(request, view, changed, wording.assigned(changed, wanted), undo=undo)


def id_of(thing: Teammate | Team | None) -> str:
    return thing.public_id if thing else ""


@for_teammates
@require_POST
def set_status(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    found = find(visible_to(request), conversation)
    data = checked(StatusForm(request.POST))
    if found.is_spam and data["status"] != Conversation.Status.SPAM:
        changed = actions.unmark_spam(found, by=request.user)
        if data["status"] == Conversation.Status.OPEN:
            return done(request, view, changed, "Taken out of spam.", undo={"status": "spam"})
    match data["status"]:
        case Conversation.Status.CLOSED:
            changed = actions.close(found, by=request.user)
            return done(request, view, changed, "Closed.", undo={"status": "open"})
        case Conversation.Status.SNOOZED:
            changed = actions.snooze(found, by=request.user, until=data["until"])
            return done(request, view, changed, "Snoozed.", undo={"status": "open"})
        case Conversation.Status.SPAM:
            changed = actions.mark_spam(found, by=request.user)
            return done(request, view, changed, "Moved to spam.", undo=status_of(found))
    changed = actions.reopen(found, by=request.user)
    return done(request, view, changed, "Open again.", undo={})


def status_of(conversation: Conversation) -> dict[str, str]:
    """What the form would send to make a conversation what it is now."""
    until = conversation.snoozed_until
    return {"status": conversation.status} | ({"until": until.isoformat()} if until else {})


@for_teammates
@require_POST
def set_block(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Blocks or unblocks whoever wrote this conversation."""
    found = find(visible_to(request), conversation)
    if checked(BlockForm(request.POST))["is_blocked"]:
        block_contact(found.contact, by=request.user)
        words, undo = f"{found.contact.display_name} is blocked.", {"is_blocked": "false"}
    else:
        unblock_contact(found.contact, by=request.user)
        words, undo = f"{found.contact.display_name} may write again.", {"is_blocked": "true"}
    return done(request, view, find(visible_to(request), conversation), words, undo=undo)


def done(
    request: HttpRequest,
    view: str,
    conversation: Conversation,
    words: str,
    *,
    undo: dict[str, str],
) -> HttpResponse:
    """Back to the conversation; for a script its new head, and what to say about it."""
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
    }
    return trigger_client_event(response, "inbox:done", said)


# ---- the teammate's own ------------------------------------------------------------------------


@for_teammates
@require_POST
def set_availability(request: HttpRequest) -> HttpResponse:
    is_away = checked(AvailabilityForm(request.POST))["is_away"]
    request.user = set_away(request.user, is_away, by=request.user)
    if is_script(request):
        return render(request, "inbox/_me.html")
    return redirect("inbox:home")


@for_teammates
@require_POST
def set_avatar(request: HttpRequest) -> HttpResponse:
    """The teammate's own picture: `file` is the new one, `remove` takes it away."""
    given = request.FILES.get("file")
    if given is None and "remove" not in request.POST:
        raise Invalid(errors={"file": ["Choose a picture."]})
    request.user = change_avatar(request.user, given, by=request.user)
    if is_script(request):
        return render(request, "inbox/_me.html")
    return redirect("inbox:home")


# ---- files ---------------------------------------------------------------------------------------


@for_teammates
@require_POST
def upload_file(request: HttpRequest) -> HttpResponse:
    """Stores one file for a message that will name it."""
    given = request.FILES.get("file")
    if given is None:
        raise Invalid(errors={"file": ["Choose a file."]})
    attachment = actions.attach(given, by=request.user)
    return JsonResponse(
        {
            "id": attachment.public_id,
            "name": attachment.name,
            "size": attachment.size,
            "html": render_to_string("inbox/_file.html", {"file": attachment}),
        },
        status=201,
    )


@for_teammates
@require_safe
def open_file(request: HttpRequest, attachment: str) -> HttpResponse:
    """Leads to a file under a short-lived address, for whoever may see its conversation."""
    found = (
        Attachment.objects.select_related("message__conversation")
        .filter(public_id=attachment)
        .first()
    )
    if found is None or not may_open(request.user, found):
        raise NotFound("There is no such file, or it is not yours to see.")
    key, content_type = found.key, found.content_type
    if "thumb" in request.GET and found.thumb_key:
        key, content_type = found.thumb_key, "image/webp"
    return redirect(
        files.signed_url(key, found.name, content_type, viewer=f"teammate:{request.user.pk}")
    )


def may_open(viewer: Teammate, attachment: Attachment) -> bool:
    if attachment.message is None:
        return attachment.teammate_id == viewer.pk
    visible = Conversation.objects.visible_to(viewer)
    return visible.filter(pk=attachment.message.conversation_id).exists()
