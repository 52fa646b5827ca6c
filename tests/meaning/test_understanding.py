"""What texts say besides their words."""

import json

import pytest

from ground.meaning import NOTHING, understand, understanding
from ground.meaning import encoder as encoders
from ground.meaning.language import LANGUAGES, known_language, language_of
from ground.meaning.sentiment import FEELINGS, WEIGHTS, fingerprint, phrases
from ground.meaning.text import LENGTH_MAX, plain_words, telling_part

# None of these is among the phrases; two of the languages have none at all.
PAIRS = [
    ("en", "This is a disgrace, you have ignored me for a week!", "Could you send me the invoice?"),
    ("de", "Eine Unverschämtheit, so was habe ich noch nie erlebt!", "Können Sie mir helfen?"),
    ("ro", "Sunteți o bătaie de joc, nu mai suport!", "Îmi puteți trimite factura, vă rog?"),
    ("pl", "To skandal, jesteście okropni!", "Czy mogę prosić o fakturę?"),
    ("ru", "Безобразие, вы просто воры!", "Пришлите, пожалуйста, счёт."),
    ("it", "È una vergogna, siete dei ladri!", "Mi potete mandare la fattura, per favore?"),
    ("pt", "Que vergonha, vocês são péssimos!", "Podem enviar-me a fatura, por favor?"),
]


@pytest.mark.parametrize(("language", "angry", "calm"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_anger_and_language_are_told(encoder, language, angry, calm):
    of_angry, of_calm = understand(angry), understand(calm)
    assert of_angry.language == language and of_calm.language == language
    assert of_angry.sentiment < -0.5 < of_calm.sentiment


def test_thanks_are_told_from_questions(encoder):
    thanks, question = understand("Thank you so much, you are great!"), understand("Is it blue?")
    assert thanks.sentiment > 0.5 > question.sentiment


@pytest.mark.parametrize("text", ["", "   ", "12345", "> quoted", "https://shop.test/x", "…"])
def test_where_nothing_is_said_nothing_is_known(text):
    assert understand(text) == NOTHING


def test_without_an_encoder_the_language_is_known_all_the_same():
    understanding.understood.cache_clear()
    said = understand("Where have you been all this time?")
    assert (said.language, said.sentiment) == ("en", None)


def test_a_broken_encoder_blocks_nobody(monkeypatch):
    def broken():
        raise OSError("no such model")

    understanding.understood.cache_clear()
    monkeypatch.setattr(understanding, "encoder", broken)
    assert understand("This one is not understood at all") == NOTHING


def test_in_a_hurry_only_the_language_is_told(monkeypatch):
    monkeypatch.setattr(understanding, "encoder", lambda: pytest.fail("it costs too much"))
    assert understand("I have a question about it", has_time=False).language == "en"


def test_a_processor_for_which_it_was_not_made_is_left_alone(monkeypatch):
    monkeypatch.setattr(encoders, "_processor", lambda: ["flags : sse2 ssse3"])
    assert not encoders.can_run()
    monkeypatch.setattr(encoders.platform, "machine", lambda: "aarch64")
    assert not encoders.can_run()


def test_the_weights_are_those_of_the_phrases():
    """If this fails: `python -m ground.meaning.train`."""
    kept = json.loads(WEIGHTS.read_text())
    assert kept["phrases"] == fingerprint(phrases())
    assert kept["encoder"] == encoders.PackagedEncoder.name
    assert len(kept["weights"]) == len(kept["mean"]) == encoders.PackagedEncoder.dimensions


def test_there_are_phrases_of_each_feeling_in_each_language():
    known = phrases()
    for language in ("en", "de", "es", "fr", "pl", "ro", "ru"):
        count = {
            feeling: sum((each.language, each.feeling) == (language, feeling) for each in known)
            for feeling in FEELINGS
        }
        assert count["upset"] >= 60 and count["calm"] + count["content"] >= 60
    assert all(each.text.strip() == each.text != "" for each in known)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Unde este comanda mea, vă rog?", "ro"),
        ("Гарного дня, де моє замовлення?", "uk"),
        ("こんにちは", "ja"),
        ("¿Cuándo llega mi pedido?", "es"),
        ("ok", None),
        ("Berlin Hamburg", None),
    ],
)
def test_a_language_is_told_where_the_text_tells(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("tag", "language"), [("pt-BR", "pt"), ("nb-NO", "no"), ("EN", "en"), ("tlh", None), ("", None)]
)
def test_the_language_of_a_browser_is_one_of_ours_or_none(tag, language):
    assert known_language(tag) == language
    assert language is None or language in LANGUAGES


def test_long_texts_are_cut_to_what_tells_most():
    words = telling_part(plain_words("begin " + "middle " * 5_000 + "the end"))
    assert len(words) <= LENGTH_MAX + 1
    assert words.startswith("begin") and words.endswith("the end")


def test_signs_that_cost_much_are_cut_further(encoder):
    rare = "".join(chr(0x1F300 + number % 500) for number in range(361))
    fitted = encoder._fitted(rare)
    assert 0 < encoder._model.token_count(fitted, is_query=True) <= 128
    assert understand(rare).sentiment is not None


def test_quotes_addresses_and_shouting_are_not_read():
    text = "Nooooooo!!!!!!\n> you wrote this\nsee https://shop.test/a?b=c and me@shop.test"
    assert plain_words(text) == "Nooo!!! see and"
