"""Words before they are understood: one form of each character, and not too many of them."""

import re
import unicodedata

# What is said first and last tells most; what understanding costs grows with what it reads.
LENGTH_MAX = 360
# More than this is not looked at at all.
READ_MAX = 8_000

_QUOTED = re.compile(r"(?m)^\s*>.*$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_SPACES = re.compile(r"\s+")
_REPEATED = re.compile(r"(\S)\1{3,}")


def plain_words(text: str) -> str:
    """What somebody says in their own words: without quoted lines and addresses, on one line."""
    text = text if len(text) <= READ_MAX else text[: READ_MAX // 2] + " " + text[-READ_MAX // 2 :]
    text = unicodedata.normalize("NFKC", text).replace("\0", " ")
    text = _ADDRESS.sub(" ", _QUOTED.sub(" ", text))
    text = _REPEATED.sub(r"\1\1\1", text)
    return _SPACES.sub(" ", text).strip()


def telling_part(words: str) -> str:
    """The beginning and the end of what `plain_words` gave, at most 361 characters."""
    return shortened(words, LENGTH_MAX)


def shortened(words: str, length: int) -> str:
    """Words without their middle: two thirds of the length from the beginning, the rest from the
    end, and a space between."""
    if len(words) <= length:
        return words
    tail = length // 3
    return f"{words[: length - tail]} {words[-tail:] if tail else ''}"
