"""Storing news for teammates, joined to what is open already, and showing them."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from ground.journal.live import publish_after_commit
from ground.web.ids import new_id
from ground.web.markup import plain
from inbox import attention
from inbox.actions import pushing
from inbox.attention import DESKTOP
from inbox.models import Conversation, Message, ReadMarker
from inbox.news import Key, News, Round
from people.models import Teammate

PREVIEW = 140
SEEN_BY_READING = {attention.REPLY, attention.NOTE, attention.NEW}


def deliver(gathered: Round) -> None:
    """Stores the news, joined to what is open already, and shows them."""
    news = {key: each for key, each in gathered.news.items() if is_theirs(key, gathered)}
    if not news:
        return
    for key in read_already(news):
        del news[key]
    if not news:
        return
    previews = previews_of(each.message for each in news.values())
    stored = upsert(news, previews)
    conversations = {row.pk: row for row in gathered.conversations.values()}
    rung: list[tuple[int, int, datetime]] = []
    for key, (notification, reasons) in stored.items():
        teammate, each = gathered.by_pk[key[0]], news[key]
        rings = is_loud(teammate, each)
        show(teammate, conversations[key[1]], each, reasons, previews, rings)
        if rings and each.at is not None:
            rung.append((notification, key[0], each.at))
    pushing.queue(rung)


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
        if set(each.reasons) <= SEEN_BY_READING and seqs.get(key, -1) >= each.seq
    ]


def previews_of(names: Iterable[str]) -> dict[str, str]:
    said = Message.objects.filter(public_id__in={name for name in names if name})
    return {
        name: plain(text, length=PREVIEW)
        for name, text in said.exclude(body_text="").values_list("public_id", "body_text")
    }


def upsert(
    news: Mapping[Key, News], previews: Mapping[str, str]
) -> dict[Key, tuple[int, dict[str, str]]]:
    """One statement for all; returns the notifications and the reasons that now stand."""
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
            ON CONFLICT (teammate_id, conversation_id)
                  WHERE cleared_at IS NULL AND side_id IS NULL DO UPDATE
               SET reasons = kept.reasons || excluded.reasons,
                   preview = CASE
                       -- How it began says less than what came of it, whichever is told first.
                       WHEN excluded.reasons - %s = '{{}}' AND kept.preview != '' THEN kept.preview
                       ELSE coalesce(nullif(excluded.preview, ''), kept.preview) END,
                   seq = greatest(kept.seq, excluded.seq),
                   happened_at = greatest(kept.happened_at, excluded.happened_at),
                   is_mailed = false
            RETURNING teammate_id, conversation_id, id, reasons
            """,
            [*values, attention.NEW],
        )
        return {(row[0], row[1]): (row[2], as_dict(row[3])) for row in cursor.fetchall()}


def as_dict(value: Any) -> dict[str, str]:
    return json.loads(value) if isinstance(value, str) else value


def is_loud(teammate: Teammate, news: News) -> bool:
    """Whether news ring, as the teammate wishes, or only stand in the inbox."""
    wishes = attention.wishes_of(teammate)
    if news.at is None or wishes.is_quiet(news.at):
        return False
    return any(wishes.wants(reason, DESKTOP) for reason in news.reasons)


def show(
    teammate: Teammate,
    conversation: Conversation,
    news: News,
    reasons: Mapping[str, str],
    previews: Mapping[str, str],
    rings: bool,
    side: str = "",
) -> None:
    """Tells the teammate's screens. `side` is the id of the side conversation that it is about, if
    it is about one."""
    wishes = attention.wishes_of(teammate)
    name = conversation.contact.display_name
    title = attention.said(news.reasons)
    frame = {
        "type": "notification",
        "conversation": conversation.public_id,
        "side": side,
        "title": title,
        "body": previews.get(news.message, news.words) or ("" if name in title else name),
        "at": int(news.at.timestamp() * 1000) if news.at else 0,
        "reasons": list(reasons),
        "is_cleared": False,
        "has_sound": rings and any(wishes.sounds(reason) for reason in news.reasons),
        "is_desktop": rings,
    }
    publish_after_commit([f"teammate.{teammate.public_id}"], frame)
