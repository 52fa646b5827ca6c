"""What the messenger says, in each of its languages: `locales/<tag>.json`, key -> text.

`{name}` is filled in; a key may have plural forms `<key>.one`, `.few`, `.other` … as the language's
CLDR rules name them. English has every key and is the last resort of every other language.
"""

import json
from functools import cache
from pathlib import Path

from ground.web import languages
from messenger.models import Installation

FOLDER = Path(__file__).parent / "locales"
# Keys beginning so are said outside the frame.
ELSEWHERE = ("away.", "page.", "launcher.", "wait.", "start.hint")


def language_of(installation: Installation, asked: str) -> str:
    """The language an installation speaks to somebody who asks for `asked`."""
    return languages.best(asked, offered=installation.languages, default=installation.locale)


@cache
def texts_in(tag: str) -> dict[str, str]:
    """All texts of one of our languages; what it lacks comes from the next in its chain."""
    texts: dict[str, str] = {}
    for name in reversed(list(languages.chain(tag))):
        texts |= translation(name)
    return texts


def texts_in_frame(tag: str) -> dict[str, str]:
    """What the frame itself says: the words of mails, launcher and other pages stay with them."""
    return {key: text for key, text in texts_in(tag).items() if not key.startswith(ELSEWHERE)}


def translation(tag: str) -> dict[str, str]:
    """What a language itself says; nothing for one that is not translated yet."""
    file = FOLDER / f"{tag}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
