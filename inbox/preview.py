"""What a condition matches, before anybody relies on it: some of it and how much, in time."""

from dataclasses import dataclass

from ground.web.timing import TRIES, OutOfTime, counted, within
from inbox import asking
from inbox.models import Conversation
from inbox.querysets import ConversationQuerySet
from people.models import Teammate

SHOWN = 10


@dataclass(frozen=True)
class Preview:
    """rows: the newest ten. count: how many there are, None where not even ten were found in time.
    is_more: there are more than `count`, or may be."""

    rows: list[Conversation]
    count: int | None
    is_more: bool

    @property
    def is_late(self) -> bool:
        return self.count is None

    @property
    def words(self) -> str:
        if self.count is None:
            return "This takes too long to count. Ask for less: a status, a team, a time."
        if self.count == 0:
            return "No conversation is like this now."
        if self.is_more:
            return f"Matches more than {self.count:,} conversations, these are the newest."
        if self.count == 1:
            return "Matches 1 conversation."
        if self.count <= SHOWN:
            return f"Matches {self.count} conversations."
        return f"Matches {self.count:,} conversations, these are the newest ten."


def preview_of(conversations: ConversationQuerySet) -> Preview:
    """Of conversations that are narrowed already."""
    rows, is_late = newest(conversations)
    found = counted(conversations)
    if found is not None:
        return Preview(rows, *found)
    return Preview(rows, None if is_late or not rows else len(rows), True)


def newest(conversations: ConversationQuerySet) -> tuple[list[Conversation], bool]:
    try:
        with within(TRIES[0][1]):
            rows = conversations.newest_first().select_related("contact", "assignee", "team")
            return list(rows[:SHOWN]), False
    except OutOfTime:
        return [], True


def preview_for(
    condition: asking.Condition, conversations: ConversationQuerySet, viewer: Teammate
) -> Preview:
    return preview_of(asking.narrow(conversations, condition, viewer))
