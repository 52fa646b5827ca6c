"""What the help center itself says, in the languages of its readers: `locales/<tag>.json`.

`{name}` is filled in; a key may have plural forms `<key>.one`, `.few`, `.other` … as the language's
CLDR rules name them. English has every key and is the last resort of every other language.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date

from ground.web import languages

FOLDER = Path(__file__).parent / "locales"


@cache
def texts_in(tag: str) -> dict[str, str]:
    """All texts of one of our languages; what it lacks comes from the next in its chain."""
    texts: dict[str, str] = {}
    for name in reversed(list(languages.chain(tag))):
        file = FOLDER / f"{name}.json"
        if file.exists():
            texts |= json.loads(file.read_text(encoding="utf-8"))
    return texts


def counted(tag: str, key: str, number: int) -> str:
    """A text with a number in the form that the language has for it."""
    texts = texts_in(tag)
    form = _known(tag).plural_form(number)
    return (texts.get(f"{key}.{form}") or texts[f"{key}.other"]).replace("{n}", str(number))


def day(tag: str, moment: date) -> str:
    return format_date(moment, "long", locale=_known(tag))


@cache
def _known(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
