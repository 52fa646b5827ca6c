"""Very many rows like one that exists, made by the database itself in one statement."""

from typing import Any

from django.db import connection


def copied(row: Any, count: int, **changed: str) -> None:
    """Makes `count` rows like a model's row, numbered `n` from 1; `changed` says in SQL what of
    them is another, by column. Keys that the database gives are left to it."""
    meta = row._meta
    columns = [field.column for field in meta.concrete_fields if field.column != meta.pk.column]
    if meta.pk.column in changed:
        columns.append(meta.pk.column)
    values = [changed.get(column, f'kept."{column}"') for column in columns]
    named = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({named}) SELECT {', '.join(values)}"
            f" FROM {meta.db_table} AS kept CROSS JOIN generate_series(1::bigint, {count}) AS n"
            f" WHERE kept.{meta.pk.column} = {int(row.pk)}"
        )


def analyzed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
