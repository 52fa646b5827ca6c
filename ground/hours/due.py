"""What is due at a time: rows that are planned, called off, and done once with their effect.

Whatever must happen later is such a row, never a timer of a process: it outlives every restart,
is found by an index and not by looking through everything, and two schedulers do not do it twice.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from ground.hours.models import DueRow

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30
MAX_ATTEMPTS = 8
BATCH = 50
# Whoever asks every two seconds goes on where this ends.
SECONDS = 2.0
KEPT_DAYS = 30
FORGOTTEN_AT_ONCE = 5000


class NoHandler(Exception):
    """No page of config names who does what is due."""


@lru_cache(maxsize=1)
def registry() -> dict[str, str]:
    """Kind -> dotted name of its handler, as config/composition.py lists them."""
    return dict(import_string(settings.DUE_HANDLERS))


@cache
def handler(name: str) -> Callable[[DueRow], None]:
    return import_string(name)


@dataclass(frozen=True)
class Planned:
    """What `plan` is told, for `plan_all`."""

    kind: str
    subject: models.Model
    due_at: datetime
    key: str
    payload: dict[str, Any]


def plan(
    kind: str,
    subject: models.Model,
    due_at: datetime,
    *,
    key: str,
    payload: dict[str, Any] | None = None,
) -> None:
    """Has a handler called for a subject at a time, once. To plan under the same key again moves
    it; with the same time and payload nothing changes, also when it has been done already.

    Call it in the transaction that makes it necessary. Raises KeyError for a kind without handler.
    """
    plan_all([Planned(kind, subject, due_at, key, payload or {})])


def plan_all(planned: Sequence[Planned]) -> None:
    """Plans many, each under a key of its own, in one statement. Raises KeyError as `plan` does."""
    if not planned:
        return
    columns = []
    for each in sorted(planned, key=lambda one: one.key):
        if each.kind not in registry():
            raise KeyError(f"Nobody does {each.kind!r} when it is due.")
        subject_type = str(each.subject._meta.model_name)
        subject_id = str(getattr(each.subject, "public_id", each.subject.pk))
        payload = json.dumps(each.payload)
        columns.append((each.kind, each.key, subject_type, subject_id, each.due_at, payload))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO hours_duerow AS held (kind, key, subject_type, subject_id, due_at, payload,
                   attempts, error)
            SELECT kind, key, subject_type, subject_id, due_at, payload, 0, '' FROM
                   unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
                   %s::jsonb[])
                   AS planned (kind, key, subject_type, subject_id, due_at, payload)
            ON CONFLICT (key) DO UPDATE
               SET kind = excluded.kind, subject_type = excluded.subject_type,
                   subject_id = excluded.subject_id, due_at = excluded.due_at,
                   payload = excluded.payload, attempts = 0, lease_until = NULL, done_at = NULL,
                   called_off_at = NULL, dead_at = NULL, error = ''
             WHERE held.called_off_at IS NOT NULL OR held.kind != excluded.kind
                OR held.due_at != excluded.due_at OR held.payload != excluded.payload
            """,
            [list(column) for column in zip(*columns, strict=True)],
        )


def call_off(keys: Iterable[str]) -> int:
    """What waits under these keys will not be done; returns how many that are. Waits for one that
    is being done at the moment, which then is done."""
    return DueRow.objects.filter(
        key__in=list(keys), done_at=None, called_off_at=None, dead_at=None
    ).update(called_off_at=Now())


@dataclass(frozen=True)
class Claim:
    """A leased row; `attempt` is its token: a later claim of the same row has another."""

    pk: int
    attempt: int


def claim(limit: int = BATCH) -> list[Claim]:
    """Leases what is due, longest due first; two workers never hold the same row."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE hours_duerow SET attempts = attempts + 1,
                   lease_until = statement_timestamp() + make_interval(secs => %s)
             WHERE id IN (
                   SELECT id FROM hours_duerow
                    WHERE done_at IS NULL AND called_off_at IS NULL AND dead_at IS NULL
                      AND due_at <= statement_timestamp()
                      AND (lease_until IS NULL OR lease_until < statement_timestamp())
                    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING due_at, id, attempts
            """,
            [LEASE_SECONDS, limit],
        )
        return [Claim(pk, attempt) for _, pk, attempt in sorted(cursor.fetchall())]


def run(claimed: Claim) -> bool:
    """Does one claimed row; its effect and `done_at` commit together or not at all. Returns
    whether it was still to be done."""
    try:
        with transaction.atomic():
            row = finish(claimed)
            if row is not None:
                perform(row)
            return row is not None
    except Exception as error:
        logger.exception("What was due as row %s failed", claimed.pk)
        postpone(claimed, error)
        return True


def finish(claimed: Claim) -> DueRow | None:
    """Marks the row as done, if its claim still holds; its lock keeps others out until the
    transaction ends. None when it was moved, called off or taken over meanwhile."""
    held = DueRow.objects.filter(
        pk=claimed.pk,
        attempts=claimed.attempt,
        done_at=None,
        called_off_at=None,
        dead_at=None,
        due_at__lte=Now(),
    )
    return DueRow.objects.get(pk=claimed.pk) if held.update(done_at=Now(), error="") else None


def perform(row: DueRow) -> None:
    name = registry().get(row.kind)
    if name is None:
        raise NoHandler(f"Nobody does {row.kind!r}.")
    handler(name)(row)


def postpone(claimed: Claim, error: Exception) -> None:
    """Backs off (2, 4, 8 … seconds); the last attempt makes a dead letter that admins see."""
    held = DueRow.objects.filter(pk=claimed.pk, attempts=claimed.attempt, done_at=None)
    text = f"{type(error).__name__}: {error}"[:2000]
    if claimed.attempt >= MAX_ATTEMPTS:
        held.update(error=text, dead_at=Now(), lease_until=None)
    else:
        wait = timedelta(seconds=2**claimed.attempt)
        held.update(error=text, lease_until=Now() + wait)


def run_due(budget: int = 500, seconds: float = SECONDS) -> int:
    """Does what is due, and what that has planned for now, until nothing is left, `budget` rows are
    done or so long has passed; returns how many rows."""
    count, ends = 0, time.monotonic() + seconds
    while count < budget and time.monotonic() < ends:
        claims = claim()
        if not claims:
            break
        count += sum(run(claimed) for claimed in claims)
    return count


def revive(rows: QuerySet[DueRow]) -> int:
    """Gives dead letters their attempts back; returns how many."""
    return rows.filter(dead_at__isnull=False).update(
        dead_at=None, lease_until=None, attempts=0, error=""
    )


def forget_over() -> int:
    """Drops some of what was done or called off long ago; returns how many rows."""
    over = DueRow.objects.filter(
        Q(done_at__isnull=False) | Q(called_off_at__isnull=False),
        due_at__lt=Now() - timedelta(days=KEPT_DAYS),
    )
    old = over.order_by("due_at").values_list("pk", flat=True)
    return DueRow.objects.filter(pk__in=list(old[:FORGOTTEN_AT_ONCE])).delete()[0]
