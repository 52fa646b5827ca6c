"""Upper and lower case, without asking any locale."""

import pytest

from ground.conditions.text import fold, replacement_for


@pytest.mark.parametrize(
    ("text", "same"),
    [("ADA", "ada"), ("ŁÓDŹ", "łódź"), ("ȘTEFAN", "ștefan"), ("ЖУК", "жук"), ("ΣΑΣ", "σασ")],
)
def test_case_is_ignored_in_every_script(text, same):
    assert fold(text) == fold(same) == same


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("ß", "ss"),
        ("İ", "i"),
        ("ı", "I"),
        ("\u212a", "k"),
        ("ς", "Σ"),
        ("é", "e\u0301"),
        ("ﬁ", "fi"),
    ],
)
def test_what_is_more_than_case_stays_apart(text, other):
    assert fold(text) != fold(other)


def test_folding_keeps_length_and_is_done_once():
    everything = "".join(chr(point) for point in range(0x20000) if not 0xD800 <= point < 0xE000)
    folded = fold(everything)
    assert len(folded) == len(everything)
    assert fold(folded) == folded
    pairs = zip(everything, folded, strict=True)
    assert all(old.isascii() == new.isascii() for old, new in pairs)


def test_sql_replaces_only_what_is_sought():
    assert replacement_for("ada") == ("", "")
    assert replacement_for("łódź") == ("ÓŁŹ", "ółź")
