"""How a conversation is brought back to what it was: which values of which form would do it, and
what those would overwrite."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ground.web.problems import Invalid
from inbox.models import Conversation
from people.models import Team, Teammate

# A snooze without an end, as forms and steps name it.
UNTIL_REPLY = "reply"
# As many tags as a conversation has room for, and what else there is to take back.
WAYS_MAX = 100
VALUE_LENGTH = 80
NOT_SAID = "Say what to take back."
# In this order they are taken back: a teammate may see the conversation in its old team only.
PARTS = ("status", "priority", "team", "assignee", "tags")


@dataclass(frozen=True)
class WayBack:
    """One thing to take back: a part of inbox.changes.CHANGES, the `values` of its form, and how
    what they overwrite was `left`. What is otherwise by now was changed by somebody since."""

    part: str
    values: dict[str, str]
    left: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"part": self.part, "values": self.values, "left": self.left}


def written(ways: Iterable[WayBack]) -> str:
    """Ways back as a page holds them and sends them again."""
    return json.dumps([way.as_json() for way in ways])


def read(text: str) -> list[WayBack]:
    """What `written` wrote. Raises Invalid."""
    try:
        given = json.loads(text)[: WAYS_MAX + 1]
        ways = [
            WayBack(each["part"], *(_texts(each[name]) for name in ("values", "left")))
            for each in given
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid(errors={"ways": [NOT_SAID]}) from None
    if not ways or len(ways) > WAYS_MAX or not all(map(_is_known, ways)):
        raise Invalid(errors={"ways": [NOT_SAID]})
    return ways


def _texts(values: Any) -> dict[str, str]:
    """Raises ValueError for what no form sends."""
    texts = [*values.keys(), *values.values()]
    if not all(isinstance(text, str) and text.isprintable() for text in texts):
        raise ValueError
    if any(len(text) > VALUE_LENGTH for text in texts):
        raise ValueError
    return dict(values)


def _is_known(way: WayBack) -> bool:
    """Whether it is one of what `ways_back` makes."""
    names = set(way.values)
    match way.part:
        case "assignment":
            return names <= {"assignee", "team"} and bool(names)
        case "tags":
            return names == {"tag", "is_on"}
    return way.part in ("status", "priority")


def ways_back(before: Conversation, after: Conversation) -> list[WayBack]:
    """What would make a conversation again what it was."""
    found = []
    for name in PARTS:
        part = "assignment" if name in ("team", "assignee") else name
        for values in _undone(name, before, after):
            found.append(WayBack(part, values, as_it_is(part, after, values)))
    return found


def _undone(name: str, before: Conversation, after: Conversation) -> Iterable[dict[str, str]]:
    if name == "status":
        if status_of(before) != status_of(after):
            yield status_of(before)
    elif name == "priority":
        if before.priority != after.priority:
            yield {"priority": before.priority_word}
    elif name == "tags":
        had, has = ({tag["id"] for tag in each.shown_tags} for each in (before, after))
        for tag in sorted(had ^ has):
            yield {"tag": tag, "is_on": "true" if tag in had else "false"}
    elif getattr(before, name) != getattr(after, name):
        yield {name: id_of(getattr(before, name))}


def as_it_is(part: str, conversation: Conversation, undo: Mapping[str, str]) -> dict[str, str]:
    """What a change of this part would overwrite, as its form would send it: of what `undo` sets,
    how it is now. Two that differ have been changed in between."""
    match part:
        case "tags":
            tags = {tag["id"] for tag in conversation.shown_tags}
            return {"tag": undo["tag"], "is_on": "true" if undo["tag"] in tags else "false"}
        case "priority":
            return {"priority": conversation.priority_word}
        case "merge":
            into = conversation.merged_into
            return {"is_merged": "true" if into else "", "into": into.public_id if into else ""}
        case "assignment":
            return {name: id_of(getattr(conversation, name)) for name in undo}
        case "macro":
            # Each of its ways back looks for itself.
            return {}
        case "unread" | "following":
            # Nobody else changes what is one's own, and to take it back twice does no harm.
            return {}
    closed_at = conversation.closed_at
    return status_of(conversation) | {"closed_at": closed_at.isoformat() if closed_at else ""}


def status_of(conversation: Conversation) -> dict[str, str]:
    """What the form would send to make a conversation what it is now."""
    status, until = {"status": conversation.status}, conversation.snoozed_until
    if conversation.status != Conversation.Status.SNOOZED:
        return status
    return status | ({"until": until.isoformat()} if until else {"snooze": UNTIL_REPLY})


def id_of(thing: Teammate | Team | None) -> str:
    return thing.public_id if thing else ""
