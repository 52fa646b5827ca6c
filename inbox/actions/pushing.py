"""Telling the devices of teammates who have no inbox in front of them, and withdrawing what was
shown there when it is seen to.

News queue one row a device; when it is due it is looked at anew and sent in nobody's transaction.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now

from ground.web import push
from inbox import attention, presence
from inbox.actions.thread import database_now
from inbox.attention import DESKTOP
from inbox.models import Conversation, Push
from people.actions import drop_device
from people.models import Device, Teammate
from people.sessions import teammate_in

State = Push.State

# Who is about to look, looks within this.
AFTER = timedelta(seconds=5)
# Who has an inbox in front of them is asked about again, and in the end it was enough.
LOOK_AGAIN = timedelta(seconds=15)
LOOKED_ENOUGH = timedelta(minutes=10)
LEASE = timedelta(minutes=1)
STEP = timedelta(seconds=15)
# What is older is no news.
TOO_LATE = timedelta(hours=1)
BATCH = push.AT_ONCE
ROUND_SECONDS = 10
TITLE_MAX, BODY_MAX, SHOWING_MAX = 120, 200, 40
DOUBLINGS_MAX = 6


# ---- queueing ------------------------------------------------------------------------------------


def queue(rung: Sequence[tuple[int, int, datetime]]) -> None:
    """After news that ring: for each (notification, teammate, when) one row a device of theirs.
    What waits already speaks of this, too, and at the time that it had."""
    if not rung:
        return
    with transaction.atomic():
        enqueue(rung, devices_of({teammate for _, teammate, _ in rung}))


def devices_of(teammates: Collection[int]) -> dict[int, list[int]]:
    """The devices of each, by keys; none of them goes away before the transaction ends."""
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT teammate_id, id FROM people_device WHERE teammate_id = ANY(%s)"
            " ORDER BY id FOR KEY SHARE",
            [list(teammates)],
        )
        for teammate, pk in cursor.fetchall():
            found.setdefault(teammate, []).append(pk)
    return found


def enqueue(rung: Sequence[tuple[int, int, datetime]], found: dict[int, list[int]]) -> None:
    values: list[Any] = []
    # In one order everywhere, so that two rounds at once do not wait for each other.
    for notification, teammate, at in sorted(rung):
        for device in sorted(found.get(teammate, ())):
            values += [notification, device, State.QUEUED, at, at + AFTER]
    if not values:
        return
    row = "(%s, %s, %s, %s, %s, false, false, 0, '')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO inbox_push AS kept (notification_id, device_id, state, since, due_at,
                   is_withdrawal, is_shown, attempts, reason)
            VALUES {", ".join([row] * (len(values) // 5))}
            ON CONFLICT (notification_id, device_id) DO UPDATE
               SET state = excluded.state, since = greatest(kept.since, excluded.since),
                   due_at = CASE WHEN kept.state = excluded.state AND NOT kept.is_withdrawal
                                 THEN kept.due_at ELSE excluded.due_at END,
                   is_withdrawal = false
            """,
            values,
        )


def withdraw(notifications: Sequence[int]) -> None:
    """These are seen to: what waits is not needed, what a device may show goes away there."""
    rows = Push.objects.filter(notification__in=notifications)
    rows.exclude(state=State.OBSOLETE, is_shown=False).update(
        state=Case(When(is_shown=True, then=Value(State.QUEUED)), default=Value(State.OBSOLETE)),
        is_withdrawal=F("is_shown"),
        since=Now(),
        due_at=Now(),
        reason="",
    )


# ---- sending -------------------------------------------------------------------------------------


class Obsolete(Exception):
    """This push is not needed any more. Says why."""


class LoggedOut(Obsolete):
    """The session in which this device asked is over."""


class Postponed(Exception):
    """Not yet, for they may be looking at it already."""


@dataclass
class Job:
    """A push that is being sent: what its device is handed."""

    row: Push
    shown: dict[str, Any]

    @property
    def topic(self) -> str:
        return self.row.notification.topic


def push_due() -> int:
    """Sends what is due; returns how many pushes were looked at."""
    count = give_up_on_the_lost()
    end_at = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < end_at:
        looked_at, jobs = take()
        if not looked_at:
            break
        count += looked_at
        send(jobs)
    return count


def give_up_on_the_lost() -> int:
    """Whose sender died in the middle: a pop-up is not repeated, a withdrawal does no harm."""
    lost = Push.objects.filter(state=State.SENDING, due_at__lt=Now())
    return lost.update(
        state=Case(
            When(is_withdrawal=True, then=Value(State.QUEUED)), default=Value(State.UNKNOWN)
        ),
        reason="The sender was cut off.",
    )


def take() -> tuple[int, list[Job]]:
    """The next due ones: how many were looked at, and what of them is being sent from now on. Two
    senders never take the same. Devices whose session turns out to be over are dropped."""
    ended: list[Device] = []
    with transaction.atomic():
        rows = list(
            Push.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("device", "notification__conversation__contact", "notification__side")
            .filter(state=State.QUEUED, due_at__lte=Now())
            .order_by("due_at", "id")[:BATCH]
        )
        now = database_now()
        jobs = [job for row in rows if (job := taken(row, now, ended)) is not None]
        fields = ["state", "due_at", "attempts", "is_shown", "reason"]
        Push.objects.bulk_update(rows, fields)
    # With its rows, and after this transaction, which holds some of them.
    for device in ended:
        drop_device(device, "the session is over")
    return len(rows), jobs


def taken(row: Push, now: datetime, ended: list[Device]) -> Job | None:
    """Decides at the last moment, and notes it on the row."""
    try:
        shown = withdrawal(row, now) if row.is_withdrawal else prepared(row, now)
    except Obsolete as why:
        if isinstance(why, LoggedOut):
            ended.append(row.device)
        row.state, row.reason = State.OBSOLETE, str(why)
        return None
    except Postponed:
        row.due_at = now + LOOK_AGAIN
        return None
    row.state, row.due_at, row.reason = State.SENDING, now + LEASE, ""
    row.attempts += 1
    row.is_shown = True
    return Job(row, shown)


def withdrawal(row: Push, now: datetime) -> dict[str, Any]:
    if row.since < now - TOO_LATE:
        raise Obsolete("Too late.")
    if not push.may_be_silent(row.device):
        raise Obsolete("Such a service takes nothing that shows nothing.")
    return {"withdrawn": row.notification.topic}


def prepared(row: Push, now: datetime) -> dict[str, Any]:
    """What to show. Raises Obsolete, Postponed."""
    notification, device = row.notification, row.device
    if notification.cleared_at is not None:
        raise Obsolete("Seen to.")
    if row.since < now - TOO_LATE:
        raise Obsolete("Too late.")
    teammate = teammate_in(device.session_key)
    if teammate is None or teammate.pk != notification.teammate_id:
        raise LoggedOut("The session is over.")
    visible = Conversation.objects.visible_to(teammate)
    if not visible.filter(pk=notification.conversation_id).exists():
        raise Obsolete("They may not see it any more.")
    wishes = attention.wishes_of(teammate)
    wanted = [reason for reason in notification.reasons if wishes.wants(reason, DESKTOP)]
    if not wanted or wishes.is_quiet(now):
        raise Obsolete("They wish no such thing now.")
    if presence.is_looking(teammate.public_id):
        if row.since < now - LOOKED_ENOUGH:
            raise Obsolete("They had an inbox in front of them.")
        raise Postponed
    return said(row, teammate, wishes, wanted)


def said(
    row: Push, teammate: Teammate, wishes: attention.Wishes, wanted: list[str]
) -> dict[str, Any]:
    """The pop-up. Names and words only if its teammate wishes so: screens lie about."""
    notification = row.notification
    conversation = notification.conversation
    name = conversation.contact.display_name
    is_message = not {attention.REPLY, attention.NEW}.isdisjoint(wanted)
    title, body = "New message in Counterfoil" if is_message else "News for you in Counterfoil", ""
    if wishes.has_words:
        title = attention.said(notification.reasons)
        body = notification.preview or ("" if name in title else name)
    return {
        "title": title[:TITLE_MAX],
        "body": body[:BODY_MAX],
        "tag": notification.topic,
        "at": int(row.since.timestamp() * 1000),
        "silent": not any(wishes.sounds(reason) for reason in wanted),
        "url": notification.path,
        "showing": showing(row.device),
    }


def showing(device: Device) -> list[str] | None:
    """What a device may rightly show: the rest it takes away. None when that is too much to say."""
    rows = device.pushes.filter(Q(is_shown=True), notification__cleared_at=None)
    topic = Coalesce("notification__side__public_id", "notification__conversation__public_id")
    names = rows.order_by("-id").values_list(topic, flat=True)
    found = list(names[: SHOWING_MAX + 1])
    return found if len(found) <= SHOWING_MAX else None


def send(jobs: Sequence[Job]) -> None:
    """Hands them over, outside of every transaction, and notes how it went."""
    if not jobs:
        return
    devices = [job.row.device for job in jobs]
    outcomes = push.hand_out(devices, [job.shown for job in jobs], [job.topic for job in jobs])
    for job, outcome in zip(jobs, outcomes, strict=True):
        conclude(job.row, outcome)


def conclude(row: Push, outcome: push.Outcome) -> None:
    # Still ours? News, a withdrawal or the end of its lease may have come meanwhile.
    ours = Push.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
    try:
        reason = push.judge(row.device, outcome, lambda why: drop_device(row.device, why))
    except push.Gone:
        return
    except push.Later as later:
        wait = max(timedelta(seconds=later.seconds), STEP * 2 ** min(row.attempts, DOUBLINGS_MAX))
        ours.update(state=State.QUEUED, due_at=Now() + wait, reason=str(later)[:200])
        return
    ours.update(state=State.SENT, is_shown=not row.is_withdrawal, reason=reason[:200])
