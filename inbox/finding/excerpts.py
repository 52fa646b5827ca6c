"""The part of a text around what was found, with what was found marked. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ground.meaning.words import spans
from inbox.finding.query import Term

LENGTH = 220
LEAD = 60
BEGINNING = 2


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and whether it was looked for."""

    text: str
    is_match: bool = False


def excerpt(text: str, terms: Sequence[Term], alike: Collection[str] = ()) -> list[Piece]:
    """About LENGTH characters of `text` around the first match.

    `alike` are words that mean what was asked for though they are written otherwise.
    """
    flat = " ".join(text.split())
    found = list(spans(flat))
    marked = matched(found, [term for term in terms if not term.is_not], alike)
    first = min(marked, default=0)
    begin = max(0, found[first][1] - LEAD) if marked else 0
    if begin:
        space = flat.find(" ", begin, begin + LEAD)
        begin = space + 1 if space >= 0 else begin
    end = min(len(flat), begin + LENGTH)
    pieces = [Piece("…")] if begin else []
    place = begin
    for index, (_, start, stop) in enumerate(found):
        if index not in marked or start < begin or stop > end:
            continue
        if start > place:
            pieces.append(Piece(flat[place:start]))
        pieces.append(Piece(flat[start:stop], True))
        place = stop
    pieces.append(Piece(flat[place:end] + ("…" if end < len(flat) else "")))
    return [piece for piece in pieces if piece.text]


def matched(
    found: Sequence[tuple[str, int, int]], terms: Sequence[Term], alike: Collection[str]
) -> set[int]:
    """The places of the words that any of the terms asks for."""
    said = [word for word, _, _ in found]
    marked: set[int] = set()
    for term in terms:
        size = len(term.words)
        for place in range(len(said) - size + 1):
            here = said[place : place + size]
            *exact, last = term.words
            is_last = here[-1] == last or (term.is_prefix and here[-1].startswith(last))
            is_alike = size == 1 and not term.is_exact and here[0] in alike
            if here[:-1] == exact and (is_last or is_alike):
                marked.update(range(place, place + size))
    return marked


def worth_stemming(text: str, terms: Sequence[Term]) -> set[str]:
    """The words of a text that may be forms of what is asked for: they begin like it."""
    beginnings = {
        term.words[0][:BEGINNING] for term in terms if len(term.words) == 1 and not term.is_not
    }
    return {word for word, _, _ in spans(text) if word[:BEGINNING] in beginnings}
