"""The bell over the views: what waits for the teammate."""

from typing import Any

from inbox import attention
from inbox.models import Notification
from inbox.querysets import ConversationQuerySet
from people.models import Teammate

# Each of them is in every page's first load.
IN_BELL = 8


def bell(teammate: Teammate, visible: ConversationQuerySet) -> dict[str, Any]:
    """The latest of what waits, and how much that is: one query."""
    found = list(Notification.objects.of(teammate, visible)[: IN_BELL + 1])
    return {
        "waiting": with_words(found[:IN_BELL]),
        "has_more_waiting": len(found) > IN_BELL,
        "is_sound_wanted": attention.wishes_of(teammate).has_sound,
    }


def with_words(notifications: list[Notification]) -> list[Notification]:
    for each in notifications:
        each.said = attention.said(each.reasons, of=each.conversation.contact.display_name)
    return notifications
