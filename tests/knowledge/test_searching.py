"""Articles are found by words, by forms of words, and by the beginning of the last one."""

import pytest

from knowledge.actions import write
from knowledge.reading import order_for
from knowledge.searching import search

pytestmark = pytest.mark.django_db


def found(text, locale="en"):
    return [each.entry.title for each in search(text, locale, order_for(locale, "en"))]


def test_articles_are_found_as_people_ask(ada, delivery, article_in):
    article_in(delivery, "Late parcels", "Wait a week, then we search for it.")
    article_in(delivery, "Sending something back", "Put the parcel into the box.")
    article_in(delivery, "Opening hours", "From nine to five.", summary="When we are there")
    assert found("parcel")[0] == "Late parcels", "a title counts for more"
    assert found("when do I get my late parcel?")[0] == "Late parcels"
    assert found("searching") == ["Late parcels"]
    assert found("open") == found("OPENI") == ["Opening hours"]
    assert found("when") == ["Opening hours"], "a word that says little finds what it is in"
    for nothing in ("zebra", "", " ", "🧥", "&|!:*'\\", "x" * 300, "a\0b", "' OR 1=1 --"):
        assert found(nothing) == [], nothing


def test_each_language_by_its_own_rules_and_then_the_default_one(ada, delivery, article_in):
    article_in(delivery, "Returns", es="Devoluciones")
    only_english = article_in(delivery, "Visible mending")
    assert found("devolución", "es") == ["Devoluciones"]
    assert found("returning", "es") == ["Devoluciones"], "found by its English, shown in Spanish"
    (one,) = search("mending", "es", order_for("es", "en"))
    assert (one.entry.lang, one.entry.url) == ("en", "/help/es/a/visible-mending/")
    write(only_english, by=ada, locale="en", title="A draft of zebras")
    assert found("zebras") == []


def test_what_was_found_is_shown_with_its_words(reader, delivery, article_in):
    body = "Nothing here. " * 30 + "The <b>zebra</b> waits. " + "Nothing more. " * 30
    article_in(delivery, "Animals", body)
    page = reader.get("/help/en/search/?q=zebra").content.decode()
    assert "<mark>zebra</mark>" in page and "&lt;b&gt;" in page and len(page) < 6000
    part = reader.get("/help/en/search/?q=zebra", headers={"x-part": "results"})
    assert part.content.decode().startswith("<h2") and "<html" not in part.content.decode()
    none = reader.get("/help/en/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "Nothing found for “&lt;script&gt;" in none
    assert reader.get("/help/en/search/?q=%00").status_code == 400
    assert reader.get("/help/en/search/").status_code == 200


def test_nobody_searches_without_end(reader, delivery, article_in, monkeypatch):
    monkeypatch.setattr("knowledge.views.SEARCHES", 2)
    codes = [reader.get("/help/en/search/?q=a").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
