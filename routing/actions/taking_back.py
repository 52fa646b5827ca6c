"""What waits with somebody who is away goes back to its team, if the team wishes, and is shared out
anew. What a person gave them while they were away stays theirs: that person knew."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from ground.journal.models import Entry
from inbox.actions import assign
from inbox.models import Conversation
from inbox.querysets import ConversationQuerySet
from people.models import Teammate
from routing.actions.sharing_out import ALLOCATOR, lock_mates, lock_sharings
from routing.models import Handling, Sharing
from routing.ways import GIVING

# So much is taken back in one transaction: its conversations are locked until it ends.
AT_ONCE = 50
TakesBack = Sharing.TakesBack


def take_back(mate: Teammate, *, cause: Entry | None = None) -> list[int]:
    """Gives back to its team what a customer waits in with somebody who is away; returns the keys
    of the ways of sharing out that have work by that. At most AT_ONCE conversations."""
    with transaction.atomic():
        sharings = waiting_with(mate).values_list("team__sharing", flat=True).order_by()
        held = lock_sharings(set(sharings))
        lock_mates(held)
        mate = Teammate.objects.get(pk=mate.pk)
        if not mate.is_away:
            return []
        ours = waiting_with(mate).filter(team__sharing__in=held).order_by("waiting_since", "pk")
        why = f"{mate} is away"
        for conversation in list(ours[:AT_ONCE]):
            assign(conversation, by=ALLOCATOR, assignee=None, expected=mate, why=why, cause=cause)
        return [sharing.pk for sharing in held]


def take_back_everywhere() -> int:
    """What came to wait with somebody after they had gone; returns with how many it was."""
    away = Teammate.objects.filter(is_away=True, conversations__in=waiting_with())
    mates = list(away.distinct().order_by("pk"))
    return sum(bool(take_back(mate)) for mate in mates)


def waiting_with(mate: Teammate | None = None) -> ConversationQuerySet:
    """What is to be taken back from somebody, or (None) might be from anybody who is away."""
    shared = Q(team__sharing__takes_back=TakesBack.SHARED, handed_by=ALLOCATOR.name)
    whatever = Q(team__sharing__takes_back=TakesBack.WAITING)
    if mate is not None:
        since = away_since(mate)
        known = Q(handed_at__gt=since) & ~Q(handed_by=ALLOCATOR.name) if since else Q(pk__in=())
        whatever &= Q(handed_at=None) | ~known
    rows: ConversationQuerySet = Conversation.objects.open().waiting()
    mine = rows.filter(assignee__is_away=True) if mate is None else rows.assigned_to(mate)
    said = Handling.objects.filter(conversation=OuterRef("pk"), team=OuterRef("team"))
    by_rule = Exists(said.filter(sharing__in=GIVING))
    return mine.filter(~Q(team__sharing__way=Sharing.Way.NOBODY) | by_rule, shared | whatever)


def away_since(mate: Teammate) -> datetime | None:
    """When somebody who is away went; None when nobody said so."""
    went = Entry.objects.filter(
        subject_type="teammate",
        subject_id=mate.public_id,
        kind="teammate.away_changed",
        after__is_away=True,
    )
    found: datetime | None = went.order_by("-id").values_list("created_at", flat=True).first()
    return found
