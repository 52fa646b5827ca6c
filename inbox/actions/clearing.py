"""Notifications that are seen to: cleared on all screens, and brought back when that was a slip."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from ground.journal.live import publish_after_commit
from inbox.actions.pushing import withdraw
from inbox.attention import MENTIONED
from inbox.models import Conversation, Mention, Notification, SideConversation
from people.models import Teammate

KEPT_FOR = timedelta(days=30)


def clear(notifications: Any) -> list[str]:
    """Marks open notifications as seen to, on all screens; returns the ids of which it was so."""
    names = ("pk", "public_id", "teammate__public_id", "conversation__public_id", "side__public_id")
    rows = list(notifications.values_list(*names))
    if not rows:
        return []
    with transaction.atomic():
        ours = Notification.objects.open().filter(pk__in=[row[0] for row in rows])
        # In one order everywhere, so that two at once do not wait for each other.
        held = ours.select_for_update().order_by("teammate_id", "conversation_id")
        pks = list(held.values_list("pk", flat=True))
        Notification.objects.filter(pk__in=pks).update(cleared_at=Now())
        withdraw(pks)
        for teammate, conversation, side in dict.fromkeys(row[2:] for row in rows):
            frame = {"type": "notification", "conversation": conversation, "is_cleared": True}
            frame["side"] = side or ""
            publish_after_commit([f"teammate.{teammate}"], frame)
    return [row[1] for row in rows]


def clear_read(conversation: Conversation, teammate: Teammate, seq: int) -> None:
    """What a teammate has read to the end needs no further word."""
    open_ = Notification.objects.open().filter(teammate=teammate, conversation=conversation)
    clear(open_.filter(side=None, seq__lte=seq))


def clear_side(side: SideConversation, teammate: Teammate, seq: int) -> None:
    """The same for a side conversation."""
    open_ = Notification.objects.open().filter(teammate=teammate, side=side)
    clear(open_.filter(seq__lte=seq))


def forget_mentions(conversation: Conversation, teammates: Collection[Teammate]) -> None:
    """Who is named no more in a note has no word of it waiting, unless another note of the
    conversation names them too."""
    if not teammates:
        return
    still = Mention.objects.filter(conversation=conversation, teammate__in=teammates)
    over = {mate.pk for mate in teammates} - set(still.values_list("teammate", flat=True))
    open_ = Notification.objects.open().filter(conversation=conversation, side=None)
    told = list(open_.filter(teammate__in=over, reasons__has_key=MENTIONED))
    clear(open_.filter(pk__in=[row.pk for row in told if set(row.reasons) == {MENTIONED}]))
    for row in told:
        if set(row.reasons) != {MENTIONED}:
            left = {name: who for name, who in row.reasons.items() if name != MENTIONED}
            Notification.objects.filter(pk=row.pk).update(reasons=left)


def restore(teammate: Teammate, names: Collection[str]) -> int:
    """Opens again what a teammate cleared a moment ago, unless there is news since."""
    open_ = Notification.objects.open().filter(teammate=teammate)
    cleared = Notification.objects.filter(teammate=teammate, public_id__in=names)
    # A side conversation has one of its own, beside that of its conversation.
    taken = set(open_.values_list("conversation", "side"))
    gone = cleared.exclude(cleared_at=None).order_by("pk")
    latest = {row[1:]: row[0] for row in gone.values_list("pk", "conversation", "side")}
    pks = [pk for place, pk in latest.items() if place not in taken]
    try:
        with transaction.atomic():
            count = Notification.objects.filter(pk__in=pks).update(cleared_at=None)
    except IntegrityError:
        # News of the same conversation came between our looking and our writing.
        return 0
    if count:
        frame = {"type": "notification", "conversation": "", "is_cleared": True}
        publish_after_commit([f"teammate.{teammate.public_id}"], frame)
    return count


def forget_cleared() -> int:
    """Deletes what was cleared a month ago; returns how much."""
    return Notification.objects.filter(cleared_at__lt=Now() - KEPT_FOR).delete()[0]
