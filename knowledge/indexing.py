"""What search knows of an article: the words of its title, its summary and its text."""

from __future__ import annotations

import html
import re

from django.db import connection

from ground.meaning.stemming import FALLBACK, configuration
from ground.meaning.words import vector, words

TEXT_MAX = 100_000
_TAG = re.compile("<[^>]*>")
# Words as they are written beside their stems, each as weighty as where it stands.
_WRITE = """
UPDATE knowledge_translation SET words =
       setweight(%s::tsvector || {stem}, 'A') || setweight(%s::tsvector || {stem}, 'B')
       || setweight(%s::tsvector || {stem}, 'D')
 WHERE id = %s
"""
_STEM, _NONE = "strip(to_tsvector(%s::regconfig, %s))", "''::tsvector"


def index(translation_id: int, locale: str, title: str, summary: str, body_html: str) -> None:
    """Makes a published translation findable, or findable anew."""
    config = configuration(locale)
    is_stemmed = config != FALLBACK
    given: list[str] = []
    for text in (title, summary, text_of(body_html)):
        given.append(vector(words(text)))
        if is_stemmed:
            given += [config, text]
    with connection.cursor() as cursor:
        stem = _STEM if is_stemmed else _NONE
        cursor.execute(_WRITE.format(stem=stem), [*given, str(translation_id)])


def text_of(body_html: str) -> str:
    """The words of our own HTML."""
    return html.unescape(_TAG.sub(" ", body_html))[:TEXT_MAX]
