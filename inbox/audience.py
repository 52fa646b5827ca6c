"""Who is told of a new conversation that nobody has."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from inbox import attention, presence
from inbox.attention import APP
from inbox.models import Conversation
from people.models import Team, Teammate

# So many who have not asked for it: a row, a frame and a look at the bell for each of several
# hundred people would cost far more than the message did, and where so many work there are teams.
UNASKED_MAX = 20
# What is older is found in the lists, and rings for nobody.
STALE = timedelta(hours=1)
CHOICE = f"preferences__{attention.SUBJECT}__kinds__{attention.NEW}"


def of_new(conversations: Collection[Conversation]) -> dict[int, set[int]]:
    """Conversation -> whom it concerns, by keys, while nobody has or has answered it: those who
    may see it, of its team if it is in one. Who is away has to have asked for it."""
    since = timezone.now() - STALE
    waiting = [each for each in conversations if is_waiting(each) and each.created_at > since]
    teams = {each.team_id: each.team for each in waiting}
    told = {pk: who_looks(team) for pk, team in teams.items()}
    return {each.pk: told[each.team_id] for each in waiting}


def is_waiting(conversation: Conversation) -> bool:
    return (
        conversation.assignee_id is None
        and conversation.is_open
        and conversation.waiting_since is not None
    )


def who_looks(team: Team | None) -> set[int]:
    concerned = Teammate.objects.seeing(team)
    if team is not None:
        concerned = concerned.filter(pk__in=team.memberships.values("teammate_id"))
    has_asked, leaves_it = Q(**{f"{CHOICE}__contains": [APP]}), Q(**{f"{CHOICE}__isnull": True})
    rows = concerned.filter(has_asked | leaves_it & Q(is_away=False)).order_by("pk")
    asked: set[int] = set()
    unasked: dict[int, str] = {}
    for pk, name, choice in rows.values_list("pk", "public_id", CHOICE):
        if choice is None:
            unasked[pk] = name
        else:
            asked.add(pk)
    return asked | first_of(unasked)


def first_of(unasked: Mapping[int, str]) -> set[int]:
    """Of very many, those with an inbox before them."""
    if len(unasked) <= UNASKED_MAX:
        return set(unasked)
    here = presence.are_here(unasked.values())
    first = sorted(unasked, key=lambda pk: unasked[pk] not in here)
    return set(first[:UNASKED_MAX])
