"""People and companies by the beginnings of their names and addresses."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from ground.meaning.words import quoted
from people.models import Company, Contact, Teammate

LOOKED_AT = 500
ONE_LETTER = 2

_CONTACTS = """
SELECT id FROM (
       (SELECT id FROM people_contact
         WHERE people_words(name) @@ %s::tsquery LIMIT %s)
       UNION
       (SELECT contact_id FROM people_identity
         WHERE kind <> 'widget_visitor'
           AND people_words(value) @@ %s::tsquery LIMIT %s)
) AS named
"""
_COMPANIES = """
SELECT id FROM people_company WHERE people_words(name) @@ %s::tsquery LIMIT %s
"""


def beginnings(words: Sequence[str]) -> str:
    """A tsquery for words that begin like these."""
    return " & ".join(
        f"{quoted(word)}:*" if len(word) >= ONE_LETTER else quoted(word) for word in words
    )


def contacts_like(words: Sequence[str], viewer: Teammate | None, limit: int) -> list[Contact]:
    """Contacts whose name or address has words that begin like these, the latest heard first."""
    if not words:
        return []
    asked = beginnings(words)
    found = ids(_CONTACTS, [asked, LOOKED_AT, asked, LOOKED_AT])
    visible = Contact.objects.visible_to(viewer).current().filter(pk__in=found)
    newest = visible.select_related("company").prefetch_related("identities")
    return sorted(newest, key=lambda each: each.last_heard_at or each.created_at, reverse=True)[
        :limit
    ]


def companies_like(words: Sequence[str], limit: int) -> list[Company]:
    """Companies whose name has words that begin like these, by name."""
    if not words:
        return []
    found = ids(_COMPANIES, [beginnings(words), LOOKED_AT])
    return list(Company.objects.filter(pk__in=found).order_by("name", "pk")[:limit])


def ids(sql: str, values: list[object]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]
