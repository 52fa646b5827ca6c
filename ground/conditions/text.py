"""Upper and lower case, the same in Python and in every PostgreSQL.

Two texts are the same when they are so after `fold`. It replaces single characters only: those
whose lower case is one other character, by Unicode's simple mapping. So `Łódź` is `łódź`, while ß
stays apart from ss, the dotted İ from i, the dotless ı from i, ς from σ, and a letter with a
combining mark from its composed form. No character outside ASCII folds to one inside (the Kelvin
sign is not k), so an ASCII value needs no more than PostgreSQL's `lower(… COLLATE "C")`.

A database's own `lower()` depends on its locale provider and Unicode version; it is never asked.
"""

from collections import defaultdict
from typing import NamedTuple

ASCII_END = 0x80
# No script with two cases lies beyond the first two planes of Unicode.
CASED_END = 0x20000


def _lower_of() -> dict[str, str]:
    pairs = ((chr(point), chr(point).lower()) for point in range(CASED_END))
    return {
        upper: lower
        for upper, lower in pairs
        if lower != upper
        and len(lower) == 1
        and (ord(lower) >= ASCII_END or ord(upper) < ASCII_END)
    }


_LOWER_OF = _lower_of()
_TABLE = str.maketrans(_LOWER_OF)
_UPPERS_OF: dict[str, list[str]] = defaultdict(list)
for _upper, _lower in _LOWER_OF.items():
    _UPPERS_OF[_lower].append(_upper)


def fold(text: str) -> str:
    """The text by which two texts are compared; of the same length."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


class Replacement(NamedTuple):
    """Characters and, place by place, what they become: the arguments of SQL's `translate`."""

    uppers: str
    lowers: str


def replacement_for(folded: str) -> Replacement:
    """What SQL must replace, besides ASCII letters, to find `folded` in a text.

    Characters that do not occur in `folded` cannot be part of a match, folded or not, so they are
    left alone; `translate` walks through all its pairs for each character it does not find.
    """
    pairs = [
        (upper, lower)
        for lower in sorted(set(folded))
        if ord(lower) >= ASCII_END
        for upper in _UPPERS_OF.get(lower, ())
    ]
    return Replacement("".join(u for u, _ in pairs), "".join(lo for _, lo in pairs))
