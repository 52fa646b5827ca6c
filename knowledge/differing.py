"""What is different between two texts: line by line, and word by word within a line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

LINES_MAX = 2_000
WORDS_MAX = 400
AROUND = 1
_PARTS = re.compile(r"\s+|[^\s]+")

SAME, GONE, NEW, LEFT_OUT = "same", "gone", "new", "left-out"


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """`left-out` stands for lines that are the same and far from any difference."""

    kind: str
    pieces: tuple[Piece, ...] = ()


def difference(before: str, after: str) -> list[Line]:
    """The lines of both, in their order; nothing where the texts are the same."""
    if before == after:
        return []
    old, new = before.split("\n")[:LINES_MAX], after.split("\n")[:LINES_MAX]
    lines: list[Line] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if lines or group[0][1] > 0:
            lines.append(Line(LEFT_OUT))
        for tag, start, stop, begin, end in group:
            if tag == "equal":
                lines += [Line(SAME, (Piece(SAME, line),)) for line in old[start:stop]]
            else:
                lines += changed(old[start:stop], new[begin:end])
    return lines


def changed(old: list[str], new: list[str]) -> Iterator[Line]:
    """Lines of which as many as there are on both sides say what became of each."""
    both = min(len(old), len(new))
    for before, after in zip(old, new, strict=False):
        gone, come = words(before, after)
        yield Line(GONE, gone)
        yield Line(NEW, come)
    for line in old[both:]:
        yield Line(GONE, (Piece(GONE, line),))
    for line in new[both:]:
        yield Line(NEW, (Piece(NEW, line),))


def words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if max(len(old), len(new)) > WORDS_MAX:
        return (Piece(GONE, before),), (Piece(NEW, after),)
    gone: list[Piece] = []
    come: list[Piece] = []
    for tag, start, stop, begin, end in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            same = Piece(SAME, "".join(old[start:stop]))
            gone.append(same)
            come.append(same)
            continue
        if stop > start:
            gone.append(Piece(GONE, "".join(old[start:stop])))
        if end > begin:
            come.append(Piece(NEW, "".join(new[begin:end])))
    return tuple(gone), tuple(come)
