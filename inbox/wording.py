"""How the inbox says things: pure functions from data to English."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7 * 86400
YEAR = 365 * DAY


def ago(age: timedelta) -> str:
    """A length of time in at most three characters: now, 4m, 3h, 2d, 5w, 1y."""
    seconds = max(0, int(age.total_seconds()))
    for length, unit in ((YEAR, "y"), (WEEK, "w"), (DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return "now"


def wait(age: timedelta) -> str:
    """A length of time for which something lasts: as `ago`, but never "now"."""
    return ago(age).replace("now", "<1m")


def date(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B}"


def count(number: int, most: int) -> str:
    """A capped count: nothing for none, "99+" for more than `most`."""
    if number > most:
        return f"{most}+"
    return str(number or "")


ACTIVITY_ICONS = {
    "assigned": "user",
    "snoozed": "snooze",
    "woken": "clock",
    "closed": "check",
    "reopened": "tray",
    "rated": "star",
    "tagged": "tag",
    "prioritized": "flag",
    "marked_spam": "ban",
    "unmarked_spam": "tray",
    "merged": "merge",
    "joined": "merge",
    "unmerged": "tray",
    "parted": "tray",
    "split": "split",
    "split_off": "split",
    "asked": "chat",
    "note_deleted": "trash",
}


def activity_icon(kind: str) -> str:
    return ACTIVITY_ICONS.get(kind, "info")


def activity(activity: Mapping[str, Any], author_type: str, author: str = "") -> str:
    """What was done, as the rest of a sentence that begins with who did it; a sentence of its own
    where the house did it by itself.

    A snooze's end is left to the caller, who can write it in the reader's own zone.
    """
    match activity.get("kind"):
        case "assigned" if author_type == "system" and not author:
            return _assigned_by_itself(activity)
        case "assigned":
            return _assigned(activity)
        case "snoozed":
            until_reply = "snoozed this until the customer writes"
            return "snoozed this until" if activity.get("until") else until_reply
        case "woken" if author_type == "system":
            return "The snooze ended"
        case "woken" | "reopened" if author_type == "contact":
            return "wrote again, which opened this"
        case "woken":
            return "ended the snooze"
        case "asked":
            return f"asked {activity.get('whom')}: {activity.get('about')}"
        case "note_deleted" if activity.get("author"):
            return f"deleted a note by {activity['author']}"
        case "note_deleted":
            return "deleted a note"
        case "closed":
            return "closed this"
        case "reopened":
            return "reopened this"
        case "prioritized":
            return f"set the priority to {str(activity.get('priority')).capitalize()}"
        case "tagged":
            return _tagged(activity)
        case "rated":
            return _rated(activity)
        case "merged":
            return "merged this into another conversation"
        case "joined" if activity.get("is_back"):
            return "took the split back: its messages are here alone again"
        case "joined":
            return "merged another conversation into this"
        case "unmerged" if author_type == "system":
            return "This stands for itself again: it is another customer's"
        case "unmerged":
            return "unmerged this: it stands for itself again"
        case "parted" if author_type == "system":
            return "A part of this stands for itself again: it is another customer's"
        case "parted":
            return "unmerged a part of this, which stands for itself again"
        case "split":
            return _split(activity)
        case "split_off":
            return "split this off from another conversation"
        case "marked_spam" if author_type == "system" and "blocked_by" in activity:
            return _blocked(activity["blocked_by"])
        case "marked_spam":
            return "marked this as spam"
        case "unmarked_spam" if author_type == "system":
            return "The contact is no longer blocked, which opened this"
        case "unmarked_spam":
            return "took this out of spam"
    return ""


def _assigned(activity: Mapping[str, Any]) -> str:
    steps = []
    if "team" in activity:
        team = activity["team"]
        steps.append(f"moved this to {team}" if team else "took this out of its team")
    if "assignee" in activity:
        person = activity["assignee"]
        steps.append(f"assigned this to {person}" if person else "removed the assignee")
    return " and ".join(steps)


def _assigned_by_itself(activity: Mapping[str, Any]) -> str:
    steps = []
    if "team" in activity:
        team = activity["team"]
        steps.append(f"This moved to {team}." if team else "This is in no team any more.")
    if "assignee" in activity:
        person = activity["assignee"]
        steps.append(f"{person} has this now." if person else "Nobody has this any more.")
    return " ".join(steps)


def _tagged(activity: Mapping[str, Any]) -> str:
    steps = []
    if activity.get("added"):
        steps.append(f"tagged this {', '.join(activity['added'])}")
    if activity.get("removed"):
        steps.append(f"took off the tag {', '.join(activity['removed'])}")
    return " and ".join(steps)


def _rated(activity: Mapping[str, Any]) -> str:
    words = f"rated this {activity.get('score')} of 5"
    comment = activity.get("comment")
    return f"{words}: {comment}" if comment else words


def _split(activity: Mapping[str, Any]) -> str:
    count = int(activity.get("count") or 1)
    words = activity.get("words")
    about = f"“{words}”" if words else "a message"
    more = f" and {count - 1} more" if count > 1 else ""
    return f"began a new conversation with {about}{more}"


def _blocked(blocker: str) -> str:
    because = f"{blocker} blocked this contact" if blocker else "this contact was blocked"
    return f"In spam now, because {because}"


def assigned(conversation: Any, wanted: Collection[str]) -> str:
    """What an assignment came to; `wanted` names what was asked to change."""
    if "assignee" in wanted:
        person = conversation.assignee
        return f"Assigned to {person}." if person else "Nobody has this now."
    return f"Moved to {conversation.team}." if conversation.team else "Taken out of its team."


def sent_along(status: str, steps: Sequence[str]) -> str:
    """That a message was sent, what its conversation is then ("" as before), and what was done
    besides."""
    words = f"Sent and {status}." if status else "Sent."
    return f"{words} {', '.join(steps)}." if steps else words


def taken_back(count: int, reasons: Sequence[str]) -> str:
    """What an undo came to: how many things are as before, and why others are not."""
    if not reasons:
        return "As before."
    most = "As before, but not all of it." if count else "Not taken back."
    return " ".join([most, *dict.fromkeys(reasons)])
