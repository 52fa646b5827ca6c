"""Whole rows by hand-written SQL, for the few statements that every message passes through: to
compose them costs the ORM more than it costs the database to run them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.expressions import DatabaseDefault

# Has the database plan what follows once for each connection (config/database).
PREPARED = "/* prepared */"


class Source:
    """A model whose rows are read, whole or only some fields, the primary key among them."""

    def __init__(self, label: str, *only: str) -> None:
        self.label, self.only = label, only

    # Not at once: models name their querysets before they exist.
    @cached_property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @cached_property
    def fields(self) -> list[Any]:
        fields = self.model._meta.concrete_fields
        return [field for field in fields if not self.only or field.name in self.only]

    @cached_property
    def names(self) -> list[str]:
        return [field.attname for field in self.fields]

    @cached_property
    def readers(self) -> list[tuple[int, Any]]:
        return [
            (index, field.from_db_value)
            for index, field in enumerate(self.fields)
            if hasattr(field, "from_db_value")
        ]

    def instance(self, values: Sequence[Any]) -> models.Model | None:
        """The instance with these values, which begin with its primary key."""
        if values[0] is None:
            return None
        read = list(values)
        for index, reader in self.readers:
            read[index] = reader(read[index], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, read)


class Rows:
    """A SELECT of the rows of some models.

    `sources` are by the aliases that `sql` (from FROM on) gives their tables; `extras` are further
    columns.
    """

    def __init__(self, sources: Mapping[str, Source], sql: str, extras: Sequence[str] = ()) -> None:
        self.sources, self.sql, self.extras = sources, sql, extras

    def first(self, parameters: Sequence[Any]) -> list[Any] | None:
        """The first row: an instance for each source, None where an outer join found none, then
        the extras. None without a row."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, parameters)
            row = cursor.fetchone()
        return None if row is None else self.read(row)

    def all(self, parameters: Sequence[Any]) -> list[list[Any]]:
        """Every row, each as `first` gives it."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, parameters)
            return [self.read(row) for row in cursor.fetchall()]

    def read(self, row: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        start = 0
        for source in self.sources.values():
            end = start + len(source.names)
            found.append(source.instance(row[start:end]))
            start = end
        return found + list(row[start:])

    @cached_property
    def statement(self) -> str:
        columns = [
            f"{alias}.{field.column}"
            for alias, source in self.sources.items()
            for field in source.fields
        ]
        return f"{PREPARED} SELECT {', '.join([*columns, *self.extras])} {self.sql}"


def written(instance: models.Model, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Column -> value as the database takes it; of the fields named, else of a new row all but
    what the database fills in."""
    fields: Iterable[Any] = instance._meta.concrete_fields
    if names is None:
        fields = [field for field in fields if not field.primary_key]
    else:
        fields = [instance._meta.get_field(name) for name in names]
    values = ((field, getattr(instance, field.attname)) for field in fields)
    return {
        field.column: field.get_db_prep_save(value, connection)
        for field, value in values
        if not isinstance(value, DatabaseDefault)
    }


def stored(instance: models.Model, **values: Any) -> None:
    """Tells a new instance that it has been stored, and what the database filled in."""
    for name, value in values.items():
        setattr(instance, name, value)
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
