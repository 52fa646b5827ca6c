"""`python -m bench.reckoning`: how fast the deadlines of 100,000 open conversations are reckoned
anew when a service level changes, by the due rows that do it in the product; prints JSON lines.

Beside it, bare statements that lock, read and write as many rows in bits of the same size. And how
long a customer's message takes, and how late another due row is done, while that goes on.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from typing import Any

import django

CONVERSATIONS, TENTH = 100_000, 10_000
# At most so long for each pass; so many one by one; a customer writes every so often.
SECONDS, SINGLE, EVERY = 15.0, 50, 0.05
QUIET, BUSY = 4.0, 10.0
NAME = "'cv_bench' || lpad((n + {made})::text, 12, '0')"
AGO = "now() - interval '1 second' * (n % 5000)"
_BARE = """
WITH mine AS (
     SELECT id, public_id FROM inbox_conversation
      WHERE status IN ('open', 'snoozed') AND id > %s ORDER BY id LIMIT %s FOR UPDATE),
told AS MATERIALIZED (
     SELECT mine.id, max(entry.created_at) AS at FROM mine
       JOIN journal_entry AS entry
         ON entry.subject_type = 'conversation' AND entry.subject_id = mine.public_id
      GROUP BY mine.id),
timed AS (
     UPDATE routing_clock AS clock SET due_at = told.at + interval '1 hour' * %s FROM told
      WHERE clock.conversation_id = told.id),
written AS (
     INSERT INTO journal_entry (kind, actor_type, actor_id, subject_type, subject_id, topics,
            before, after, depth)
     SELECT 'bench', 'system', '', 'bench', public_id, '{}', '{}', '{}', 0 FROM mine)
UPDATE inbox_conversation AS held SET due_at = told.at + interval '1 hour' * %s FROM told
 WHERE held.id = told.id RETURNING held.id
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from ground.journal.live import silently

    with silently():
        if sys.argv[1:] == ["write"]:
            write(float(sys.stdin.readline()))
        else:
            measure()


def measure() -> None:
    from bench.copies import analyzed
    from routing.actions.promising import save_policy
    from routing.models import Policy

    level = save_policy(
        Policy(),
        by=None,
        name="All",
        condition={"fact": "conversation.status", "op": "is", "value": "open"},
        steps=[{"target": "first", "minutes": 60, "do": "priority", "value": "high"}],
        first_minutes=6_000,
    )
    first, again, bare = {}, {}, {}
    made = 0
    for size in (TENTH, CONVERSATIONS):
        fill(size - made, made)
        made = size
        analyzed()
        first[size], reached = reckoned(level, 7_000 + size)
        again[size], _ = reckoned(level, 8_000 + size, at_most=reached)
        bare[size] = barely(size)
    tell("levels.recompute", again[CONVERSATIONS], "/s", bare[CONVERSATIONS])
    tell("levels.recompute.growth", again[TENTH] / again[CONVERSATIONS], "x")
    tell("levels.recompute.first", first[CONVERSATIONS], "/s", bare[CONVERSATIONS])
    tell("levels.recompute.single", one_by_one(level), "/s", again[CONVERSATIONS])
    quiet, busy, late = beside(level)
    tell("levels.meanwhile.message.p50", statistics.median(busy), "ms", statistics.median(quiet))
    tell("levels.meanwhile.message.max", max(busy), "ms", max(quiet))
    tell("levels.meanwhile.late.max", max(late), "ms")


def fill(count: int, made: int) -> None:
    """Open conversations in which a customer waits, as the journal and a level know them."""
    from bench.copies import copied
    from ground.journal.models import Entry
    from inbox.actions import start
    from inbox.models import Binding, Conversation, Line
    from people.actions import create_contact

    line, _ = Line.objects.get_or_create(kind="messenger", name="Bench")
    contact = create_contact(by=None, name="Dora")
    kept: Conversation = start(
        contact, line=line, identity=None, body="Hello?", client_id=uuid.uuid4()
    ).conversation
    told = Entry.objects.filter(subject_id=kept.public_id, kind="message.received").get()
    named = NAME.format(made=made)
    times = dict.fromkeys(("waiting_since", "last_message_at", "created_at"), AGO)
    copied(kept, count, public_id=named, client_id="gen_random_uuid()", **times)
    copied(told, count, subject_id=named, created_at=AGO)
    ours = f"(SELECT id FROM inbox_conversation WHERE public_id = {named})"
    copied(Binding.objects.get(conversation=kept), count, conversation_id=ours)


def reckoned(level: Any, minutes: int, at_most: int = 0) -> tuple[float, int]:
    """Conversations a second after a level has changed, and how many were reached."""
    from ground.hours import due
    from ground.journal.reactions import run_owed
    from routing.actions.promising import save_policy
    from routing.actions.reckoning import AT_ONCE

    save_policy(level, by=None, first_minutes=minutes)
    run_owed()
    reached, began = 0, time.perf_counter()
    while due.run_due(1):
        reached += AT_ONCE
        took = time.perf_counter() - began
        if took > SECONDS or reached == at_most:
            break
    return reached / took, reached


def barely(size: int) -> float:
    """The same in one statement for each bit, without any thought."""
    from django.db import connection

    from routing.actions.reckoning import AT_ONCE

    last, reached, began = 0, 0, time.perf_counter()
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_BARE, [last, AT_ONCE, 2, 2])
            keys = [key for (key,) in cursor.fetchall()]
            if not keys:
                break
            last, reached = max(keys), reached + len(keys)
            if time.perf_counter() - began > SECONDS / 4:
                break
    return reached / (time.perf_counter() - began)


def one_by_one(level: Any) -> float:
    """As when something happens in each of them."""
    from inbox.models import Conversation
    from routing.actions.keeping import keep
    from routing.levels import read
    from routing.models import Policy

    Policy.objects.filter(pk=level.pk).update(first_minutes=9_000)
    found = read()
    names = Conversation.objects.filter(public_id__startswith="cv_bench").order_by("pk")
    began = time.perf_counter()
    for name in names.values_list("public_id", flat=True)[:SINGLE]:
        keep(name, found, is_chosen_anew=True)
    return SINGLE / (time.perf_counter() - began)


# ---- what others notice --------------------------------------------------------------------------


def beside(level: Any) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of a customer's message alone and while everything is reckoned anew, and how
    late other due rows are done then."""
    from ground.hours import due
    from ground.hours.models import DueRow
    from ground.journal.reactions import run_owed
    from inbox.models import Conversation
    from routing.actions.keeping import SOON
    from routing.actions.promising import save_policy

    with writer() as told:
        quiet = written(told, QUIET)
    some = Conversation.objects.filter(public_id__startswith="cv_bench").earliest("pk")
    save_policy(level, by=None, first_minutes=9_500)
    run_owed()
    with writer() as told:
        told.stdin.write(f"{BUSY}\n")
        told.stdin.flush()
        until, number = time.monotonic() + BUSY, 0
        while time.monotonic() < until and due.run_due(1):
            number += 1
            payload = {"target": "first", "began_at": "2000-01-01T00:00:00+00:00"}
            due.plan(SOON, some, django_now(), key=f"bench:{number}", payload=payload)
        busy = json.loads(told.stdout.readline())
    rows = DueRow.objects.filter(key__startswith="bench:", done_at__isnull=False)
    late = [(row.done_at - row.due_at) / timedelta(milliseconds=1) for row in rows if row.done_at]
    return quiet, busy, late


def django_now() -> Any:
    from django.utils import timezone

    return timezone.now()


def writer() -> Any:
    """A customer in another process."""
    command = [sys.executable, "-m", "bench.reckoning", "write"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def written(told: Any, seconds: float) -> list[float]:
    told.stdin.write(f"{seconds}\n")
    told.stdin.flush()
    found: list[float] = json.loads(told.stdout.readline())
    return found


def write(seconds: float) -> None:
    """Milliseconds that each of a customer's messages took, in conversations by chance."""
    from inbox.actions import reply
    from inbox.models import Conversation

    rows = Conversation.objects.filter(public_id__startswith="cv_bench").order_by("pk")
    low, high = rows.earliest("pk").pk, rows.latest("pk").pk
    found, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        # Among those that are reckoned first, where the two meet.
        key = random.randint(low, low + (high - low) // 10)
        talk = Conversation.objects.filter(pk=key).select_related("contact").first()
        if talk is None:
            continue
        began = time.perf_counter()
        reply(talk, by=talk.contact, body="And?", client_id=uuid.uuid4())
        found.append(1000 * (time.perf_counter() - began))
        time.sleep(EVERY)
    print(json.dumps(found), flush=True)


def tell(name: str, value: float, unit: str, beside: float | None = None) -> None:
    ratio = value / beside if beside else None
    figure = {"name": name, "value": value, "unit": unit, "beside": beside, "ratio": ratio}
    print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
