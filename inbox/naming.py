"""What the lines of a thread name, as far as their reader may know of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from django.db.models import QuerySet

from inbox.models import Message
from inbox.querysets import ConversationQuerySet
from people.models import Team

A_PRIVATE_TEAM = "a private team"
# Where an activity names teams, and where another conversation.
TEAMS_IN = {"assigned": "team", "asked": "whom"}
CONVERSATION_IN = {"joined", "parted", "split", "split_off"}

Hidden = Callable[[], "QuerySet[Team]"]


def keep_teams_private(messages: Iterable[Message], hidden: Hidden) -> None:
    """Says of each hidden team only that there is one. Asks for nothing where no line names any."""
    lines = [each for each in messages if kind_of(each) in TEAMS_IN]
    if not lines:
        return
    names = list(hidden().values_list("name", flat=True))
    for line in lines:
        place = TEAMS_IN[kind_of(line)]
        if said := line.activity.get(place):
            line.activity = line.activity | {place: unnamed(said, names)}


def keep_parts_private(
    messages: Iterable[Message], visible: Callable[[], ConversationQuerySet]
) -> None:
    """Leaves out which conversation became a part, was one, or went off, where the reader may not
    see it."""
    lines = [each for each in messages if kind_of(each) in CONVERSATION_IN]
    if not lines:
        return
    named = {line.activity.get("conversation") for line in lines}
    shown = set(visible().filter(public_id__in=named).values_list("public_id", flat=True))
    for line in lines:
        if line.activity.get("conversation") not in shown:
            line.activity = line.activity | {"conversation": None}


def unnamed(text: str, names: Iterable[str]) -> str:
    """A list of names, with commas between, without those."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?:(?<=, )|^){re.escape(name)}(?=, |$)", A_PRIVATE_TEAM, text)
    return text


def kind_of(message: Message) -> str:
    return (message.activity or {}).get("kind", "")
