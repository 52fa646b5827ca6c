"""What a rule tells a customer by itself: in several languages, in nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from ground.meaning import LANGUAGES, known_language
from ground.web.problems import Invalid
from ground.web.text import clean
from inbox import variables
from inbox.models import Conversation
from inbox.voices import ENGLISH, voice_of

FIELD = "says"


def sound_texts(texts: Any) -> dict[str, str]:
    """Texts by the codes of their languages, as they are stored. Raises Invalid."""
    if texts is None:
        return {}
    if not isinstance(texts, Mapping):
        raise Invalid(errors={FIELD: ['Expected texts by language, such as {"en": "Hello"}.']})
    return {language_named(name): sound_text(name, text) for name, text in texts.items()}


def language_named(name: Any) -> str:
    if name not in LANGUAGES:
        raise Invalid(errors={FIELD: ["A text is in a language that is not known here."]})
    return str(name)


def sound_text(language: str, text: Any) -> str:
    try:
        found = clean(text, FIELD, max_bytes=settings.MESSAGE_MAX_KB * 1024).strip()
    except Invalid as problem:
        said = (problem.errors or {})[FIELD]
        raise Invalid(errors={FIELD: [f"{LANGUAGES[language]}: {each}" for each in said]}) from None
    if fault := variables.fault_of(found):
        raise Invalid(errors={FIELD: [f"{LANGUAGES[language]}: {fault}"]})
    return found


def chosen(texts: Mapping[str, str], conversation: Conversation) -> str:
    """The language in which somebody is told: theirs, else the house's."""
    wanted = [
        conversation.language,
        known_language(conversation.contact.locale or "") or "",
        known_language(voice_of(conversation).language) or "",
        ENGLISH,
    ]
    return next((each for each in wanted if each in texts), min(texts))


def filled(text: str, conversation: Conversation) -> str:
    return variables.fill(text, variables.values_of(conversation))
