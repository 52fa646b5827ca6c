"""Which teams are to share out anew after something has happened."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from ground.journal.models import Entry
from inbox.models import Conversation
from routing.models import Sharing

# What ends, or pauses, the work of whoever has the conversation.
ENDS = {
    "conversation.closed",
    "conversation.snoozed",
    "conversation.marked_spam",
    "conversation.merged",
}
ABOUT_MATES = {
    "teammate.away_changed",
    "teammate.joined_team",
    "teammate.reactivated",
    "teammate.role_changed",
    "workload.changed",
}


def sharings_of(entry: Entry) -> list[int]:
    """The ways of sharing out that may have something to give after an entry, by key."""
    on = Sharing.objects.at_work()
    if not on.exists():
        return []
    found: QuerySet[Sharing]
    if entry.kind == "sharing.changed":
        found = on.filter(team__public_id=entry.subject_id)
    elif entry.kind in ABOUT_MATES:
        found = on.filter(of_mates([entry.subject_id]))
    else:
        found = of_conversation(entry, on)
    return sorted(set(found.values_list("pk", flat=True)))


def of_conversation(entry: Entry, on: QuerySet[Sharing]) -> QuerySet[Sharing]:
    before, after = entry.before.get("assignee"), entry.after.get("assignee")
    if after is not None and before is None:
        return on.none()
    conversation = Conversation.objects.filter(public_id=entry.subject_id).first()
    if conversation is None:
        return on.none()
    work = of_mates([before] if before else [])
    if entry.kind in ENDS and conversation.assignee_id is not None:
        work |= Q(team__memberships__teammate=conversation.assignee_id)
    if conversation.is_open and conversation.assignee_id is None:
        work |= Q(team=conversation.team_id)
    return on.filter(work)


def of_mates(names: Iterable[str]) -> Q:
    return Q(team__memberships__teammate__public_id__in=list(names))
