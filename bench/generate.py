"""Fills a database with a support desk's two years: conversations, their messages, their contacts,
and what search knows of them. The same number gives the same rows.

More is recent than old, most of it is closed, a third of what is open has nobody; most
conversations are short and some are very long: ten messages each, on average. What is said is put
together from a few phrases, so the database multiplies them by itself; indexes are made afterwards.

`python -m bench.generate COUNT` fills the database of DATABASE_URL.
"""

import hashlib
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import psycopg2
from psycopg2.extensions import cursor as Cursor

from bench.figures import say

# What earlier runs have kept is made anew when this changes.
VERSION = 2
SPAN = timedelta(days=730)
SYLLABLES = [
    "ka",
    "ro",
    "mi",
    "ta",
    "le",
    "no",
    "pe",
    "su",
    "vi",
    "da",
    "go",
    "re",
    "ba",
    "lu",
    "ne",
]
STATUSES = ("open", "snoozed", "closed")
LONGEST, LONG_ONES = 500, 20
# Stretches the lengths to ten messages on average.
LENGTHS = 2.45
NULL = r"\N"

CONTACT = (
    "id, public_id, role, name, locale, timezone, attributes, claims, is_blocked, "
    "created_at, updated_at"
)
IDENTITY = "contact_id, kind, scope, value, value_raw, trust, source, is_retired"
CONVERSATION = (
    "id, public_id, contact_id, status, assignee_id, team_id, holder, snoozed_until, "
    "closed_at, page, last_seq, public_seq, contact_read_seq, contact_unread, team_read_seq, "
    "contact_wrote_seq, contact_name, preview, preview_author_type, preview_author_name, "
    "waiting_since, last_message_at, created_at"
)
BINDING = "id, conversation_id, line_id, identity_id, is_preferred"
MESSAGE = (
    "id, public_id, conversation_id, binding_id, seq, public_seq, client_id, kind, "
    "author_type, contact_id, teammate_id, author_name, body_text, body_html, created_at"
)
# What COPY has numbered itself, so that rows written afterwards get the next numbers.
NUMBERED = ("people_contact", "inbox_conversation", "inbox_binding", "inbox_message")
LOADED = (*NUMBERED, "people_identity", "inbox_indexedmessage")


class Stream:
    """Rows as the file that COPY reads, made while it reads them."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.lines = ("\t".join(map(str, row)) + "\n" for row in rows)
        self.rest = ""

    def read(self, size: int) -> str:
        parts, length = [self.rest], len(self.rest)
        while length < size:
            line = next(self.lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        self.rest = text[size:]
        return text[:size]


class Desk:
    """The rows of `count` conversations over contacts, teammates and teams that exist by id."""

    def __init__(
        self, count: int, *, line: int, teammates: list[tuple[int, str]], teams: list[int]
    ) -> None:
        self.count = count
        self.line = line
        self.teammates = teammates
        self.teams = teams
        self.contacts = max(1, count // 2)
        self.now = datetime.now(UTC).replace(microsecond=0)

    def contact_rows(self) -> Iterator[tuple[Any, ...]]:
        stamp = (self.now - SPAN).isoformat()
        for number in range(1, self.contacts + 1):
            plan = "pro" if number % 7 == 0 else "free"
            attributes = f'{{"plan":"{plan}","orders":{number % 50}}}'
            name = self.contact_name(number)
            yield (number, public_id("ct", number), "user", name, "en", "Europe/Berlin",
                   attributes, "{}", "f", stamp, stamp)  # fmt: skip

    def contact_name(self, number: int) -> str:
        first, last = number % 400, number // 400 % 400
        return f"{word(first)} {word(last)}"

    def conversations(self) -> Iterator["Conversation"]:
        """In the order in which they began. Deterministic: two walks give the same."""
        rng = random.Random(2)
        for number in range(1, self.count + 1):
            yield Conversation(self, number, rng)

    def conversation_rows(self) -> Iterator[tuple[Any, ...]]:
        return (conversation.row() for conversation in self.conversations())


class Conversation:
    """One generated conversation: its own row and those of its messages."""

    __slots__ = ("age", "assignee", "began", "contact", "desk", "last", "length", "name", "number",
                 "status", "team")  # fmt: skip

    def __init__(self, desk: Desk, number: int, rng: random.Random) -> None:
        self.desk, self.number = desk, number
        # From 1 (two years ago) to 0 (now), denser towards now.
        self.age = (1 - (number - 1) / desk.count) ** 1.3
        self.began = desk.now - SPAN * self.age - timedelta(minutes=5)
        self.contact = rng.randint(1, desk.contacts)
        self.name = desk.contact_name(self.contact)
        often = 1 + int(LENGTHS * rng.paretovariate(1.2))
        self.length = LONGEST if number <= LONG_ONES else min(200, often)
        self.last = min(self.began + timedelta(seconds=60 * self.length), desk.now)
        likely_open = 0.6 if self.age < 0.02 else 0.15 if self.age < 0.1 else 0.03
        kind = rng.random()
        is_busy = 0 if kind < likely_open else 1 if kind < likely_open + 0.01 else 2
        self.status = STATUSES[is_busy]
        has_nobody = rng.random() < (0.35 if self.status == "open" else 0.05)
        pick = min(len(desk.teammates), int(rng.paretovariate(0.7))) - 1
        self.assignee = None if has_nobody else desk.teammates[pick]
        self.team = desk.teams[number % len(desk.teams)] if rng.random() < 0.7 else None

    def is_by_contact(self, seq: int) -> bool:
        return seq % 2 == 1 or self.assignee is None

    def row(self) -> tuple[Any, ...]:
        last, length = self.last.isoformat(), self.length
        by_contact = self.is_by_contact(length)
        author = self.name if by_contact or not self.assignee else self.assignee[1]
        is_open = self.status == "open"
        return (
            self.number,
            public_id("cv", self.number),
            self.contact,
            self.status,
            self.assignee[0] if self.assignee else NULL,
            self.team or NULL,
            "people" if self.assignee else "nobody",
            (self.desk.now + timedelta(days=1)).isoformat() if self.status == "snoozed" else NULL,
            last if self.status == "closed" else NULL,
            '{"url":"https://shop.test/orders","title":"Orders"}',
            length,
            length,
            length,
            0,
            length - is_open,
            length if by_contact else length - 1,
            self.name,
            text_of(self.number, length)[:200],
            "contact" if by_contact else "teammate",
            author,
            last if is_open and by_contact else NULL,
            last,
            self.began.isoformat(),
        )


def public_id(prefix: str, number: int) -> str:
    """Spread like a random one, so that an index over it has its real shape."""
    return f"{prefix}_{hashlib.blake2b(number.to_bytes(8, 'big'), digest_size=10).hexdigest()}"


def word(number: int) -> str:
    size = len(SYLLABLES)
    return (SYLLABLES[number % size] + SYLLABLES[number // size % size]).capitalize()


PHRASES = [
    "The parcel has not come yet.",
    "Could you look at the invoice again?",
    "Thank you, that is what I needed.",
    "I have tried a second time and it is the same.",
    "It is on its way and should be with you tomorrow.",
    "Which order do you mean?",
    "We have sent the amount back to your card.",
]
MOST_PHRASES = 4


def text_of(number: int, seq: int) -> str:
    """A message's text: one to four phrases."""
    start = number * 31 + seq * 7
    said = phrases(start % len(PHRASES), 1 + (number + seq) % MOST_PHRASES)
    # One message of a hundred names its order, each number about ten times in a million.
    return f"{said} Order {start * 7919 % 100_003}." if start % 100 == 0 else said


def phrases(first: int, count: int) -> str:
    return " ".join(PHRASES[(first + step) % len(PHRASES)] for step in range(count))


# ---- what the database does ----------------------------------------------------------------------

IDENTITIES = f"""
INSERT INTO people_identity ({IDENTITY})
SELECT id, 'email', '', email, email, 3, 'bench', false
  FROM people_contact, concat('contact-', id, '@example.test') AS email
"""
BINDINGS = f"""
INSERT INTO inbox_binding ({BINDING}) SELECT id, id, %s, NULL, true FROM inbox_conversation
"""
# What `text_of` says, by its first phrase and how many there are, and what search knows of it.
TEXTS = """
CREATE TEMPORARY TABLE bench_text (first int, count int, said text, words tsvector, stems tsvector)
"""
MESSAGES = f"""
WITH numbered AS (
     SELECT *, sum(last_seq) OVER (ORDER BY id) - last_seq AS before FROM inbox_conversation),
     line AS (
     SELECT numbered.*, seq, (before + seq)::bigint AS number, numbered.id * 31 + seq * 7 AS start,
            seq % 2 = 1 OR assignee_id IS NULL AS by_contact
       FROM numbered, generate_series(1, last_seq) AS seq)
INSERT INTO inbox_message ({MESSAGE})
SELECT number, 'msg_' || left(md5(number::text), 20), line.id, line.id, seq, seq, NULL, 'reply',
       CASE WHEN by_contact THEN 'contact' ELSE 'teammate' END,
       CASE WHEN by_contact THEN contact_id END, CASE WHEN NOT by_contact THEN assignee_id END,
       CASE WHEN by_contact THEN contact_name ELSE mate.name END, text, '<p>' || text || '</p>',
       least(line.created_at + seq * interval '1 minute', last_message_at)
  FROM line
  JOIN bench_text ON first = start % {{phrases}} AND count = 1 + (line.id + seq) % {{most}}
  LEFT JOIN people_teammate mate ON mate.id = assignee_id,
       LATERAL (SELECT bench_text.said || CASE WHEN start % 100 = 0
                       THEN ' Order ' || start * 7919 % 100003 || '.' ELSE '' END) AS whole (text)
"""
INDEXED = """
INSERT INTO inbox_indexedmessage (message_id, at, words)
SELECT message.id, message.created_at, CASE WHEN start % 100 = 0
       THEN (words || format('order:1 %s:2', start * 7919 % 100003)::tsvector) || stems
            || 'order'::tsvector ELSE words || stems END
  FROM inbox_message message
 CROSS JOIN LATERAL (SELECT conversation_id * 31 + seq * 7) AS own (start)
  JOIN bench_text ON first = start % {phrases} AND count = 1 + (conversation_id + seq) % {most}
"""


def fill(dsn: str, count: int) -> None:
    """Loads `count` conversations into a database that is migrated and has its stage set."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        # The rows refer to each other by construction; a check of each would triple the time.
        cursor.execute("SET session_replication_role = replica")
        later = without_indexes(cursor)
        load(cursor, count)
        for statement in later:
            timed("indexes", cursor, statement)
    connection.autocommit = True
    with connection.cursor() as cursor:
        timed("VACUUM", cursor, "VACUUM ANALYZE")
    connection.close()


def load(cursor: Cursor, count: int) -> None:
    """The rows alone."""
    from ground.meaning.words import vector, words

    desk = Desk(
        count,
        line=one(cursor, "SELECT id FROM inbox_line LIMIT 1"),
        teammates=rows(cursor, "SELECT id, name FROM people_teammate ORDER BY id"),
        teams=[row[0] for row in rows(cursor, "SELECT id FROM people_team ORDER BY id")],
    )
    copy(cursor, "people_contact", CONTACT, desk.contact_rows())
    timed("people_identity", cursor, IDENTITIES)
    copy(cursor, "inbox_conversation", CONVERSATION, desk.conversation_rows())
    timed("inbox_binding", cursor, BINDINGS, [desk.line])
    cursor.execute(TEXTS)
    for first in range(len(PHRASES)):
        for many in range(1, MOST_PHRASES + 1):
            said = phrases(first, many)
            found = words(said)
            cursor.execute(
                "INSERT INTO bench_text VALUES"
                " (%s, %s, %s, %s::tsvector, strip(to_tsvector('english', %s)))",
                [first, many, said, vector(found), " ".join(found)],
            )
    sizes = {"phrases": len(PHRASES), "most": MOST_PHRASES}
    timed("inbox_message", cursor, MESSAGES.format(**sizes))
    timed("inbox_indexedmessage", cursor, INDEXED.format(**sizes))
    cursor.execute("INSERT INTO inbox_indexedlanguage VALUES ('english') ON CONFLICT DO NOTHING")
    for table in NUMBERED:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
        )


def without_indexes(cursor: Cursor) -> list[str]:
    """Drops the indexes of what is loaded, but for primary keys; returns what makes them anew."""
    constraints = rows(
        cursor,
        """
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                      pg_get_constraintdef(oid))
          FROM pg_constraint WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)
        """,
        list(LOADED),
    )
    for drop, _ in constraints:
        cursor.execute(drop)
    indexes = rows(
        cursor,
        """
        SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
          FROM pg_index WHERE NOT indisprimary AND indrelid::regclass::text = ANY(%s)
        """,
        list(LOADED),
    )
    for drop, _ in indexes:
        cursor.execute(drop)
    return [make for _, make in constraints + indexes]


def copy(cursor: Cursor, table: str, columns: str, source: Iterator[tuple[Any, ...]]) -> None:
    began = time.monotonic()
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", Stream(source))
    seconds = time.monotonic() - began
    say(f"{table}: {cursor.rowcount:,} rows in {seconds:.0f} s")


def timed(name: str, cursor: Cursor, statement: str, values: list[Any] | None = None) -> None:
    began = time.monotonic()
    cursor.execute(statement, values)
    seconds = time.monotonic() - began
    if seconds >= 1:
        many = f"{cursor.rowcount:,} rows" if cursor.rowcount > 0 else statement[:70]
        say(f"{name}: {many} in {seconds:.0f} s")


def rows(cursor: Cursor, query: str, *values: Any) -> list[tuple[Any, ...]]:
    cursor.execute(query, values or None)
    return cursor.fetchall()


def one(cursor: Cursor, query: str) -> Any:
    return rows(cursor, query)[0][0]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    fill(os.environ["DATABASE_URL"], int(sys.argv[1]))


if __name__ == "__main__":
    main()
