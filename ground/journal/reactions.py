"""Reactions: rows that say what must follow an entry, run at least once, done with their effect."""

import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from ground.journal import live
from ground.journal.models import Entry, Reaction

logger = logging.getLogger(__name__)

LEASE_SECONDS = 15
MAX_ATTEMPTS = 8
BATCH = 50
HINT_KEY = "counterfoil:reactions:hinted"
SLOW_HINT_KEY = "counterfoil:reactions:slow:hinted"
HINT_MILLISECONDS = 2000
# Of what takes long, so few hold a transaction open together.
SLOW_BATCH = 8
# Any number that nobody else locks by.
SLOW_LOCK = 0x736C6F77

_together: set[Callable[..., None]] = set()
_alone: set[Callable[..., None]] = set()


@lru_cache(maxsize=1)
def registry() -> dict[str, list[str]]:
    return dict(import_string(settings.JOURNAL_REACTIONS))


def reactions_to(kind: str) -> list[str]:
    """The dotted names of what reacts to a kind, as config/reactions.py lists them."""
    return registry().get(kind, [])


@lru_cache(maxsize=1)
def names_apart() -> frozenset[str]:
    """The reactions that take long for each entry, as config/reactions.py lists them. They run in
    a lane of their own, one batch at a time in the whole house: however much of them is owed,
    nothing else waits for it."""
    return frozenset(import_string(settings.JOURNAL_REACTIONS_APART))


def hint(owed: Collection[str] | None = None) -> None:
    """Tells a worker that something is owed: these reactions, or any. At most one such hint is
    under way at a time, and one for those that
    run apart.

    The worker clears the mark before its last look, so what is committed after is hinted anew.
    A lost hint costs patience, not work: the sweep finds what is owed.
    """
    from ground.journal.tasks import drain, drain_apart

    slow = names_apart()
    try:
        if owed is None or not slow.issuperset(owed):
            hint_to(drain, HINT_KEY)
        if slow and (owed is None or not slow.isdisjoint(owed)):
            hint_to(drain_apart, SLOW_HINT_KEY)
    except live.RedisAway:
        pass
    except Exception as error:
        logger.warning("A reaction could not be hinted; the sweep will find it: %s", error)


def hint_to(task: Any, key: str) -> None:
    if live.hotline().call("SET", key, 1, "NX", "PX", HINT_MILLISECONDS):
        task.apply_async(retry=False, ignore_result=True)


def keep_hint() -> None:
    """A worker looks again in a moment: until then nobody needs to be told."""
    with suppress(live.RedisAway):
        live.hotline().call("SET", HINT_KEY, 1, "PX", HINT_MILLISECONDS)


def clear_hint(key: str = HINT_KEY) -> None:
    with suppress(live.RedisAway):
        live.hotline().call("DEL", key)


@dataclass(frozen=True)
class Claim:
    """A leased reaction; `attempt` is its token: a later claim of the same row has another."""

    pk: int
    name: str
    entry_id: int
    attempt: int


def claim(limit: int = BATCH, *, apart: bool = False) -> list[Claim]:
    """Leases what is owed, oldest first; two workers never hold the same row. Either of those that
    run `apart` or of all others."""
    with connection.cursor() as cursor:
        cursor.execute(
            """/* prepared */
            UPDATE journal_reaction SET attempts = attempts + 1,
                   lease_until = now() + make_interval(secs => %s)
             WHERE id IN (
                   SELECT id FROM journal_reaction
                    WHERE done_at IS NULL AND dead_at IS NULL
                      AND (lease_until IS NULL OR lease_until < now())
                      AND (name = ANY(%s)) = %s
                    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING id, name, entry_id, attempts
            """,
            [LEASE_SECONDS, sorted(names_apart()), apart, limit],
        )
        return sorted((Claim(*row) for row in cursor.fetchall()), key=lambda claim: claim.pk)


def run_batch(claims: list[Claim]) -> None:
    """Runs claimed reactions in one transaction, which is what makes many cheap; if one of them
    fails, none has happened and each runs by itself."""
    apart = [claimed for claimed in claims if is_alone(claimed.name)]
    others = [claimed for claimed in claims if claimed not in apart]
    if len(others) > 1:
        try:
            with transaction.atomic():
                react(others)
            others = []
        except Exception as error:
            logger.info("A batch of %s reactions is run one by one: %s", len(others), error)
    for claimed in (*others, *apart):
        run(claimed)


def react(claims: list[Claim]) -> None:
    """Does what claims that still hold ask for, of each name oldest first; raises what a handler
    raises."""
    held = finish(claims)
    entries = Entry.objects.in_bulk([claimed.entry_id for claimed in claims if claimed.pk in held])
    owed: dict[str, list[Entry]] = {}
    for claimed in claims:
        if claimed.pk in held:
            owed.setdefault(claimed.name, []).append(entries[claimed.entry_id])
    for name, of_name in owed.items():
        react_all(handler(name), of_name)


def react_all(handle: Callable[..., None], entries: list[Entry]) -> None:
    if handle in _together:
        handle(entries)
        return
    for entry in entries:
        handle(entry)


def together(handle: Callable[[list[Entry]], None]) -> Callable[[list[Entry]], None]:
    """Marks a handler that takes all the entries at hand at once, oldest first: for what is owed
    with every message."""
    _together.add(handle)
    return handle


def alone(handle: Callable[[Entry], None]) -> Callable[[Entry], None]:
    """Marks a handler that takes locks for which others wait: it has a transaction of its own, not
    one with whatever else is at hand, and so holds no other locks while it waits for them."""
    _alone.add(handle)
    return handle


def is_alone(name: str) -> bool:
    try:
        return handler(name) in _alone
    except ImportError:
        return False


def run(claimed: Claim) -> None:
    """Runs one claimed reaction; its effect and `done_at` commit together or not at all."""
    try:
        with transaction.atomic():
            react([claimed])
    except Exception as error:
        logger.exception("Reaction %s after entry %s failed", claimed.name, claimed.entry_id)
        postpone(claimed, error)


def finish(claims: list[Claim]) -> set[int]:
    """Marks as done the rows that their claims still hold, and returns which; the row locks keep
    others out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """/* prepared */
            UPDATE journal_reaction SET done_at = now(), error = ''
              FROM unnest(%s::bigint[], %s::int[]) AS claim (id, attempt)
             WHERE journal_reaction.id = claim.id AND attempts = claim.attempt
               AND done_at IS NULL AND dead_at IS NULL
            RETURNING journal_reaction.id
            """,
            [[claimed.pk for claimed in claims], [claimed.attempt for claimed in claims]],
        )
        return {pk for (pk,) in cursor.fetchall()}


def postpone(claimed: Claim, error: Exception) -> None:
    """Backs off (2, 4, 8 … seconds); the last attempt makes a dead letter that admins see."""
    held = Reaction.objects.filter(pk=claimed.pk, attempts=claimed.attempt, done_at=None)
    text = f"{type(error).__name__}: {error}"[:2000]
    if claimed.attempt >= MAX_ATTEMPTS:
        held.update(error=text, dead_at=Now(), lease_until=None)
    else:
        held.update(error=text, lease_until=Now() + backoff(claimed.attempt))


def backoff(attempt: int) -> timedelta:
    return timedelta(seconds=2**attempt)


@cache
def handler(name: str) -> Callable[..., None]:
    return import_string(name)


def run_owed(budget: int = 1000) -> int:
    """Runs what is owed, and what that owes in turn, until nothing is left or `budget` rows are
    done, also what runs apart; returns how many ran."""
    count = 0
    while ran := run_quick(budget - count) + run_apart(0):
        count += ran
    return count


def run_quick(budget: int = 1000) -> int:
    """The same without what runs apart."""
    count = 0
    while count < budget:
        claims = claim()
        if not claims:
            break
        run_batch(claims)
        count += len(claims)
    return count


def run_apart(seconds: float) -> int:
    """Runs what is owed of those that run apart, for so long at most and unless somebody else
    does; returns how many ran."""
    ends = time.monotonic() + seconds
    count = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SLOW_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    try:
        while claims := claim(SLOW_BATCH, apart=True):
            run_batch(claims)
            count += len(claims)
            if time.monotonic() > ends:
                break
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SLOW_LOCK])
    return count


def revive(reactions: QuerySet[Reaction]) -> int:
    """Gives dead letters their attempts back; returns how many."""
    revived = reactions.filter(dead_at__isnull=False).update(
        dead_at=None, lease_until=None, attempts=0, error=""
    )
    transaction.on_commit(hint)
    return revived
