"""One explanation in many places: edited once, new everywhere at the next load."""

import pytest

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, StateConflict
from knowledge.actions import (
    delete_article,
    delete_block,
    publish,
    save_block,
    write,
)
from knowledge.models import Block, BlockUse

pytestmark = pytest.mark.django_db


@pytest.fixture
def hours(ada):
    texts = {"en": "Open from **nine** to five.", "es": "De **nueve** a cinco."}
    return save_block(Block(), by=ada, name="Opening hours", texts=texts)


def page(reader, slug, locale="en"):
    return reader.get(f"/help/{locale}/a/{slug}/").content.decode()


def test_a_block_is_edited_once_and_new_everywhere(reader, ada, delivery, article_in, hours):
    assert hours.key == "opening-hours"
    article_in(delivery, "Alone", "Before\n\n{{block:opening-hours}}\n\nAfter", es="Solo")
    article_in(delivery, "Within", "We say: {{ block:opening-hours }} Come!")
    alone, within = page(reader, "alone"), page(reader, "within")
    assert "<p>Before</p>\n<p>Open from <strong>nine</strong> to five.</p>" in alone
    assert "<p>We say: Open from <strong>nine</strong> to five. Come!</p>" in within
    assert "De <strong>nueve</strong> a cinco." in page(reader, "solo", "es")
    etag = {"if-none-match": reader.get("/help/en/a/alone/").headers["ETag"]}
    save_block(hours, by=ada, texts={"en": "Open around the clock."})
    entry = Entry.objects.get(kind="block.changed")
    assert entry.before["texts"]["en"] == "Open from **nine** to five."
    assert reader.get("/help/en/a/alone/", headers=etag).status_code == 200
    for slug in ("alone", "within"):
        assert "around the clock" in page(reader, slug)
    found = reader.get("/help/en/search/?q=clock").content.decode()
    assert "Alone" in found and "Within" in found, "search knows what it says now"
    assert "Nothing found" in reader.get("/help/en/search/?q=nine").content.decode()


def test_where_it_stands_is_known_for_drafts_and_for_what_is_read(
    ada, browser_of, delivery, article_in, hours
):
    article = article_in(delivery, "Late parcels", "{{block:opening-hours}}", es="Paquetes")
    assert BlockUse.objects.filter(block=hours).count() == 2
    write(article, by=ada, locale="en", body="Gone.")
    assert BlockUse.objects.filter(block=hours).count() == 2, "readers still see it"
    publish(article, by=ada, locale="en")
    (use,) = BlockUse.objects.filter(block=hours)
    assert use.translation.locale == "es"
    client = browser_of(ada)
    folder = "/admin/knowledge/block/"
    assert "1 text<" in client.get(folder).content.decode()
    shown = client.get(f"{folder}{hours.pk}/change/").content.decode()
    assert f"/admin/knowledge/article/{article.pk}/change/?locale=es" in shown
    with pytest.raises(StateConflict):
        delete_block(hours, by=ada)
    assert client.post(f"{folder}{hours.pk}/delete/", {"post": "yes"}).status_code == 403
    with pytest.raises(StateConflict):
        save_block(hours, by=ada, key="hours")
    delete_article(article, by=ada)
    save_block(hours, by=ada, key="hours")
    delete_block(hours, by=ada)
    assert Entry.objects.get(kind="block.deleted").before["key"] == "hours"


def test_what_there_is_not_is_not_published_and_shown_in_the_draft(
    ada, browser_of, delivery, article_in
):
    article = article_in(delivery, "Late parcels", "{{block:nobody}}", is_published=False)
    with pytest.raises(Invalid) as refused:
        publish(article, by=ada, locale="en")
    assert refused.value.errors == {"body": ["There is no block “nobody”."]}
    shown = browser_of(ada).get(f"/admin/knowledge/article/{article.pk}/change/")
    assert "mark&gt;{{block:nobody}}" in shown.content.decode()


def test_what_a_block_may_not_say(ada, ben, hours):
    for wrong in (
        {"texts": {"en": "{{block:opening-hours}}"}},
        {"texts": {"en": " "}},
        {"texts": {"en": "a\0b"}},
        {"texts": {"en": None, "es": None}},
        {"texts": {"xx": "Hi"}},
        {"name": ""},
        {"key": "!!!"},
    ):
        with pytest.raises(Invalid):
            save_block(hours, by=ada, **wrong)
    with pytest.raises(Invalid):
        save_block(Block(), by=ada, name="Opening hours", texts={"en": "Twice"})
    for attempt in (
        lambda: save_block(hours, by=ben, name="Hacked"),
        lambda: delete_block(hours, by=ben),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert hours.texts.count() == 2


def test_a_block_is_written_in_the_admin(ada, browser_of):
    forms = {"texts-TOTAL_FORMS": "1", "texts-INITIAL_FORMS": "0"}
    said = {"name": "Address", "key": "", "texts-0-locale": "en", "texts-0-body": "Quay 14"}
    answer = browser_of(ada).post("/admin/knowledge/block/add/", said | forms)
    assert answer.status_code == 302, answer.content.decode()
    block = Block.objects.get()
    assert (block.key, block.texts.get().body_html) == ("address", "<p>Quay 14</p>\n")
    assert Entry.objects.get(kind="block.created").actor_id == ada.public_id


def test_a_list_within_a_sentence_becomes_words(reader, ada, delivery, article_in):
    save_block(Block(), by=ada, name="Many", texts={"en": "- one\n- <two>"})
    article_in(delivery, "Within", "We say: {{block:many}}!")
    assert "<p>We say: one &lt;two&gt;!</p>" in page(reader, "within")
