"""Every language says everything, and says it with the same blanks to fill in."""

import re

import pytest

from ground.web import languages
from messenger.texts import translation

PLURAL = re.compile(r"\.(zero|one|two|few|many|other)$")
OTHERS = [tag for tag in languages.NAMES if tag != languages.ENGLISH]


def keys(texts):
    """The keys of a language; the forms of one plural count once."""
    return {PLURAL.sub(".#", key) for key in texts}


def blanks(text):
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_there_are_thirty_languages_and_some_are_written_from_the_right():
    assert len(languages.NAMES) >= 30
    assert {languages.direction(tag) for tag in languages.NAMES} == {"ltr", "rtl"}


@pytest.mark.parametrize("tag", OTHERS)
def test_every_key_is_translated(tag):
    assert keys(translation(tag)) == keys(translation(languages.ENGLISH))


@pytest.mark.parametrize("tag", OTHERS)
def test_every_text_is_filled_in_and_has_the_same_blanks(tag):
    english = translation(languages.ENGLISH)
    for key, text in translation(tag).items():
        source = english.get(key) or english[PLURAL.sub(".other", key)]
        # "One new message" may do without its number.
        allowed = [blanks(source), []] if PLURAL.search(key) else [blanks(source)]
        assert text.strip(), key
        assert blanks(text) in allowed, key


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("pt-BR", "pt-BR"),
        ("pt-AO", "pt"),
        ("de-CH-1996", "de"),
        ("no", "nb"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("iw", "he"),
        ("tlh", "en"),
        ("", "en"),
        ("../../etc", "en"),
    ],
)
def test_a_visitor_is_given_the_nearest_language(asked, given):
    assert languages.best(asked) == given


def test_where_a_language_is_not_offered_its_parent_is_and_else_the_default():
    assert languages.best("pt-BR", offered=["pt", "de"], default="de") == "pt"
    assert languages.best("fr", offered=["pt", "de"], default="de") == "de"
    assert languages.best("en-GB", offered=["de", "en"], default="de") == "en"
