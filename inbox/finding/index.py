"""What search knows of messages, and of what stands beside them: kept by a reaction to each, and
rebuilt by a command."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from ground.meaning.stemming import FALLBACK, configuration
from ground.meaning.words import vector, words
from ground.web.rows import PREPARED
from inbox.models import IndexedMessage, Message

TEXT_MAX = 32_768

_READ = """
SELECT message.id, message.created_at, contact.locale, left(message.body_text, %s), coalesce(
           (SELECT string_agg(name, ' ' ORDER BY id) FROM inbox_attachment
             WHERE message_id = message.id), '')
  FROM inbox_message message
  JOIN inbox_conversation conversation ON conversation.id = message.conversation_id
  JOIN people_contact contact ON contact.id = conversation.contact_id
 WHERE message.kind <> 'activity' AND {chosen}
 ORDER BY message.id
"""
_READ_NOTES = """
SELECT note.id, note.created_at, contact.locale, left(note.body, %s), ''
  FROM people_contactnote note JOIN people_contact contact ON contact.id = note.contact_id
 WHERE {chosen}
"""
_READ_SIDES = """
SELECT said.id, said.created_at, contact.locale, left(said.body_text, %s),
       CASE WHEN said.seq = 1 THEN side.subject ELSE '' END
  FROM inbox_sidemessage said
  JOIN inbox_sideconversation side ON side.id = said.side_id
  JOIN inbox_conversation conversation ON conversation.id = side.conversation_id
  JOIN people_contact contact ON contact.id = conversation.contact_id
 WHERE {chosen}
"""
# Stems stand beside the words as written, without places: a phrase is said in exact words.
_WRITE = f"""{PREPARED}
WITH line AS (
     SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])
         AS line (id, at, words, config, text)),
     known AS (
     INSERT INTO inbox_indexedlanguage (config)
     SELECT DISTINCT config FROM line WHERE config <> 'simple' AND NOT EXISTS (
            SELECT FROM inbox_indexedlanguage known WHERE known.config = line.config)
     ON CONFLICT DO NOTHING)
INSERT INTO {{table}} ({{key}}, at, words)
SELECT id, at, words::tsvector || CASE WHEN config = 'simple' THEN ''::tsvector
                                       ELSE strip(to_tsvector(config::regconfig, text)) END
  FROM line
ON CONFLICT ({{key}}) DO UPDATE SET at = excluded.at, words = excluded.words
"""

_MESSAGES = _WRITE.format(table="inbox_indexedmessage", key="message_id")
# What stands beside messages, by its noun: how it is read, and how it is written.
_BESIDE = {
    "contactnote": (
        _READ_NOTES.format(chosen="note.public_id = ANY(%s)"),
        _WRITE.format(table="inbox_indexedbeside", key="note_id"),
    ),
    "sidemessage": (
        _READ_SIDES.format(chosen="said.public_id = ANY(%s)"),
        _WRITE.format(table="inbox_indexedbeside", key="side_message_id"),
    ),
}

Row = tuple[int, datetime, str, str, str]


def index_named(public_ids: Iterable[str]) -> int:
    """Makes these messages findable, or findable anew; returns how many there were."""
    return write(read("message.public_id = ANY(%s)", list(public_ids), prepared=True))


def index_beside(noun: str, public_ids: Iterable[str]) -> int:
    """The same for what stands beside messages, of one noun; see `_BESIDE`."""
    reading, writing = _BESIDE[noun]
    with connection.cursor() as cursor:
        cursor.execute(reading, [TEXT_MAX, list(public_ids)])
        rows = cursor.fetchall()
    return write(rows, writing)


def forget_named(public_ids: Iterable[str]) -> None:
    """Makes what these deleted notes said be found no more, also where an earlier reaction was on
    its way when they were deleted."""
    lines = IndexedMessage.objects.filter(message__public_id__in=public_ids)
    lines.filter(message__kind=Message.Kind.ACTIVITY).delete()


def index_from(after: int, limit: int, *, missing_only: bool = False) -> tuple[int, int | None]:
    """Indexes up to `limit` messages whose number is above `after`.

    Returns how many it wrote and the number to go on from, None at the end.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM (SELECT id FROM inbox_message WHERE id > %s ORDER BY id LIMIT %s) "
            "AS batch",
            [after, limit],
        )
        last = cursor.fetchone()[0]
    if last is None:
        return 0, None
    chosen = "message.id > %s AND message.id <= %s"
    if missing_only:
        chosen += (
            " AND NOT EXISTS (SELECT FROM inbox_indexedmessage indexed"
            " WHERE indexed.message_id = message.id)"
        )
    with transaction.atomic():
        return write(read(chosen, after, last)), last


def read(chosen: str, *values: object, prepared: bool = False) -> list[Row]:
    statement = _READ.format(chosen=chosen)
    with connection.cursor() as cursor:
        cursor.execute(PREPARED + statement if prepared else statement, [TEXT_MAX, *values])
        return cursor.fetchall()


def write(rows: list[Row], statement: str = _MESSAGES) -> int:
    if not rows:
        return 0
    lines = [line_of(*row) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*lines, strict=True)])
    return len(lines)


def line_of(
    pk: int, at: datetime, locale: str, body: str, files: str
) -> tuple[int, datetime, str, str, str]:
    said = words(body)
    config = configuration(locale)
    text = "" if config == FALLBACK else " ".join(said)
    return pk, at, vector(said + words(files)), config, text
