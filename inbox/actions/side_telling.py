"""Telling those who take part in a side conversation of what is said there: owed after each entry,
like all notifications, and no longer when they have read it or it is closed."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from ground.journal.models import Entry
from ground.web.ids import new_id
from ground.web.markup import plain
from inbox import attention, kinds
from inbox.actions import pushing
from inbox.actions.clearing import clear
from inbox.actions.telling import PREVIEW, as_dict, is_loud, show
from inbox.attention import APP
from inbox.models import Notification, SideConversation, SideMessage, SideReadMarker
from inbox.news import News
from people.models import Teammate


def tell(entry: Entry) -> None:
    """Tells whom one entry concerns, or clears what it settles."""
    sides = SideConversation.objects.select_related("conversation__team", "conversation__contact")
    side = sides.filter(public_id=entry.subject_id).first()
    if side is None:
        return
    if entry.kind == kinds.SIDE_CLOSED:
        if side.is_closed:
            clear(Notification.objects.open().filter(side=side))
        return
    doer = Teammate.objects.filter(public_id=entry.actor_id).first()
    seq = entry.after.get("side_seq", side.last_seq)
    told = {
        mate: reason
        for mate, reason in concerned(entry, side).items()
        if mate != doer and attention.wishes_of(mate).wants(reason, APP)
    }
    for mate in read_already(side, told, seq) if entry.kind != kinds.SIDE_JOINED else ():
        del told[mate]
    if told:
        deliver(side, entry, told, str(doer or ""), seq)


def concerned(entry: Entry, side: SideConversation) -> dict[Teammate, str]:
    """Who is told, and why: being named goes before being asked, and that before an answer."""
    taking_part = dict.fromkeys(side.people(), attention.ANSWERED)
    asked = among(taking_part, entry.after if entry.kind != kinds.SIDE_ANSWERED else {})
    named = among(taking_part, entry.after.get("mentioned", {}))
    reasons = taking_part if entry.kind == kinds.SIDE_ANSWERED else {}
    reasons = reasons | dict.fromkeys(asked, attention.ASKED)
    return reasons | dict.fromkeys(named, attention.MENTIONED)


def among(mates: Iterable[Teammate], journaled: dict[str, list[str]]) -> list[Teammate]:
    """Those whom an entry names by themselves or by their team."""
    direct, teams = journaled.get("teammates", []), journaled.get("teams", [])
    wanted = Q(public_id__in=direct) | Q(memberships__team__public_id__in=teams)
    pks = set(
        Teammate.objects.filter(wanted, pk__in=[mate.pk for mate in mates]).values_list(
            "pk", flat=True
        )
    )
    return [mate for mate in mates if mate.pk in pks]


def read_already(side: SideConversation, told: Iterable[Teammate], seq: int) -> list[Teammate]:
    """Who had it on screen before it came to telling them."""
    markers = SideReadMarker.objects.filter(side=side, seq__gte=seq)
    seen = set(markers.values_list("teammate_id", flat=True))
    return [mate for mate in told if mate.pk in seen]


def deliver(
    side: SideConversation, entry: Entry, told: dict[Teammate, str], by: str, seq: int
) -> None:
    """Stores the news, joined to what is open already, and shows them."""
    name = entry.after.get("message", "")
    said = SideMessage.objects.filter(public_id=name).first() if name else None
    words = side.preview if said is None else said.body_text
    preview = plain(": ".join(filter(None, [side.subject, words])), length=PREVIEW)
    rung: list[tuple[int, int, datetime]] = []
    # In one order everywhere, so that two at once do not wait for each other.
    for mate in sorted(told, key=lambda each: each.pk):
        pk, reasons = upsert(side, mate, {told[mate]: by}, preview, seq, entry)
        news = News({told[mate]: by}, seq, words=preview, at=entry.created_at)
        rings = is_loud(mate, news)
        show(mate, side.conversation, news, reasons, {}, rings, side=side.public_id)
        if rings:
            rung.append((pk, mate.pk, entry.created_at))
    pushing.queue(rung)


def upsert(
    side: SideConversation,
    mate: Teammate,
    reasons: dict[str, str],
    preview: str,
    seq: int,
    entry: Entry,
) -> tuple[int, dict[str, str]]:
    """Returns the notification and the reasons that now stand."""
    values: list[Any] = [new_id("nf"), mate.pk, side.conversation_id, side.pk, json.dumps(reasons)]
    values += [preview, seq, entry.created_at]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO inbox_notification AS kept (public_id, teammate_id, conversation_id,
                   side_id, reasons, preview, seq, happened_at, is_mailed)
            VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, false)
            ON CONFLICT (side_id, teammate_id)
                  WHERE cleared_at IS NULL AND side_id IS NOT NULL DO UPDATE
               SET reasons = kept.reasons || excluded.reasons,
                   preview = excluded.preview,
                   seq = greatest(kept.seq, excluded.seq),
                   happened_at = greatest(kept.happened_at, excluded.happened_at),
                   is_mailed = false
            RETURNING id, reasons
            """,
            values,
        )
        pk, standing = cursor.fetchone()
        return pk, as_dict(standing)
