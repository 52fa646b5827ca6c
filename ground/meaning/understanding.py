"""All that is understood of one text at once."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ground.meaning.encoder import encoder
from ground.meaning.language import language_of
from ground.meaning.sentiment import head
from ground.meaning.text import plain_words, telling_part

logger = logging.getLogger(__name__)

# "Thanks!" and "ok" come again and again.
REMEMBERED = 2_048


@dataclass(frozen=True, slots=True)
class Understood:
    """language: a code of LANGUAGES. sentiment: from -1, upset, to 1, content. None is unknown."""

    language: str | None = None
    sentiment: float | None = None


NOTHING = Understood()


def understand(text: str, *, has_time: bool = True) -> Understood:
    """What a text says besides its words. Never raises: what cannot be told is unknown.

    Without `has_time` only what costs next to nothing is told: its language.
    """
    try:
        words = telling_part(plain_words(text))
        if not any(says(character) for character in words):
            return NOTHING
        return understood(words) if has_time else Understood(language_of(words))
    except Exception:
        logger.exception("A text could not be understood")
        return NOTHING


@lru_cache(maxsize=REMEMBERED)
def understood(words: str) -> Understood:
    return Understood(language_of(words), sentiment_of(words))


def says(character: str) -> bool:
    """Whether it is a letter or a picture."""
    return character.isalpha() or unicodedata.category(character) == "So"


def sentiment_of(words: str) -> float | None:
    found = encoder()
    if found is None or found.name != head().encoder:
        return None
    return head().scores(found.encode([words]))[0]
