"""Sockets whose rights may have changed are told to look again."""

from collections.abc import Iterator
from typing import Any

from ground.journal.models import Entry


def access(entry: Entry) -> Iterator[tuple[list[str], dict[str, Any]]]:
    if entry.topics:
        yield entry.topics, {"type": "access"}
