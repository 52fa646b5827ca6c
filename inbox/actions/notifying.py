"""Telling teammates what asks for their attention, and no longer when it is done.

All that happened at hand is looked at together: this is owed with every message. Notifications are
derived and have no entries of their own; what happened has.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from ground.journal.live import publish_after_commit
from ground.journal.models import Entry
from ground.web.ids import new_id
from ground.web.markup import plain
from inbox import attention
from inbox.actions.clearing import clear
from inbox.attention import APP, DESKTOP
from inbox.models import (
    Conversation,
    Follower,
    LaterMessage,
    Message,
    Notification,
    ReadMarker,
)
from people.models import Team, Teammate

PREVIEW = 140
Key = tuple[int, int]
UNSENT = ("later.failed", "later.called_off")


@dataclass
class News:
    """What one teammate is to be told of one conversation: reasons by name -> who. `words` are
    shown where no message is."""

    reasons: dict[str, str] = field(default_factory=dict)
    seq: int = 0
    message: str = ""
    words: str = ""
    at: datetime | None = None


@dataclass
class Round:
    """What the entries at hand come to: `news` by (teammate, conversation), and what is `done`."""

    conversations: dict[str, Conversation]
    mates: dict[str, Teammate]
    by_pk: dict[int, Teammate]
    # Conversation -> who follows it since when.
    followers: dict[int, dict[int, datetime]]
    members: dict[str, set[int]]
    watchful: set[int]
    # Reply that was to go out later -> who wrote it.
    authors: dict[str, int]
    news: dict[Key, News] = field(default_factory=dict)
    done: set[Key] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    # Private team -> who may look.
    seeing: dict[int, set[int]] = field(default_factory=dict)
    # Who had a conversation when what is looked at happened.
    assignees: dict[int, int | None] = field(default_factory=dict)

    def tell(self, who: Iterable[int], entry: Entry, reason: str, by: str) -> None:
        conversation = self.conversations[place_of(entry)]
        for pk in who:
            if self.is_doer(pk, entry) or not self.wants(pk, reason):
                continue
            news = self.news.setdefault((pk, conversation.pk), News())
            news.reasons[reason] = by
            news.seq = max(news.seq, entry.after.get("seq") or conversation.last_seq)
            news.message = entry.after.get("message", news.message)
            news.words = entry.after.get("reason", "") if entry.kind in UNSENT else news.words
            news.at = entry.created_at

    def is_doer(self, pk: int, entry: Entry) -> bool:
        doer = self.mates.get(entry.actor_id) if entry.actor_type == "teammate" else None
        return doer is not None and doer.pk == pk

    def wants(self, pk: int, reason: str) -> bool:
        mate = self.by_pk.get(pk)
        return mate is not None and attention.wishes_of(mate).wants(reason, APP)

    def forget(self, pk: int, conversation: Conversation) -> None:
        self.news.pop((pk, conversation.pk), None)
        self.done.add((pk, conversation.pk))

    def finish(self, conversation: Conversation) -> None:
        for key in [key for key in self.news if key[1] == conversation.pk]:
            del self.news[key]
        self.finished.add(conversation.pk)

    def holders(self, conversation: Conversation, entry: Entry) -> set[int]:
        """Who had a conversation and who followed it when something happened there."""
        assignee = self.assignees.get(conversation.pk, conversation.assignee_id)
        following = self.followers.get(conversation.pk, {}).items()
        held = {pk for pk, since in following if since < entry.created_at}
        return held | {assignee} if assignee else held


def notify(entries: list[Entry]) -> None:
    """Tells whom these entries concern, oldest first, and clears what they settle."""
    gathered = gather(entries)
    ours = [entry for entry in entries if place_of(entry) in gathered.conversations]
    for entry in reversed(ours):
        go_back(entry, gathered)
    for entry in ours:
        look_at(entry, gathered)
    settle(gathered)
    deliver(gathered)


def place_of(entry: Entry) -> str:
    """The conversation in which something happened."""
    return entry.after["conversation"] if entry.kind in UNSENT else entry.subject_id


def gather(entries: list[Entry]) -> Round:
    rows = Conversation.objects.filter(public_id__in={place_of(entry) for entry in entries})
    conversations = {row.public_id: row for row in rows.select_related("team", "contact")}
    names = {entry.actor_id for entry in entries if entry.actor_type == "teammate"}
    teams: set[str] = set()
    for entry in entries:
        names |= {entry.after.get("assignee"), entry.before.get("assignee")}
        names |= set(entry.after.get("mentioned", ()))
        if entry.kind == "conversation.assigned" and entry.after.get("team"):
            teams.add(entry.after["team"])
    members = {
        team.public_id: set(team.memberships.values_list("teammate_id", flat=True))
        for team in Team.objects.filter(public_id__in=teams)
    }
    followers = followers_of(conversations.values())
    is_new = any(entry.kind == "conversation.started" for entry in entries)
    watchful = set(waiting_for_new()) if is_new else set()
    authors = authors_of(entry.subject_id for entry in entries if entry.kind in UNSENT)
    pks = {row.assignee_id for row in conversations.values()}.union(
        *members.values(), *followers.values(), watchful, authors.values()
    )
    mates = Teammate.objects.filter(public_id__in=names - {None}) | Teammate.objects.filter(
        pk__in=pks - {None}
    )
    active = [mate for mate in mates.select_related("role") if mate.is_active]
    return Round(
        conversations,
        {mate.public_id: mate for mate in active},
        {mate.pk: mate for mate in active},
        followers,
        members,
        watchful,
        authors,
    )


def authors_of(names: Iterable[str]) -> dict[str, int]:
    wanted = set(names)
    if not wanted:
        return {}
    rows = LaterMessage.objects.filter(public_id__in=wanted)
    return dict(rows.values_list("public_id", "teammate_id"))


def go_back(entry: Entry, to: Round) -> None:
    """Notes who had the conversation before this entry."""
    if "assignee" in entry.before:
        old = to.mates.get(entry.before["assignee"] or "")
        to.assignees[to.conversations[place_of(entry)].pk] = old.pk if old else None


def followers_of(conversations: Iterable[Conversation]) -> dict[int, dict[int, datetime]]:
    found: dict[int, dict[int, datetime]] = {}
    rows = Follower.objects.filter(conversation__in=list(conversations))
    for row in rows:
        found.setdefault(row.conversation_id, {})[row.teammate_id] = row.created_at
    return found


def waiting_for_new() -> Iterable[int]:
    wish = {attention.SUBJECT: {"kinds": {attention.NEW: [APP]}}}
    return Teammate.objects.active().filter(preferences__contains=wish).values_list("pk", flat=True)


def look_at(entry: Entry, to: Round) -> None:
    """What one entry means for whom."""
    conversation = to.conversations[place_of(entry)]
    doer = to.mates.get(entry.actor_id) if entry.actor_type == "teammate" else None
    name = str(doer or conversation.contact.display_name)
    match entry.kind:
        case "conversation.started":
            to.tell(to.watchful, entry, attention.NEW, name)
        case "message.received":
            to.tell(to.holders(conversation, entry), entry, attention.REPLY, name)
        case "message.sent" | "note.added":
            if doer is not None:
                to.forget(doer.pk, conversation)
            mates = (to.mates.get(mate) for mate in entry.after.get("mentioned", ()))
            named = {mate.pk for mate in mates if mate}
            to.tell(named, entry, attention.MENTIONED, name)
            is_note = entry.kind == "note.added"
            author = name if doer is not None else "Bot"
            kind = attention.NOTE if is_note else attention.REPLY
            to.tell(to.holders(conversation, entry) - named, entry, kind, author)
        case "conversation.assigned":
            look_at_assignment(entry, to, conversation, str(doer or ""))
        case "conversation.reopened":
            if entry.before.get("status") == "snoozed" and entry.actor_type == "system":
                to.tell(to.holders(conversation, entry), entry, attention.WOKEN, "")
        case "conversation.closed" | "conversation.marked_spam":
            to.finish(conversation)
        case "notice.failed":
            to.tell(to.holders(conversation, entry), entry, attention.FAILED, "")
        case "later.failed" | "later.called_off" if entry.subject_id in to.authors:
            to.tell([to.authors[entry.subject_id]], entry, attention.FAILED, "")


def look_at_assignment(entry: Entry, to: Round, conversation: Conversation, name: str) -> None:
    old = to.mates.get(entry.before.get("assignee") or "")
    if old is not None:
        to.forget(old.pk, conversation)
    new = to.mates.get(entry.after.get("assignee") or "")
    if "assignee" in entry.after:
        to.assignees[conversation.pk] = new.pk if new else None
    if new is not None:
        # Somebody has it: their team need not look any more.
        to.taken.add(conversation.pk)
        to.tell([new.pk], entry, attention.ASSIGNED, name)
    elif entry.after.get("team") and conversation.assignee_id is None:
        to.tell(to.members.get(entry.after["team"], ()), entry, attention.TEAM, name)


# ---- what is settled -----------------------------------------------------------------------------


def settle(gathered: Round) -> None:
    """Clears what the round has found done, all at once: so it is locked in one order."""
    open_ = Notification.objects.open()
    done = Q(conversation__in=gathered.finished)
    for teammate, conversation in sorted(gathered.done):
        done |= Q(teammate=teammate, conversation=conversation)
    pks = set(open_.filter(done).values_list("pk", flat=True))
    if gathered.taken:
        only_team = open_.filter(conversation__in=gathered.taken)
        for each in only_team.filter(reasons__has_any_keys=[attention.TEAM, attention.NEW]):
            if set(each.reasons) <= {attention.TEAM, attention.NEW}:
                pks.add(each.pk)
    clear(open_.filter(pk__in=pks))


# ---- what is told --------------------------------------------------------------------------------


def deliver(gathered: Round) -> None:
    """Stores the news, joined to what is open already, and shows them."""
    news = {key: each for key, each in gathered.news.items() if is_theirs(key, gathered)}
    for key in read_already(news):
        del news[key]
    if not news:
        return
    previews = previews_of(each.message for each in news.values())
    stored = upsert(news, previews)
    conversations = {row.pk: row for row in gathered.conversations.values()}
    for key, reasons in stored.items():
        show(gathered.by_pk[key[0]], conversations[key[1]], news[key], reasons, previews)


def is_theirs(key: Key, gathered: Round) -> bool:
    """Whether a teammate may see the conversation, now."""
    conversation = next(row for row in gathered.conversations.values() if row.pk == key[1])
    team = conversation.team
    if team is None or not team.is_private:
        return True
    if team.pk not in gathered.seeing:
        pks = Teammate.objects.seeing(team).values_list("pk", flat=True)
        gathered.seeing[team.pk] = set(pks)
    return key[0] in gathered.seeing[team.pk]


def read_already(news: Mapping[Key, News]) -> list[Key]:
    """What was on a teammate's screen before it came to telling them."""
    markers = ReadMarker.objects.filter(
        teammate__in={key[0] for key in news}, conversation__in={key[1] for key in news}
    )
    seqs = {(row.teammate_id, row.conversation_id): row.seq for row in markers}
    return [
        key
        for key, each in news.items()
        if set(each.reasons) <= {attention.REPLY, attention.NOTE} and seqs.get(key, -1) >= each.seq
    ]


def previews_of(names: Iterable[str]) -> dict[str, str]:
    said = Message.objects.filter(public_id__in={name for name in names if name})
    return {
        name: plain(text, length=PREVIEW)
        for name, text in said.exclude(body_text="").values_list("public_id", "body_text")
    }


def upsert(news: Mapping[Key, News], previews: Mapping[str, str]) -> dict[Key, dict[str, str]]:
    """One statement for all; returns the reasons that now stand."""
    values: list[Any] = []
    # In one order everywhere, so that two rounds at once do not wait for each other.
    for (teammate, conversation), each in sorted(news.items()):
        values += [new_id("nf"), teammate, conversation, json.dumps(each.reasons)]
        values += [previews.get(each.message, each.words)[:PREVIEW], each.seq, each.at]
    row = "(%s, %s, %s, %s::jsonb, %s, %s, %s, false)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO inbox_notification AS kept (public_id, teammate_id, conversation_id,
                   reasons, preview, seq, happened_at, is_mailed)
            VALUES {", ".join([row] * len(news))}
            ON CONFLICT (teammate_id, conversation_id) WHERE cleared_at IS NULL DO UPDATE
               SET reasons = kept.reasons || excluded.reasons,
                   preview = coalesce(nullif(excluded.preview, ''), kept.preview),
                   seq = greatest(kept.seq, excluded.seq),
                   happened_at = greatest(kept.happened_at, excluded.happened_at),
                   is_mailed = false
            RETURNING teammate_id, conversation_id, reasons
            """,
            values,
        )
        return {(row[0], row[1]): as_dict(row[2]) for row in cursor.fetchall()}


def as_dict(value: Any) -> dict[str, str]:
    return json.loads(value) if isinstance(value, str) else value


def show(
    teammate: Teammate,
    conversation: Conversation,
    news: News,
    reasons: Mapping[str, str],
    previews: Mapping[str, str],
) -> None:
    """Tells the teammate's screens; whether they ring is as the teammate wishes."""
    wishes = attention.wishes_of(teammate)
    is_loud = news.at is not None and not wishes.is_quiet(news.at)
    rings = is_loud and any(wishes.wants(reason, DESKTOP) for reason in news.reasons)
    frame = {
        "type": "notification",
        "conversation": conversation.public_id,
        "title": attention.said(news.reasons),
        "body": previews.get(news.message, news.words) or conversation.contact.display_name,
        "reasons": list(reasons),
        "is_cleared": False,
        "has_sound": rings and wishes.has_sound,
        "is_desktop": rings,
    }
    publish_after_commit([f"teammate.{teammate.public_id}"], frame)
