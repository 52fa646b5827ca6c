"""Which language a text is written in, of those that the product knows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

# By their own names, as people choose them.
LANGUAGES = {
    "en": "English",
    "ar": "العربية",
    "bg": "Български",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "es": "Español",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hu": "Magyar",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
# One or two words of the Latin script may be of any language.
WORDS_MIN = 3
CERTAIN = 0.5

_WORD = re.compile(r"[^\W\d_]+")
_OWN_SCRIPT = re.compile(
    r"[\u0370-\u03ff\u0590-\u05ff\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af\u4e00-\u9fff]"
)
_ALIASES = {"nb": "no", "nn": "no", "iw": "he"}


@lru_cache(maxsize=1)
def identifier() -> Any:
    """Loaded when it is first asked for: it takes about a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(LANGUAGES) & set(found.labels)
    found.set_languages(sorted(known | ({"nb"} & set(found.labels))))
    # The rest of the world's, which is most of what it holds.
    found._full_model = None
    return found


def language_of(words: str) -> str | None:
    """The code of the language of what `plain_words` gave; None where the text does not tell."""
    if len(_WORD.findall(words)) < WORDS_MIN and not _OWN_SCRIPT.search(words):
        return None
    code, sureness = identifier().classify(words)
    return known_language(code) if sureness >= CERTAIN else None


def known_language(tag: str) -> str | None:
    """Of a tag as browsers send it (`pt-BR`) the language, if it is one of ours."""
    code = tag.partition("-")[0].lower()
    code = _ALIASES.get(code, code)
    return code if code in LANGUAGES else None
