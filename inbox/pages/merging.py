"""Making one conversation of two, and reading the parts of one."""

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from ground.web.problems import NotFound
from inbox import actions, default_views
from inbox.actions.wholes import parts_of
from inbox.forms import JoinForm, WindowForm, checked
from inbox.models import Conversation, Message
from inbox.pages.parts import find, render_head, show_lines, visible_to, window
from inbox.pages.requests import for_teammates, is_script, part_wanted
from inbox.querysets import ConversationQuerySet
from people.models.teammate import Capability

OFFERED = 20
WORDS_MAX = 200


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """GET: what it can be merged into, with `q` in its words. POST: merges it, or takes it out."""
    if request.method == "POST":
        return change(request, view, conversation)
    found = find(visible_to(request), conversation)
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:WORDS_MAX]
    context = {
        "view": default_views.find(view, request.user),
        "conversation": found,
        "wanted": wanted,
        "offered": offered(found, visible_to(request), wanted),
    }
    if part_wanted(request) == "merge-offers":
        return render(request, "inbox/_merge_offers.html", context)
    template = "inbox/_merge.html" if is_script(request) else "inbox/merge.html"
    return render(request, template, context)


def offered(
    conversation: Conversation, visible: ConversationQuerySet, wanted: str
) -> list[Conversation]:
    """The other conversations of the same contact, the newest first."""
    others = visible.whole().filter(contact=conversation.contact).exclude(pk=conversation.pk)
    others = others.exclude(status=Conversation.Status.SPAM)
    if wanted:
        said = Message.objects.filter(conversation=OuterRef("pk"), body_text__icontains=wanted)
        others = others.filter(Q(preview__icontains=wanted) | Exists(said))
    return list(others.for_list().newest_first()[:OFFERED])


def change(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    visible = visible_to(request)
    found = find(visible, conversation)
    data = checked(JoinForm(request.POST))
    if data["is_merged"]:
        into = find(visible, data["into"])
        actions.merge(found, into=into, by=request.user)
        words, undo = "Merged. Its messages are here.", {"is_merged": ""}
    else:
        into = visible.filter(pk=found.merged_into_id).first() or found
        actions.unmerge(found, by=request.user)
        words = "Two conversations again."
        is_news = into.pk != found.pk
        undo = {"is_merged": "true", "into": into.public_id} if is_news else {}
    if not is_script(request):
        return redirect("inbox:conversation", view, into.public_id)
    shown = find(visible, into.public_id)
    response = render_head(request, default_views.find(view, request.user), shown)
    said = {
        "words": words,
        "undo": {"url": request.path, "values": undo} if undo else None,
        # Taken out is the part: whoever reads the whole stays there, also if that is closed again.
        "conversation": shown.public_id if data["is_merged"] else found.public_id,
        "status": shown.status,
    }
    response = trigger_client_event(response, "inbox:done", said)
    pair = {"conversation": found.public_id, "into": shown.public_id}
    return trigger_client_event(
        response, "inbox:merged" if data["is_merged"] else "inbox:unmerged", pair
    )


@for_teammates
@require_safe
def show_part(request: HttpRequest, view: str, conversation: str, part: str) -> HttpResponse:
    """A stretch of what has become a part, to read."""
    visible = visible_to(request)
    whole = find(visible, conversation)
    found = visible.for_list().filter(public_id=part).first()
    if found is None or found.pk == whole.pk or found.pk not in parts_of(whole):
        raise NotFound("This is no part of the conversation any more, or not yours to see.")
    limits = checked(WindowForm(request.GET))
    shown = window(found, after=None, before=limits["before"])
    show_lines(request, shown)
    context = {
        "view": default_views.find(view, request.user),
        "conversation": whole,
        "part": found,
        "window": shown,
        "is_older": limits["before"] is not None,
        "can_manage": request.user.can(Capability.MANAGE),
    }
    return render(request, "inbox/_part.html", context)
