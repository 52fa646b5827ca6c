"""What search knows of messages: kept by a reaction to each, and rebuilt by a command."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from ground.web.rows import PREPARED
from inbox.finding.languages import FALLBACK, configuration
from inbox.finding.words import vector, words

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
INSERT INTO inbox_indexedmessage (message_id, at, words)
SELECT id, at, words::tsvector || CASE WHEN config = 'simple' THEN ''::tsvector
                                       ELSE strip(to_tsvector(config::regconfig, text)) END
  FROM line
ON CONFLICT (message_id) DO UPDATE SET at = excluded.at, words = excluded.words
"""

Row = tuple[int, datetime, str, str, str]


def index_named(public_ids: Iterable[str]) -> int:
    """Makes these messages findable, or findable anew; returns how many there were."""
    return write(read("message.public_id = ANY(%s)", list(public_ids), prepared=True))


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


def write(rows: list[Row]) -> int:
    if not rows:
        return 0
    lines = [line_of(*row) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*lines, strict=True)])
    return len(lines)


def line_of(
    pk: int, at: datetime, locale: str, body: str, files: str
) -> tuple[int, datetime, str, str, str]:
    said = words(body)
    config = configuration(locale)
    text = "" if config == FALLBACK else " ".join(said)
    return pk, at, vector(said + words(files)), config, text
