"""The generators write by COPY, past the models: they must follow when a model changes."""

import pytest
from django.db import connection

from bench import generate

TABLES = {
    "people_contact": generate.CONTACT,
    "people_identity": generate.IDENTITY,
    "inbox_conversation": generate.CONVERSATION,
    "inbox_binding": generate.BINDING,
    "inbox_message": generate.MESSAGE,
}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_a_generated_row_has_every_column_that_must_have_a_value(table):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT column_name, is_nullable = 'NO' AND column_default IS NULL
                   AND is_identity = 'NO'
              FROM information_schema.columns WHERE table_name = %s
            """,
            [table],
        )
        columns = dict(cursor.fetchall())
    written = {name.strip() for name in TABLES[table].split(",")}
    assert written <= set(columns)
    assert {name for name, is_needed in columns.items() if is_needed} <= written
