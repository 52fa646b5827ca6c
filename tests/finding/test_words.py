"""Texts into words, queries into parts, excerpts: all of it without a database."""

import pytest

from ground.meaning.stemming import configuration
from ground.meaning.words import vector, words
from inbox.finding.excerpts import excerpt
from inbox.finding.meaning import day_of
from inbox.finding.query import LENGTH_MAX, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order A-5521, please!", ["order", "a", "5521", "please"]),
        ("Müller & Ødegård", ["muller", "odegard"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("dora@acme.test", ["dora", "acme", "test"]),
        ("Ёлка и йод", ["елка", "и", "йод"]),
        ("我想退款", ["我", "想", "退", "款"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("don't_stop", ["don", "t", "stop"]),
        ("!!! \x00", []),
    ],
)
def test_texts_fall_into_words_without_case_accents_and_marks(text, expected):
    assert words(text) == expected


def test_a_vector_keeps_places_and_survives_quotes():
    assert vector(["a", "b", "a"]) == "'a':1,3 'b':2"
    assert vector(["it's", "back\\slash"]) == "'it''s':1 'back\\\\slash':2"
    assert vector(["x"] * 400).count(",") == 254


def test_a_query_is_words_phrases_negations_and_operators():
    query = parse('refund "next day" -late from:dora -tag:"very important" A-55')
    assert [(t.words, t.is_exact, t.is_not, t.is_prefix) for t in query.terms] == [
        (("refund",), False, False, False),
        (("next", "day"), True, False, False),
        (("late",), False, True, False),
        (("a", "55"), False, False, True),
    ]
    assert [str(each) for each in query.filters] == ["from:dora", '-tag:"very important"']
    assert query.faults == [] and query.remarks == []


def test_the_last_word_is_a_beginning_until_a_space_follows():
    assert parse("ref").terms[0].is_prefix
    assert not parse("ref ").terms[0].is_prefix
    assert not parse('"ref"').terms[0].is_prefix
    assert not parse("r").terms[0].is_prefix


def test_a_wrong_operator_is_searched_as_a_word_and_said():
    query = parse("order:55 https://shop.test 12:30")
    assert len(query.remarks) == 1
    assert "“order:” is no operator" in query.remarks[0] and "from:" in query.remarks[0]
    assert query.terms[0].words == ("order", "55")


@pytest.mark.parametrize("text", ["from:", "from: dora", 'tag:""', "is: "])
def test_an_operator_without_its_value_is_explained(text):
    assert parse(text).faults[0].startswith("Say right after")


@pytest.mark.parametrize("text", ["a" * (LENGTH_MAX + 1), "nul\x00", "\ud800", "a " * 30])
def test_what_cannot_be_searched_is_a_sentence(text):
    assert parse(text).faults


def test_days_months_and_years_have_two_ends():
    begin, end = day_of("2026-12")
    assert (begin.isoformat(), end.isoformat()) == (
        "2026-12-01T00:00:00+00:00",
        "2027-01-01T00:00:00+00:00",
    )
    assert day_of("2026-02-30") is None
    assert day_of("9999") is None
    assert day_of("soon") is None
    assert day_of("today") is not None


def test_languages_have_their_configurations():
    assert [configuration(each) for each in ("de-AT", "pt_BR", "ja", "", "xx")] == [
        "german", "portuguese", "simple", "simple", "simple",
    ]  # fmt: skip


def marked(text, asked, alike=()):
    return [(p.text, p.is_match) for p in excerpt(text, parse(asked).terms, alike)]


def test_an_excerpt_marks_words_beginnings_phrases_and_forms():
    assert marked("I want a Refund now", "refund now") == [
        ("I want a ", False), ("Refund", True), (" ", False), ("now", True),
    ]  # fmt: skip
    assert ("Müller", True) in marked("Frau Müller rief an", "mull")
    assert [p for p in marked("one two three two", '"two three"') if p[1]] == [
        ("two", True), ("three", True),
    ]  # fmt: skip
    assert ("returned", True) in marked("I returned it", "returns ", {"returned"})


def test_an_excerpt_is_cut_around_what_was_found():
    pieces = marked("word " * 200 + "needle " + "more " * 200, "needle")
    text = "".join(text for text, _ in pieces)
    assert ("needle", True) in pieces
    assert text.startswith("…") and text.endswith("…") and len(text) < 240


def test_markup_of_strangers_stays_text():
    assert "".join(t for t, _ in marked("<script>alert(1)</script> hi", "alert")) == (
        "<script>alert(1)</script> hi"
    )
