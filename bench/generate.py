"""Fills a database with a support desk's two years, by COPY: conversations, their messages, their
contacts. The same number gives the same rows.

More is recent than old, most of it is closed, a third of what is open has nobody; most
conversations are short and some are very long.
"""

import hashlib
import random
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor

from bench.figures import say

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

    def identity_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.contacts + 1):
            email = f"contact-{number}@example.test"
            yield number, "email", "", email, email, 3, "bench", False

    def conversations(self) -> Iterator["Conversation"]:
        """In the order in which they began. Deterministic: two walks give the same."""
        rng = random.Random(2)
        for number in range(1, self.count + 1):
            yield Conversation(self, number, rng)

    def conversation_rows(self) -> Iterator[tuple[Any, ...]]:
        return (conversation.row() for conversation in self.conversations())

    def binding_rows(self) -> Iterator[tuple[Any, ...]]:
        return ((number, number, self.line, NULL, "t") for number in range(1, self.count + 1))

    def message_rows(self) -> Iterator[tuple[Any, ...]]:
        number = 0
        for conversation in self.conversations():
            yield from conversation.message_rows(number)
            number += conversation.length


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
        self.length = LONGEST if number <= LONG_ONES else min(200, 1 + int(rng.paretovariate(1.2)))
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

    def message_rows(self, before: int) -> Iterator[tuple[Any, ...]]:
        for seq in range(1, self.length + 1):
            by_contact = self.is_by_contact(seq)
            text = text_of(self.number, seq)
            at = min(self.began + timedelta(seconds=60 * seq), self.last)
            yield (
                before + seq,
                public_id("msg", before + seq),
                self.number,
                self.number,
                seq,
                seq,
                NULL,
                "reply",
                "contact" if by_contact else "teammate",
                self.contact if by_contact else NULL,
                NULL if by_contact or not self.assignee else self.assignee[0],
                self.name if by_contact or not self.assignee else self.assignee[1],
                text,
                f"<p>{text}</p>",
                at.isoformat(),
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


def text_of(number: int, seq: int) -> str:
    """A message's text: one to four phrases."""
    start = number * 31 + seq * 7
    count = 1 + (number + seq) % 4
    said = [PHRASES[(start + step) % len(PHRASES)] for step in range(count)]
    # One message of a hundred names its order, each number about ten times in a million.
    if start % 100 == 0:
        said.append(f"Order {start * 7919 % 100_003}.")
    return " ".join(said)


def fill(dsn: str, count: int) -> None:
    """Loads `count` conversations into a database that is migrated and has its stage set."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        desk = Desk(
            count,
            line=one(cursor, "SELECT id FROM inbox_line LIMIT 1"),
            teammates=rows(cursor, "SELECT id, name FROM people_teammate ORDER BY id"),
            teams=[row[0] for row in rows(cursor, "SELECT id FROM people_team ORDER BY id")],
        )
        # The rows refer to each other by construction; a check of each would triple the time.
        cursor.execute("SET session_replication_role = replica")
        copy(cursor, "people_contact", CONTACT, desk.contact_rows())
        copy(cursor, "people_identity", IDENTITY, desk.identity_rows())
        copy(cursor, "inbox_conversation", CONVERSATION, desk.conversation_rows())
        copy(cursor, "inbox_binding", BINDING, desk.binding_rows())
        copy(cursor, "inbox_message", MESSAGE, desk.message_rows())
        for table in NUMBERED:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def copy(cursor: Cursor, table: str, columns: str, source: Iterator[tuple[Any, ...]]) -> None:
    began = time.monotonic()
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", Stream(source))
    seconds = time.monotonic() - began
    say(f"{table}: {cursor.rowcount:,} rows in {seconds:.0f} s")


def rows(cursor: Cursor, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    return cursor.fetchall()


def one(cursor: Cursor, query: str) -> Any:
    return rows(cursor, query)[0][0]
