"""Did this help? Each reader says it once, and may change their mind."""

import pytest
from django.test import Client

from ground.journal.models import Entry
from knowledge.models import Feedback

pytestmark = pytest.mark.django_db

PAGE = "/help/en/a/late-parcels/feedback/"


def say(client=None, page=PAGE, **said):
    return (client or Client()).post(page, said)


def test_a_reader_says_whether_it_helped(delivery, article_in):
    article = article_in(delivery, "Late parcels")
    answer = say(Client(enforce_csrf_checks=True), helped="yes")
    assert answer.status_code == 200 and "Thank you." in answer.content.decode()
    row = Feedback.objects.get()
    assert (row.article, row.locale, row.helped, row.words) == (article, "en", True, "")
    assert "127.0.0.1" not in row.visitor
    entry = Entry.objects.get(kind="article.rated")
    assert (entry.actor_type, entry.subject_id) == ("automation", article.public_id)
    answer = say(helped="no")
    assert "What were you looking for?" in answer.content.decode()
    answer = say(helped="no", words=" The number. ")
    assert "Thank you." in answer.content.decode()
    row.refresh_from_db()
    assert (row.helped, row.words, Feedback.objects.count()) == (False, "The number.", 1)
    written = Entry.objects.count()
    say(helped="no", words="The number.")
    assert Entry.objects.count() == written
    other = Client(headers={"user-agent": "Another"})
    say(other, helped="yes")
    assert Feedback.objects.count() == 2


def test_what_says_nothing_is_refused(delivery, article_in, monkeypatch):
    article_in(delivery, "Late parcels")
    article_in(delivery, "A draft", is_published=False)
    assert say(helped="perhaps").status_code == 400
    assert say(helped="no", words="x" * 1001).status_code == 400
    assert say(helped="no", words="a\0b").status_code == 400
    assert say(page="/help/en/a/a-draft/feedback/", helped="yes").status_code == 404
    other_site = Client(headers={"sec-fetch-site": "cross-site"})
    assert say(other_site, helped="yes").status_code == 403
    assert Client().get(PAGE).status_code == 405
    assert not Feedback.objects.exists()
    monkeypatch.setattr("knowledge.views.RATINGS", 0)
    assert say(helped="yes").status_code == 429


def test_what_is_not_translated_is_rated_in_the_language_it_was_read_in(delivery, article_in):
    article_in(delivery, "Late parcels")
    page = Client().get("/help/es/a/late-parcels/").content.decode()
    assert 'action="/help/es/a/late-parcels/feedback/"' in page and "¿Te ha servido?" in page
    answer = say(page="/help/es/a/late-parcels/feedback/", helped="yes")
    assert "Gracias." in answer.content.decode() and Feedback.objects.get().locale == "en"


def test_admins_see_what_readers_said(ada, browser_of, delivery, article_in):
    article = article_in(delivery, "Late parcels")
    say(helped="no", words="<b>Where</b> is it?")
    say(Client(headers={"user-agent": "Another"}), helped="yes")
    client = browser_of(ada)
    assert "1 of 2" in client.get("/admin/knowledge/article/").content.decode()
    page = f"/admin/knowledge/article/{article.pk}/change/?beside=readers"
    shown = client.get(page).content.decode()
    assert "helped 1 of 2" in shown and "&lt;b&gt;Where&lt;/b&gt; is it?" in shown


def test_related_articles_speak_of_the_same_things(reader, delivery, article_in):
    for title in ("Nothing alike", "Hems", "Parcels from far away"):
        article_in(delivery, title)
    article_in(delivery, "Late parcels")
    page = reader.get("/help/en/a/late-parcels/").content.decode()
    related = page.split('class="related"')[1]
    assert related.index("Parcels from far away") < related.index("Nothing alike")
    assert "Late parcels" not in related
