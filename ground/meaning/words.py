"""Texts into words, the same way for what is searched and for what searches.

A word is a run of letters and digits, in lower case and without accents, so that `Müller` and
`muller`, `A-5521` and `5521` meet. Scripts that put no spaces between words count by character.
"""

import re
import unicodedata
from collections.abc import Iterator

WORD_MAX = 100
POSITION_MAX = 16_383
POSITIONS_MAX = 255

_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002fa1f"
)
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0670\u0900-\u0dff\u200c\u200d"
_WORD = re.compile(
    f"[{_SPACELESS}]|(?![{_SPACELESS}])[^\\W_](?:(?![{_SPACELESS}])[^\\W_]|[{_MARKS}])*"
)
# Of Latin, Greek, Hebrew and Arabic; in other scripts a mark makes another letter.
_ACCENTS = re.compile("(?<=[a-z\u0370-\u03ff])[\u0300-\u036f]+|[\u0591-\u05c7\u064b-\u065f\u0670]")
_LETTERS = str.maketrans(
    {"ё": "е", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "\u200c": None}
)


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word of a text as it is compared, and where it stands."""
    for match in _WORD.finditer(text):
        yield folded(match[0]), match.start(), match.end()


def words(text: str) -> list[str]:
    return [word for word, _, _ in spans(text)]


def folded(word: str) -> str:
    """A word in lower case and without accents."""
    if word.isascii():
        return word.lower()[:WORD_MAX]
    text = unicodedata.normalize("NFKD", word.casefold())
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text))
    return text.translate(_LETTERS)[:WORD_MAX]


def quoted(word: str) -> str:
    """A word as PostgreSQL reads it in a tsvector or tsquery."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def vector(found: list[str]) -> str:
    """Words with their places as the text of a tsvector."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(found, 1):
        held = places.setdefault(word, [])
        if len(held) < POSITIONS_MAX and place <= POSITION_MAX:
            held.append(str(place))
    return " ".join(
        f"{quoted(word)}:{','.join(held)}" if held else quoted(word)
        for word, held in places.items()
    )
