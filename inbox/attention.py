"""What teammates are told of, and how each of them wishes it: decisions, without the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SUBJECT = "notifications"
MENTIONED, ASSIGNED, REPLY, NOTE = "mentioned", "assigned", "reply", "note"
TEAM, WOKEN, FAILED, NEW = "team", "woken", "failed", "new"
ASKED, ANSWERED, DUE = "asked", "answered", "due"
ESCALATED, BROKEN = "escalated", "broken"
APP, DESKTOP, MAIL = "app", "desktop", "mail"
WAYS = {APP: "In the inbox", DESKTOP: "Pop-up", MAIL: "By mail when away"}


@dataclass(frozen=True)
class Kind:
    """Something that teammates are told of. `said` follows the name of who did it, or stands
    alone; `ways` are those by which it comes unless a teammate wishes otherwise."""

    label: str
    said: str
    ways: frozenset[str]
    is_by_somebody: bool = True


ALL = frozenset(WAYS)
# The most pressing first: that is the order in which reasons are said.
KINDS = {
    ESCALATED: Kind("A rule calls you to a conversation", "called you", ALL),
    MENTIONED: Kind("Somebody mentions you or your team", "mentioned you", ALL),
    ASSIGNED: Kind("A conversation is given to you", "gave this to you", ALL),
    ASKED: Kind("A colleague asks you or your team aside, or to release a reply", "asked you", ALL),
    FAILED: Kind(
        "A mail, a push or a reply of yours that waited did not go out", "Not delivered", ALL, False
    ),
    DUE: Kind("What was promised to a customer is due soon, or late", "Due", ALL, False),
    BROKEN: Kind(
        "A rule is passed over, because something in it is gone (for admins)",
        "A rule is passed over",
        ALL,
        False,
    ),
    REPLY: Kind("An answer in a conversation that you have or follow", "wrote", ALL),
    ANSWERED: Kind(
        "An answer in a side conversation of yours, or a reply of yours released", "answered", ALL
    ),
    WOKEN: Kind(
        "A snoozed conversation of yours is back",
        "Snoozed until now",
        frozenset({APP, DESKTOP}),
        False,
    ),
    NOTE: Kind(
        "A note in a conversation that you have or follow", "added a note", frozenset({APP})
    ),
    TEAM: Kind("A conversation is given to your team", "gave this to your team", frozenset({APP})),
    NEW: Kind(
        "A new conversation that nobody has", "began a conversation", frozenset({APP, DESKTOP})
    ),
}


@dataclass(frozen=True)
class Quiet:
    """Hours of the day, in one's own zone, in which nothing rings and no mail comes."""

    begins: time
    ends: time
    zone: ZoneInfo

    def holds(self, at: datetime) -> bool:
        now = at.astimezone(self.zone).time()
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends


@dataclass(frozen=True)
class Wishes:
    """How a teammate wishes to be told."""

    ways: Mapping[str, frozenset[str]] = field(default_factory=dict)
    has_sound: bool = False
    has_words: bool = False
    quiet: Quiet | None = None
    quiet_until: datetime | None = None
    # Kinds that make no sound even where others do.
    silent: frozenset[str] = frozenset()

    def wants(self, kind: str, way: str) -> bool:
        """Whether news of a kind come by a way; what is not even in the inbox comes by none."""
        ways = self.ways.get(kind, KINDS[kind].ways)
        return way in ways and APP in ways

    def sounds(self, kind: str) -> bool:
        return self.has_sound and kind not in self.silent and self.wants(kind, DESKTOP)

    def is_quiet(self, at: datetime) -> bool:
        if self.quiet_until is not None and at < self.quiet_until:
            return True
        return self.quiet is not None and self.quiet.holds(at)


def wishes_of(teammate: Any) -> Wishes:
    """What a teammate's preferences say; what they do not say is as the house has it."""
    kept = teammate.preferences.get(SUBJECT) or {}
    ways = {
        kind: frozenset(ways) & ALL
        for kind, ways in (kept.get("kinds") or {}).items()
        if kind in KINDS
    }
    return Wishes(
        ways,
        has_sound=bool(kept.get("sound")),
        has_words=bool(kept.get("words")),
        quiet=quiet_of(kept.get("quiet")),
        quiet_until=moment_of(kept.get("until")),
        silent=frozenset(kept.get("silent") or ()),
    )


def quiet_of(kept: Mapping[str, str] | None) -> Quiet | None:
    if not kept:
        return None
    try:
        begins, ends = time.fromisoformat(kept["from"]), time.fromisoformat(kept["to"])
        return Quiet(begins, ends, ZoneInfo(kept["zone"]))
    except (KeyError, ValueError, OSError, ZoneInfoNotFoundError):
        return None


def moment_of(kept: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(kept) if kept else None
    except ValueError:
        return None


def said(reasons: Mapping[str, str], *, of: str = "") -> str:
    """Why somebody is told, in words: "Ben mentioned you · Dora wrote". Where the name of the
    contact stands beside it, it is not repeated: `of` Dora, "Ben mentioned you · wrote"."""
    words = " · ".join(
        f"{reasons[name]} {kind.said}"
        if kind.is_by_somebody and reasons[name] not in ("", of)
        else kind.said
        for name, kind in KINDS.items()
        if name in reasons
    )
    return words[:1].upper() + words[1:]
