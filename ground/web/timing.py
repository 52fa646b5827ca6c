"""Statements that end in time: what takes too long to answer is said, and holds nobody up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from psycopg2 import errors

# How far a list is counted, and for how many ms at most: the next one down is honest about less.
TRIES = ((1000, 500), (100, 200), (10, 200))


class OutOfTime(Exception):
    """The database was told to stop."""


@contextmanager
def within(milliseconds: int) -> Iterator[Any]:
    """A cursor whose statements end in time, alone on one processor. Raises OutOfTime."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout'), current_setting('jit'),"
                " current_setting('max_parallel_workers_per_gather')"
            )
            before = cursor.fetchone()
            limit(cursor, f"{milliseconds}ms", "off", "0")
            yield cursor
            limit(cursor, *before)
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise OutOfTime from None
        raise


def limit(cursor: Any, timeout: str, jit: str, workers: str) -> None:
    cursor.execute(
        "SELECT set_config('statement_timeout', %s, true), set_config('jit', %s, true),"
        " set_config('max_parallel_workers_per_gather', %s, true)",
        [timeout, jit, workers],
    )


def counted(
    rows: QuerySet[Any], tries: Sequence[tuple[int, int]] = TRIES
) -> tuple[int, bool] | None:
    """How many there are as far as that can be counted in time, and whether there are more, or may
    be; None where not even the last try came to an end."""
    for most, milliseconds in tries:
        ids = rows.order_by().annotate(one=F("pk")).values_list("one", flat=True)
        try:
            with within(milliseconds):
                found = len(ids[: most + 1])
        except OutOfTime:
            continue
        return min(found, most), found > most
    return None
