"""Finding articles by words and by forms of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ground.meaning.stemming import configuration
from ground.meaning.words import quoted, spans, words
from ground.web.text import fault
from ground.web.timing import OutOfTime, within
from knowledge.indexing import text_of
from knowledge.models import Translation
from knowledge.reading import Entry, best_of, entry

LENGTH_MAX = 200
TERMS_MAX = 12
FOUND_MAX = 20
TIME_MS = 400
PREFIX_MIN = 2
EXCERPT = 180

# All that was asked for, then as much of it as there is. Words that say nothing (the, when) count
# for nothing, unless there are no others.
_FIND = """
WITH term AS (
     SELECT exact::tsquery AS exact, plainto_tsquery(%s::regconfig, word) AS stem
       FROM unnest(%s::text[], %s::text[]) AS term (exact, word)),
     asked AS (
     SELECT string_agg((exact || stem)::text, ') & (') FILTER (WHERE numnode(stem) > 0) AS all_of,
            string_agg((exact || stem)::text, ') | (') FILTER (WHERE numnode(stem) > 0) AS any_of,
            string_agg(exact::text, ') & (') AS plain
       FROM term),
     query AS (
     SELECT ('(' || coalesce(all_of, plain) || ')')::tsquery AS all_of,
            ('(' || coalesce(any_of, plain) || ')')::tsquery AS any_of FROM asked)
SELECT id, ts_rank(words, any_of) FROM knowledge_translation, query
 WHERE locale = %s AND published_id IS NOT NULL AND words @@ any_of
 ORDER BY words @@ all_of DESC, ts_rank(words, any_of) DESC, id
 LIMIT %s
"""


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and whether it was looked for."""

    text: str
    is_match: bool = False


@dataclass(frozen=True)
class Found:
    entry: Entry
    excerpt: list[Piece]


def search(text: str, locale: str, order: Sequence[str]) -> list[Found]:
    """Published articles for what somebody typed, best first; each in the best language that there
    is, whichever it was found in. Any text is fine."""
    if len(text) > LENGTH_MAX or fault(text.replace("\n", " "), max_bytes=4 * LENGTH_MAX):
        return []
    terms = words(text)[:TERMS_MAX]
    if not terms:
        return []
    found: dict[int, Translation] = {}
    for tag in order:
        for row, _ in ranked(terms, tag):
            found.setdefault(row.article_id, row)
    rows = in_best_language(list(found.values())[:FOUND_MAX], order)
    return [Found(entry(row, locale), excerpt(row, terms)) for row in rows]


def in_best_language(rows: list[Translation], order: Sequence[str]) -> list[Translation]:
    if len(order) == 1 or not rows:
        return rows
    texts: dict[int, list[Translation]] = {}
    named = [row.article_id for row in rows]
    wanted = Translation.objects.published().filter(article__in=named, locale__in=order)
    for text in wanted.select_related("published").defer("body", "words"):
        texts.setdefault(text.article_id, []).append(text)
    return [best_of(texts.get(row.article_id, ()), order) or row for row in rows]


def ranked(terms: Sequence[str], locale: str) -> list[tuple[Translation, float]]:
    """Published translations that say any of the words, best first, each with how much it does."""
    exact = [quoted(term) for term in terms]
    # Whoever asks while they type may be in the middle of a word.
    if len(terms[-1]) >= PREFIX_MIN:
        exact[-1] += ":*"
    try:
        with within(TIME_MS) as cursor:
            given = [configuration(locale), exact, list(terms), locale, FOUND_MAX]
            cursor.execute(_FIND, given)
            found = cursor.fetchall()
    except OutOfTime:
        return []
    texts = Translation.objects.select_related("published").defer("body", "words")
    rows = texts.in_bulk([pk for pk, _ in found])
    return [(rows[pk], rank) for pk, rank in found if pk in rows]


def excerpt(text: Translation, terms: Sequence[str]) -> list[Piece]:
    """The summary, or the part of the text around what was found."""
    asked = {term[: max(3, len(term) - 2)] for term in terms if len(term) > 2}
    version = text.published
    if version is None:
        return []
    body = " ".join(text_of(version.body_html).split())
    for source in (version.summary, body):
        marked = [span for span in spans(source) if begins_like(span[0], asked)]
        if marked:
            return list(pieces(source, marked))
    return [Piece((version.summary or body)[:EXCERPT])]


def begins_like(word: str, asked: set[str]) -> bool:
    return any(word.startswith(beginning) for beginning in asked)


def pieces(source: str, marked: Sequence[tuple[str, int, int]]) -> Iterator[Piece]:
    begin = max(0, marked[0][1] - 50)
    if begin:
        begin = source.find(" ", begin) + 1
        yield Piece("… ")
    end, place = min(len(source), begin + EXCERPT), begin
    for _, start, stop in marked:
        if start < place or stop > end:
            continue
        yield Piece(source[place:start])
        yield Piece(source[start:stop], True)
        place = stop
    yield Piece(source[place:end] + (" …" if end < len(source) else ""))
