"""The statements of search: each looks at a stretch of messages within a time of its own.

The newest are looked at first, a thousand, four thousand and then twenty thousand of them one by
one: a word that many messages have is found there at once. Only what is rare is left for the index
over all words, and there the few that have it are quick. Time that runs out therefore costs old
messages only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from ground.meaning.words import quoted
from ground.web.timing import OutOfTime, within
from inbox.finding.meaning import Meaning
from inbox.finding.query import Term

# How many of the newest messages are looked at, and for how many ms at most; None is all.
STRETCHES: tuple[tuple[int | None, int], ...] = (
    (1_000, 500),
    (4_000, 500),
    (20_000, 800),
    (None, 1_200),
)
RANKED_MAX = 1_000
SCORE = 1_000_000


@dataclass(frozen=True)
class Place:
    """Where a page ends: in time and, in the order of `best`, by score."""

    at: datetime
    message: int
    score: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Match:
    """A conversation by the message in it that was found."""

    conversation: int
    message: int
    at: datetime
    score: int = 0


@dataclass(frozen=True)
class Matches:
    """`looked_at` is how many of the newest were looked at when that was not all, and `end` where
    these end; `is_cut` when there was no time for more."""

    rows: list[Match]
    looked_at: int | None = None
    end: Place | None = None
    is_cut: bool = False


class Statement:
    """What is asked of messages, by words and by the meaning of operators."""

    def __init__(self, tsquery: str, meaning: Meaning) -> None:
        self.tsquery = tsquery
        visible = meaning.searched.order_by().values("pk")
        self.visible, self.visible_values = visible.query.sql_with_params()
        self.of_message, self.message_values = meaning.of_message, meaning.values
        self.since, self.until = meaning.since, meaning.until

    def conditions(self) -> tuple[str, list[Any]]:
        by_words = ["indexed.words @@ %s::tsquery"] if self.tsquery else []
        parts = [*by_words, f"message.conversation_id IN ({self.visible})", *self.of_message]
        asked = [self.tsquery] if self.tsquery else []
        return " AND ".join(parts), [*asked, *self.visible_values, *self.message_values]

    def bounds(self, before: Place | None) -> tuple[str, list[Any]]:
        """When a message may have been said, as a WHERE."""
        parts, values = [], []
        if before is not None:
            parts.append("(at, message_id) < (%s, %s)")
            values += [before.at, before.message]
        for comparison, edge in (("at >= %s", self.since), ("at < %s", self.until)):
            if edge is not None:
                parts.append(comparison)
                values.append(edge)
        return f"WHERE {' AND '.join(parts)}" if parts else "", values

    def found(self, stretch: int | None, before: Place | None) -> tuple[str, list[Any]]:
        """SQL for all messages found in a stretch that ends before a place."""
        conditions, values = self.conditions()
        bound, bounds = self.bounds(before)
        source = f"(SELECT * FROM inbox_indexedmessage {bound}"
        if stretch is not None:
            source += f" ORDER BY at DESC, message_id DESC LIMIT {int(stretch)}"
        sql = f"""
            SELECT message.conversation_id, indexed.message_id, indexed.at, indexed.words
              FROM {source}) AS indexed
              JOIN inbox_message message ON message.id = indexed.message_id
             WHERE {conditions}
        """
        return sql, [*bounds, *values]

    def newest(self, stretch: int | None, before: Place | None, count: int) -> list[Match]:
        """The newest found message of each conversation, but of none that was shown before."""
        found, values = self.found(stretch, before)
        unseen, unseen_values = "", []
        if before is not None:
            conditions, of_conditions = self.conditions()
            # LIMIT keeps the planner from doing it for all conversations at once.
            unseen = f"""
             WHERE (SELECT true FROM inbox_message message
                      JOIN inbox_indexedmessage indexed ON indexed.message_id = message.id
                     WHERE message.conversation_id = newest.conversation_id
                       AND (indexed.at, indexed.message_id) >= (%s, %s)
                       AND indexed.at < coalesce(%s, 'infinity'::timestamptz) AND {conditions}
                     LIMIT 1) IS NULL
            """
            unseen_values = [before.at, before.message, self.until, *of_conditions]
        sql = f"""
            SELECT conversation_id, message_id, at, 0 FROM (
                   SELECT * FROM (
                          SELECT DISTINCT ON (conversation_id) conversation_id, message_id, at
                            FROM ({found}) AS found
                           ORDER BY conversation_id, at DESC, message_id DESC) AS one
                    ORDER BY at DESC, message_id DESC) AS newest
            {unseen} LIMIT %s
        """
        return self.rows(sql, [*values, *unseen_values, count])

    def best(self, stretch: int | None, place: Place, count: int) -> list[Match]:
        """The best of the newest that were found before a place, which stays the same from page
        to page; `place.score` and `place.last` are where the page before ended."""
        found, values = self.found(stretch, place)
        beyond, beyond_values = "", []
        if place.score is not None:
            beyond = "WHERE (score, message_id) < (%s, %s)"
            beyond_values = [place.score, place.last]
        sql = f"""
            SELECT conversation_id, message_id, at, score FROM (
                   SELECT DISTINCT ON (conversation_id) conversation_id, message_id, at, score
                     FROM (SELECT conversation_id, message_id, at,
                                  ({SCORE} * ts_rank(words, %s::tsquery, 1)
                                   / (1 + extract(epoch FROM now() - at) / 31557600))::bigint
                                  AS score
                             FROM (SELECT * FROM ({found}) AS each
                                    ORDER BY at DESC, message_id DESC LIMIT {RANKED_MAX}) AS newest
                          ) AS ranked
                    ORDER BY conversation_id, score DESC, message_id DESC) AS one
            {beyond} ORDER BY score DESC, message_id DESC LIMIT %s
        """
        return self.rows(sql, [self.tsquery, *values, *beyond_values, count])

    def end(self, stretch: int, before: Place | None) -> Place | None:
        """Where a stretch of the newest messages ends; None when there are no more than that."""
        bound, values = self.bounds(before)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT count(*) OVER (), at, message_id FROM (
                       SELECT at, message_id FROM inbox_indexedmessage {bound}
                        ORDER BY at DESC, message_id DESC LIMIT %s) AS stretch
                 ORDER BY at, message_id LIMIT 2
                """,
                [*values, stretch + 1],
            )
            rows = cursor.fetchall()
        return Place(rows[-1][1], rows[-1][2]) if rows and rows[0][0] > stretch else None

    def rows(self, sql: str, values: Sequence[Any]) -> list[Match]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [Match(*row) for row in cursor.fetchall()]


def match(
    tsquery: str, meaning: Meaning, *, is_best: bool, place: Place | None, count: int
) -> Matches:
    """Up to `count` conversations, in stretches that grow until there are enough of them or all
    has been looked at. Raises OutOfTime when there was no time for even the first stretch."""
    try:
        statement = Statement(tsquery, meaning)
    except EmptyResultSet:
        return Matches([])
    rows: list[Match] = []
    looked_at = None
    for stretch, milliseconds in STRETCHES[-2:] if is_best else STRETCHES:
        try:
            with within(milliseconds):
                if is_best and place is not None:
                    rows = statement.best(stretch, place, count)
                else:
                    rows = statement.newest(stretch, place, count)
        except OutOfTime:
            if looked_at is None:
                raise
            return Matches(rows, looked_at, statement.end(looked_at, place), is_cut=True)
        if len(rows) >= count:
            is_all = not is_best or stretch is None or statement.end(stretch, place) is None
            return Matches(rows, None if is_all else stretch)
        looked_at = stretch
    return Matches(rows)


def tsquery_of(terms: Sequence[Term], stems: dict[str, list[str] | None]) -> str:
    """The terms as a tsquery: each as written or by one of its stems.

    `stems` has None for a word that some language in use passes over; such a word need not be
    there when others are.
    """
    parts: list[tuple[str, bool]] = []
    for term in terms:
        if term.is_exact or len(term.words) > 1:
            spelled = [quoted(word) for word in term.words]
            if term.is_prefix:
                spelled[-1] += ":*"
            text, is_needed = f"({' <-> '.join(spelled)})", True
        else:
            word = term.words[0]
            known = stems.get(word)
            others = [quoted(stem) for stem in known or [] if stem != word]
            own = quoted(word) + (":*" if term.is_prefix else "")
            text, is_needed = f"({' | '.join([own, *others])})", known is not None
        parts.append((f"!{text}" if term.is_not else text, is_needed or term.is_not))
    needed = [text for text, is_needed in parts if is_needed]
    has_positive = any(
        is_needed and not term.is_not for (_, is_needed), term in zip(parts, terms, strict=True)
    )
    return " & ".join(needed if has_positive else [text for text, _ in parts])


def stems_of(words: Sequence[str]) -> dict[str, list[str] | None]:
    """The stems of words in all languages that messages were indexed in."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT word, tsvector_to_array(to_tsvector(config::regconfig, word))
              FROM unnest(%s::text[]) AS word, inbox_indexedlanguage
            """,
            [list(words)],
        )
        found: dict[str, list[str] | None] = {word: [] for word in words}
        for word, stems in cursor.fetchall():
            held = found[word]
            if not stems:
                found[word] = None
            elif held is not None:
                held.extend(stem for stem in stems if stem not in held)
    return found
