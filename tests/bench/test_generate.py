"""The generators write by COPY, past the models: they must follow when a model changes."""

import pytest
from django.db import connection

from bench import generate
from bench.stage import set_stage
from inbox.finding.index import index_from
from inbox.models import Conversation, IndexedMessage, Message

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


@pytest.fixture
def desk(db):
    set_stage(3)
    with connection.cursor() as cursor:
        generate.load(cursor, 60)


def test_the_database_says_what_the_generator_says(desk):
    for conversation in Conversation.objects.order_by("-id")[:20]:
        said = list(conversation.messages.order_by("seq"))
        assert [message.seq for message in said] == list(range(1, conversation.last_seq + 1))
        for message in said:
            text = generate.text_of(conversation.id, message.seq)
            assert message.body_text == text and message.body_html == f"<p>{text}</p>"
        assert conversation.preview == said[-1].body_text[:200]
        assert conversation.preview_author_type == said[-1].author_type
        assert conversation.last_message_at == said[-1].created_at


def test_search_knows_of_generated_messages_what_it_would_have_made_of_them(desk):
    words = dict(IndexedMessage.objects.values_list("message_id", "words"))
    assert any("'order':" in each for each in words.values())
    assert len(words) == Message.objects.count() > 5_000
    place = 0
    while place is not None:
        _, place = index_from(place, 1_000)
    assert dict(IndexedMessage.objects.values_list("message_id", "words")) == words
