"""Text from outside is kept as written or refused with a sentence."""

import pytest
from django.test import Client
from rest_framework import serializers

from ground.web.problems import Invalid
from ground.web.text import CleanCharField, clean

SOUND = [
    "Hello",
    "a\nb\tc",
    "שלום \u200f!",
    "👩‍👩‍👧 family",
    " kept as written ",
    "<b>&amp;</b>",
    "x" * 32,
]


@pytest.mark.parametrize("text", SOUND)
def test_sound_text_is_kept_as_written(text):
    assert clean(text, "body", max_bytes=100) == text


def test_line_ends_of_forms_become_line_feeds():
    assert clean("a\r\nb\rc", "body", max_bytes=100) == "a\nb\nc"


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "a\ud800b",
        "\udfff",
        "a\x07",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\x9f",
        "x" * 101,
        "é" * 51,
    ],
)
def test_unsound_text_is_refused_under_its_field(text):
    with pytest.raises(Invalid) as caught:
        clean(text, "body", max_bytes=100)
    assert list(caught.value.errors) == ["body"]
    assert caught.value.errors["body"][0].endswith(".")


@pytest.mark.parametrize("blank", ["", "  \n\t ", "\u200b", "\u2060\ufeff \u00ad", None])
def test_text_that_nobody_can_see_counts_as_missing(blank):
    with pytest.raises(Invalid):
        clean(blank, "body", max_bytes=100)
    clean(blank, "body", max_bytes=100, required=False)


@pytest.mark.parametrize("other", [1, True, 1.5, [], {}, b"x"])
def test_what_is_not_text_is_refused(other):
    with pytest.raises(Invalid):
        clean(other, "body", max_bytes=100, required=False)


class Form(serializers.Serializer):
    body = CleanCharField(max_bytes=20)
    title = CleanCharField(max_bytes=20, required=False, allow_blank=True, trim_whitespace=True)


@pytest.mark.parametrize(
    "given", [{}, {"body": ""}, {"body": " "}, {"body": None}, {"body": 5}, {"body": "\x00"},
              {"body": "\ud800"}, {"body": "x" * 21}, {"body": "\u200b"}, {"body": ["x"]}]
)  # fmt: skip
def test_the_serializer_field_refuses_the_same(given):
    form = Form(data=given)
    assert not form.is_valid()
    assert list(form.errors) == ["body"]


def test_the_serializer_field_keeps_or_trims_as_it_is_told():
    form = Form(data={"body": " a\r\n", "title": " b "})
    assert form.is_valid(), form.errors
    assert form.validated_data == {"body": " a\n", "title": "b"}


@pytest.mark.urls("tests.web.urls")
def test_over_http_the_sentence_stands_under_the_field():
    answer = Client().post("/api/note/", {"body": 7}, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"body": ["This must be text."]}
