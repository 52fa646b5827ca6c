"""Whole rows by hand-written SQL, for the few statements that every message passes through: to
compose them costs the ORM more than it costs the database to run them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.expressions import DatabaseDefault


class Rows:
    """A SELECT of all columns of some tables.

    `sources` maps the aliases that `sql` (from FROM on) gives the tables to their models' labels;
    `extras` are further columns.
    """

    def __init__(self, sources: Mapping[str, str], sql: str, extras: Sequence[str] = ()) -> None:
        self.sources, self.sql, self.extras = sources, sql, extras

    def first(self, parameters: Sequence[Any]) -> list[Any] | None:
        """The first row: an instance for each source, None where an outer join found none, then
        the extras. None without a row."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        found: list[Any] = []
        start = 0
        for shape in self.shapes:
            end = start + len(shape.names)
            found.append(shape.instance(row[start:end]))
            start = end
        return found + list(row[start:])

    @cached_property
    def shapes(self) -> list[Shape]:
        # Not when this module is loaded: models name their querysets before they exist.
        return [Shape(apps.get_model(label)) for label in self.sources.values()]

    @cached_property
    def statement(self) -> str:
        columns = [
            f"{alias}.{column}"
            for alias, shape in zip(self.sources, self.shapes, strict=True)
            for column in shape.columns
        ]
        return f"SELECT {', '.join([*columns, *self.extras])} {self.sql}"


class Shape:
    """How rows of one model look."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = model._meta.concrete_fields
        self.model = model
        self.names = [field.attname for field in fields]
        self.columns = [field.column for field in fields]
        self.readers = [
            (index, field.from_db_value)
            for index, field in enumerate(fields)
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
