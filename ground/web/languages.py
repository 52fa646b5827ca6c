"""The languages that Counterfoil speaks to customers, and which of them somebody is given.

Tags are BCP 47, as browsers send them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

ENGLISH = "en"

# Each by its own name.
NAMES = {
    "en": "English",
    "ar": "العربية",
    "bg": "Български",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "es": "Español",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nb": "Norsk bokmål",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "pt-BR": "Português (Brasil)",
    "ro": "Română",
    "ru": "Русский",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}
CHOICES = tuple(NAMES.items())
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he"})

# What browsers also call a language of ours.
_ALIASES = {
    "no": "nb",
    "nn": "nb",
    "iw": "he",
    "in": "id",
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
}
_BY_LOWER = {tag.lower(): tag for tag in NAMES}


def direction(tag: str) -> str:
    """How it is written, as HTML's `dir` says it: "rtl" or "ltr"."""
    return "rtl" if tag in RIGHT_TO_LEFT else "ltr"


def chain(tag: str) -> Iterator[str]:
    """Our languages for a tag, from the most to the least exact: pt-BR, pt, en."""
    parts = tag.replace("_", "-").lower().split("-")
    seen = set()
    for length in range(len(parts), 0, -1):
        name = "-".join(parts[:length])
        known = _BY_LOWER.get(name) or _ALIASES.get(name)
        if known is not None and known not in seen:
            seen.add(known)
            yield known
    if ENGLISH not in seen:
        yield ENGLISH


def best(tag: str, *, offered: Collection[str] = (), default: str = ENGLISH) -> str:
    """The language to speak to somebody who asks for `tag`; `offered` empty means all of ours."""
    known = [name for name in chain(tag) if not offered or name in offered]
    if known and (known[0] != ENGLISH or tag.lower().split("-")[0] == ENGLISH):
        return known[0]
    return default
