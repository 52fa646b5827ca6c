"""Public ids: what the outside sees in place of a primary key."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from django.db import models

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RANDOM_CHARACTERS = 20


def new_id(prefix: str) -> str:
    """A fresh public id, e.g. `cv_` and 20 random base58 characters (117 bits)."""
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))


class PublicIdField(models.CharField):
    """A unique, never edited id with the prefix of its noun, made when the row is made."""

    def __init__(self, *, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.update(max_length=32, unique=True, editable=False, default=partial(new_id, prefix))
        super().__init__(**kwargs)

    def db_type(self, connection: Any) -> str:
        # By its other name: for "varchar" Django adds an index for LIKE, which no id is asked by.
        return "character varying(32)"

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("max_length", "unique", "editable", "default"):
            kwargs.pop(implied, None)
        kwargs["prefix"] = self.prefix
        return name, path, args, kwargs


class PublicIdConverter:
    """`<pid:…>` in URL patterns."""

    regex = "[A-Za-z0-9_]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
