"""How the inbox says things: pure functions from data to English."""

from datetime import datetime, timedelta

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7 * 86400


def ago(age: timedelta) -> str:
    """A length of time in at most three characters and a unit: now, 4m, 3h, 2d, 5w, 1y."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < MINUTE:
        return "now"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m"
    if seconds < DAY:
        return f"{seconds // HOUR}h"
    if seconds < WEEK:
        return f"{seconds // DAY}d"
    if seconds < 52 * WEEK:
        return f"{seconds // WEEK}w"
    return f"{seconds // (365 * DAY) or 1}y"


def date(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B}"


ACTIVITY_ICONS = {
    "assigned": "user",
    "unassigned": "user",
    "team_changed": "users",
    "snoozed": "snooze",
    "woken": "clock",
    "closed": "check",
    "reopened": "tray",
}


def activity_icon(activity: dict) -> str:
    return ACTIVITY_ICONS.get(activity.get("kind"), "info")


def activity(activity: dict) -> str:
    """What happened, as the rest of a sentence that begins with who did it."""
    match activity.get("kind"):
        case "assigned":
            return f"assigned this to {activity.get('assignee') or 'somebody'}"
        case "unassigned":
            return "removed the assignee"
        case "team_changed":
            if activity.get("team"):
                return f"moved this to {activity['team']}"
            return "took this out of its team"
        case "snoozed":
            return "snoozed this"
        case "woken":
            return "The snooze ended"
        case "closed":
            return "closed this"
        case "reopened":
            return "reopened this"
        case other:
            return str(other or "").replace("_", " ").replace(".", " ")
