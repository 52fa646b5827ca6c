"""What the pages show of side conversations."""

import uuid
from typing import Any

from django.http import HttpRequest

from inbox.actions import mentioning
from inbox.forms import PUBLIC_ID, checked
from inbox.forms_writing import SideWindowForm
from inbox.keyboard import enter_sends
from inbox.models import Conversation, SideConversation
from inbox.naming import A_PRIVATE_TEAM
from people.models import Team, Teammate
from people.models.teammate import Capability

WINDOW = 100
NEW = "new"


def side_shown(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """The side conversation that the address asks for with `side`, or ("new") a form for one.

    One that is not there shows none: it may be an old link.
    """
    wanted = request.GET.get("side", "")
    if wanted == NEW and request.user.can(Capability.NOTE):
        return asking_form(request.user, conversation)
    if not PUBLIC_ID.fullmatch(wanted):
        return {}
    found = conversation.sides.with_marks(request.user).filter(public_id=wanted).first()
    return side_context(request, found) if found else {}


def asking_form(viewer: Teammate, conversation: Conversation) -> dict[str, Any]:
    return {
        "is_asking": True,
        "new_side_id": uuid.uuid4(),
        "enter_sends": enter_sends(viewer),
    } | askable(viewer, conversation)


def side_context(request: HttpRequest, side: SideConversation) -> dict[str, Any]:
    """A stretch of a side conversation with those who take part; `side_before` asks for older."""
    before = checked(SideWindowForm(request.GET))["side_before"]
    rows = side.messages.select_related("teammate").order_by("-seq")
    stretch = list((rows.filter(seq__lt=before) if before else rows)[:WINDOW])[::-1]
    known = [str(each) for each in side.participants.known_to(request.user)]
    unknown = side.participants.count() - len(known)
    return {
        "side": side,
        "side_messages": stretch,
        "side_has_older": bool(stretch) and stretch[0].seq > 1,
        "participants": [*known, *[A_PRIVATE_TEAM] * unknown],
        "can_answer": request.user.can(Capability.NOTE),
        "new_side_id": uuid.uuid4(),
        "enter_sends": enter_sends(request.user),
    } | askable(request.user, side.conversation)


def askable(viewer: Teammate, conversation: Conversation) -> dict[str, Any]:
    """Whom a teammate can ask: teams and people, each with whether they may see it."""
    seeing = Teammate.objects.seeing(conversation.team)
    there = set(seeing.values_list("pk", flat=True))
    teams = list(Team.objects.visible_to(viewer))
    reached = mentioning.members_of(teams, seeing)
    mates = Teammate.objects.active().exclude(pk=viewer.pk).order_by("name", "pk")
    return {
        "askable_teams": [(team, team in reached) for team in teams],
        "askable_mates": [(mate, mate.pk in there) for mate in mates],
    }
