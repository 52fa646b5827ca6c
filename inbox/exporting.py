"""A list of conversations as a file: what its reader may see, stretch by stretch, never all of it
in memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from inbox.default_views import View
from inbox.models import Conversation
from people.models import Teammate

CSV, JSON = "csv", "json"
FORMATS = {CSV: "text/csv", JSON: "application/json"}
# Through so many keys one query looks: bounded, however few of them are in the list.
STRETCH = 2_000
# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# By this a spreadsheet knows the text as UTF-8.
MARK = "\ufeff"

Value = str | int | list[str] | None


def _time(name: str) -> Callable[[Conversation], Value]:
    def read(conversation: Conversation) -> Value:
        moment = getattr(conversation, name)
        return moment.isoformat() if moment else None

    return read


def _address(conversation: Conversation) -> str:
    path = reverse("inbox:conversation", args=["all", conversation.public_id])
    return urljoin(settings.SITE_URL, path)


COLUMNS: dict[str, Callable[[Conversation], Value]] = {
    "id": lambda each: each.public_id,
    "url": _address,
    "status": lambda each: each.status,
    "channel": lambda each: each.shown_line["kind"] if each.shown_line else None,
    "contact_id": lambda each: each.contact.public_id,
    "contact": lambda each: each.contact.display_name,
    "email": lambda each: each.contact.email,
    "phone": lambda each: each.contact.phone,
    "company": lambda each: each.contact.company.name if each.contact.company else None,
    "assignee": lambda each: str(each.assignee) if each.assignee else None,
    "team": lambda each: str(each.team) if each.team else None,
    "tags": lambda each: [tag["name"] for tag in each.shown_tags],
    "priority": lambda each: each.priority_word,
    "rating": lambda each: each.rating,
    "messages": lambda each: each.public_seq,
    "latest_by": lambda each: each.preview_author_name,
    "latest": lambda each: each.preview,
    "waiting_since": _time("waiting_since"),
    "snoozed_until": _time("snoozed_until"),
    "created_at": _time("created_at"),
    "last_message_at": _time("last_message_at"),
    "closed_at": _time("closed_at"),
}


def export(view: View, viewer: Teammate | None, form: str) -> Iterator[str]:
    """The list as a file of one of FORMATS, piece by piece, what began last first.

    It goes by primary key, so nothing is left out or doubled while conversations move; what begins
    after it began is not in it. Access is looked up for each stretch. `viewer` is None for an app.
    """
    rows = (row for stretch in _stretches(view, viewer) for row in stretch)
    return _as_csv(rows) if form == CSV else _as_json(rows)


def _stretches(view: View, viewer: Teammate | None) -> Iterator[Iterable[dict[str, Value]]]:
    newest = Conversation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for top in range(newest, 0, -STRETCH):
        # What a teammate may see can change while they download.
        now = Teammate.objects.select_related("role").get(pk=viewer.pk) if viewer else None
        visible = Conversation.objects.visible_to(now).filter(pk__gt=top - STRETCH, pk__lte=top)
        found = view.narrow(visible, now).for_list().select_related("contact__company")
        found = found.prefetch_related("contact__identities").order_by("-pk")
        yield [{name: read(each) for name, read in COLUMNS.items()} for each in found]


def _as_json(rows: Iterable[dict[str, Value]]) -> Iterator[str]:
    yield "["
    is_first = True
    for row in rows:
        yield ("\n" if is_first else ",\n") + json.dumps(row, ensure_ascii=False)
        is_first = False
    yield "\n]\n"


class _Line:
    """What `csv` writes to: keeps one line."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _as_csv(rows: Iterable[dict[str, Value]]) -> Iterator[str]:
    line = _Line()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    yield MARK + line.text
    for row in rows:
        writer.writerow([defused(value) for value in row.values()])
        yield line.text


def defused(value: Value) -> Any:
    """A value as a cell that no spreadsheet calculates: what would be a formula becomes text."""
    text = ", ".join(value) if isinstance(value, list) else value
    if isinstance(text, str) and text.lstrip(" \n\ufeff").startswith(FORMULA):
        return f"'{text}"
    return text
