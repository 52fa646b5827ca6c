"""Lists of conversations, and one conversation beside its list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import trigger_client_event

from inbox import actions, default_views
from inbox.actions.wholes import whole_of
from inbox.forms import SeqForm, UnreadForm, WindowForm, checked
from inbox.models import Conversation
from inbox.pages.bell import bell
from inbox.pages.beside import side_shown
from inbox.pages.conditions import shown_list
from inbox.pages.parts import (
    done,
    drawn,
    find,
    later_of,
    listed,
    rail,
    render_head,
    render_page,
    rows,
    show_lines,
    visible_to,
    whole_conversation,
    window,
    with_bell,
)
from inbox.pages.record import about
from inbox.pages.requests import for_teammates, part_wanted, unless_known
from inbox.querysets import ConversationQuerySet
from people.models.teammate import Capability

CHANGED_MOST = 20


@for_teammates
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("inbox:view", default_views.HOME)


@for_teammates
@require_safe
def show_view(request: HttpRequest, view: str) -> HttpResponse:
    """A list of conversations."""
    shown = shown_list(request, view)
    visible = visible_to(request)
    match part_wanted(request):
        case "rows":
            context = rows(request, shown, visible)
            return unless_known(request, render(request, "inbox/_rows.html", context))
        case "views":
            return render(request, "inbox/_views.html", rail(request, shown, visible))
        case "me":
            return render(request, "inbox/_me.html")
        case "conversation":
            return render(request, "inbox/_no_conversation.html", {"view": shown})
        case "room":
            context = listed(request, rows(request, shown, visible))
            return render(request, "inbox/_room.html", context)
    context = rail(request, shown, visible) | rows(request, shown, visible)
    context |= bell(request.user, visible)
    return render(request, "inbox/inbox.html", with_bell(request, listed(request, context)))


@for_teammates
@require_safe
def show_conversation(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """A conversation beside the list that it was chosen from."""
    shown = shown_list(request, view)
    visible = visible_to(request)
    found = find(visible, conversation)
    if found.is_merged:
        return go_on(shown, found, visible)
    match part_wanted(request):
        case "head":
            return render_head(request, shown, found)
        case "record":
            return render(request, "inbox/_about.html", about(request, view, found, visible))
        case "side":
            context = {"view": shown, "conversation": found} | side_shown(request, found)
            return render(request, "inbox/_side.html", context)
        case "later":
            return render(request, "inbox/_later.html", {"view": shown} | later_of(request, found))
        case "conversation":
            context = {"view": shown} | whole_conversation(request, found, visible)
            return unless_known(request, render(request, "inbox/_conversation.html", context))
        case "room":
            context = rows(request, shown, visible) | whole_conversation(request, found, visible)
            return render(request, "inbox/_room.html", drawn(request, context))
    return render_page(request, shown, found, visible)


def go_on(
    view: default_views.View, part: Conversation, visible: ConversationQuerySet
) -> HttpResponse:
    """To what a conversation is a part of; who may not see that still reads the part."""
    whole = visible.filter(pk=whole_of(part)).exclude(pk=part.pk).first()
    if whole is not None:
        address = reverse("inbox:conversation", args=[view.slug, whole.public_id])
        return redirect(f"{address}#part-{part.public_id}")
    address = reverse("inbox:transcript", args=[view.slug, part.public_id])
    return redirect(f"{address}?notes=on")


@require_GET
def read_on(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    found = find(visible_to(request), conversation)
    limits = checked(WindowForm(request.GET))
    context = {
        "view": default_views.find(view, request.user),
        "conversation": found,
        "window": window(found, after=limits["after"], before=limits["before"]),
    }
    show_lines(request, context["window"])
    if limits["after"] is not None:
        # Whoever catches up may have missed these too.
        context["changed"] = list(found.messages.changed(most=CHANGED_MOST))
    context["can_manage"] = request.user.can(Capability.MANAGE)
    return render(request, "inbox/_messages.html", context)


@for_teammates
@require_POST
def read(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """How far the teammate has read, for when the socket cannot say so."""
    found = find(visible_to(request), conversation)
    actions.mark_read(found, by=request.user, seq=checked(SeqForm(request.POST))["seq"])
    return HttpResponse(status=204)


@for_teammates
@require_POST
def set_unread(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Makes a conversation unread for the teammate, or takes that back."""
    found = find(visible_to(request), conversation)
    data = checked(UnreadForm(request.POST))
    if not data["is_unread"]:
        seq = found.last_seq if data["seq"] is None else data["seq"]
        actions.mark_read(found, by=request.user, seq=seq)
        return done(request, view, found, "Read again.", undo={})
    marker = found.read_markers.filter(teammate=request.user).first()
    undo = {"is_unread": "false", "seq": str(marker.seq if marker else 0)}
    marked = actions.mark_unread(found, by=request.user)
    response = done(request, view, found, "Unread for you.", undo=undo)
    said = {"conversation": found.public_id, "seq": marked.seq}
    return trigger_client_event(response, "inbox:unread", said)
