"""The admin's pages of the help center."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from ground.journal.models import Entry
from knowledge.actions import publish, save_article, write
from knowledge.models import Article, Collection, HelpCenter, Picture
from tests.knowledge.test_reading import copied

pytestmark = pytest.mark.django_db

LIST = "/admin/knowledge/article/"


@pytest.fixture
def client(ada, browser_of):
    return browser_of(ada)


def whole(collection, /, **said):
    words = {"title": "Late parcels", "slug": "", "summary": "", "body": "Wait.", "do": "save"}
    place = {"collection": collection.public_id, "author": "", "review_on": "", "locale": "en"}
    return words | place | said


def seen(article, locale="en"):
    return article.translations.get(locale=locale).updated_at.isoformat()


def png():
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "green").save(file, "PNG")
    return SimpleUploadedFile("a [hole].png", file.getvalue(), content_type="image/png")


def test_an_article_is_written_saved_and_published(client, ada, delivery, reader):
    assert "Preview" in client.get(f"{LIST}add/").content.decode()
    answer = client.post(f"{LIST}add/", whole(delivery, author=ada.public_id))
    article = Article.objects.get()
    page = f"{LIST}{article.pk}/change/"
    assert answer.headers["Location"] == f"{page}?locale=en&beside="
    assert (article.title, article.author) == ("Late parcels", ada)
    shown = client.get(page).content.decode()
    assert "draft" in shown and "Unpublish" not in shown
    client.post(page, whole(delivery, do="publish", body="Wait.\r\nLong.", seen=seen(article)))
    assert article.translations.get().published.body == "Wait.\nLong."
    assert "As everybody reads it" in client.get(page).content.decode()
    assert reader.get("/help/en/a/late-parcels/").status_code == 200
    client.post(page, whole(delivery, do="unpublish", seen=seen(article)))
    assert reader.get("/help/en/a/late-parcels/").status_code == 404
    assert Entry.objects.filter(kind="article.published", actor_id=ada.public_id).count() == 1
    client.post(f"{LIST}{article.pk}/delete/", {"post": "yes"})
    assert not Article.objects.exists()


def test_what_is_refused_is_said_and_what_was_written_stays(client, delivery):
    for wrong, sentence in (
        ({"title": ""}, "Give the article a title."),
        ({"collection": "col_gone"}, "Say in which collection it stands."),
        ({"review_on": "soon"}, "Expected a day"),
        ({"do": "publish", "body": " "}, "Write something before you publish it."),
    ):
        answer = client.post(f"{LIST}add/", whole(delivery, summary="Kept words", **wrong))
        page = answer.content.decode()
        assert answer.status_code == 400 and sentence in page and "Kept words" in page, wrong
    assert not Article.objects.exists()


def test_who_saves_what_somebody_else_has_saved_is_told(client, ada, delivery, article_in):
    article = article_in(delivery, "Late parcels")
    page, before = f"{LIST}{article.pk}/change/", seen(article)
    write(article, by=ada, locale="en", body="Theirs.")
    answer = client.post(page, whole(delivery, body="Mine.", seen=before))
    assert answer.status_code == 409 and "Somebody else has saved this" in answer.content.decode()
    assert article.translations.get().body == "Theirs."
    client.post(page, whole(delivery, body="Mine.", seen=seen(article)))
    assert article.translations.get().body == "Mine."


def test_languages_stand_side_by_side(client, ada, delivery, article_in):
    article = article_in(delivery, "Late parcels", "Wait **here**.", es="Paquetes")
    page = f"{LIST}{article.pk}/change/"
    write(article, by=ada, locale="en", body="Wait longer.")
    publish(article, by=ada, locale="en")
    shown = client.get(f"{page}?locale=es").content.decode()
    assert "<pre>Wait longer.</pre>" in shown and 'value="Paquetes"' in shown
    assert "published, older than the original" in shown
    drawn = client.post(page, whole(delivery, locale="es", body="A medias", do="beside preview"))
    assert "A medias" in drawn.content.decode() and 'name="beside" value="preview"' in (
        drawn.content.decode()
    )
    assert "A medias" not in article.translations.get(locale="es").body


def test_the_preview_shows_what_is_typed(client, delivery):
    typed = whole(delivery, body="# Big\n\n**bold** <script>")
    part = client.post(f"{LIST}add/", typed, headers={"x-part": "preview"}).content.decode()
    assert '<h2 id="big">Big</h2>' in part and "&lt;script&gt;" in part
    assert not Article.objects.exists()


def test_versions_say_what_they_changed_and_can_be_taken_back(client, ada, delivery, article_in):
    article = article_in(delivery, "Late parcels", "One.\n\nWait a week.")
    write(article, by=ada, locale="en", body="One.\n\nWait a month.")
    publish(article, by=ada, locale="en")
    page = f"{LIST}{article.pk}/change/"
    listed = client.get(f"{page}?beside=versions").content.decode()
    assert "beside version 1" in listed and "what everybody reads" in listed
    shown = client.get(f"{page}?beside=version 2").content.decode()
    assert "Wait a <del>week.</del>" in shown and "Wait a <ins>month.</ins>" in shown
    assert "they are the same" in shown
    now = article.translations.get()
    asked = whole(delivery, do="take 1", body=now.body, beside="version 1", seen=seen(article))
    assert "Wait a week.</textarea>" in client.post(page, asked).content.decode()
    now.refresh_from_db()
    assert now.body == "One.\n\nWait a month.", "only taken into the form"
    assert client.post(page, asked | {"do": "take 99"}).status_code == 200


def test_a_picture_is_put_into_the_text(client, ada, delivery, reader, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sent = whole(delivery, do="picture", picture=png())
    said = client.post(f"{LIST}add/", sent, headers={"x-part": "picture"}).json()
    picture = Picture.objects.get()
    assert said == {"markdown": f"![a hole](picture:{picture.public_id})"}
    assert (picture.width, picture.height, picture.by) == (40, 20, ada)
    page = client.post(f"{LIST}add/", whole(delivery, do="picture", picture=png()))
    assert "Wait.\n\n![a hole](picture:" in page.content.decode()
    no = client.post(f"{LIST}add/", whole(delivery, do="picture"), headers={"x-part": "picture"})
    assert (no.status_code, no.json()) == (400, {"problem": "Choose a picture first."})
    article = save_article(Article(), by=ada, collection=delivery)
    write(article, by=ada, locale="en", title="Holes", body=said["markdown"])
    publish(article, by=ada, locale="en")
    shown = reader.get("/help/en/a/holes/").content.decode()
    assert 'alt="a hole" width="40" height="20"' in shown and 'src="/files/public/' in shown


def test_what_should_be_read_again_is_listed(client, ada, delivery, article_in):
    due = article_in(delivery, "Old words")
    save_article(due, by=ada, review_on=timezone.localdate())
    article_in(delivery, "New words")
    listed = client.get(f"{LIST}?review=due").content.decode()
    assert "Old words" in listed and "New words" not in listed
    article_in(delivery, "A draft", is_published=False)
    listed = client.get(f"{LIST}?state=unpublished").content.decode()
    assert "A draft" in listed and "New words" not in listed
    assert "New words" in client.get(f"{LIST}?q=new").content.decode()


def test_the_list_costs_as_much_for_a_hundred_as_for_25(client, ada, delivery, article_in):
    article_in(delivery, "The first one")
    counts = []
    for size in (25, 100):
        while (number := Article.objects.count()) < size:
            copied(delivery, number)
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{LIST}?all=").status_code in {200, 302}
            assert client.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1], counts


def test_collections_are_made_in_the_admin(client, ada, delivery):
    folder = "/admin/knowledge/collection/"
    forms = {"texts-TOTAL_FORMS": "2", "texts-INITIAL_FORMS": "0"}
    texts = {
        "texts-0-locale": "en",
        "texts-0-title": "Returns",
        "texts-1-locale": "de",
        "texts-1-title": "Rückgabe",
        "texts-1-slug": "zurueck",
    }
    place = {"parent": str(delivery.pk), "position": "0", "icon": "retry"}
    answer = client.post(f"{folder}add/", place | forms | texts)
    assert answer.status_code == 302, answer.content.decode()
    made = Collection.objects.get(parent=delivery)
    assert list(made.texts.order_by("pk").values_list("slug", flat=True)) == ["returns", "zurueck"]
    assert Entry.objects.get(kind="collection.created", subject_id=made.public_id)
    page = client.get(f"{folder}{made.pk}/change/")
    assert page.status_code == 200 and "Rückgabe" in page.content.decode()
    assert "Returns" in client.get(folder).content.decode()
    assert client.post(f"{folder}{delivery.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{folder}{made.pk}/delete/", {"post": "yes"})
    assert list(Collection.objects.all()) == [delivery]


def test_the_help_center_gets_its_name(client):
    page = "/admin/knowledge/helpcenter/"
    assert "Help center" in client.get(page).content.decode()
    answer = client.post(page, {"name": "Lumen help", "locale": "de", "site_url": ""})
    assert answer.headers["Location"] == page
    assert (HelpCenter.current().name, HelpCenter.current().locale) == ("Lumen help", "de")


def test_agents_do_not_write_articles(ben, browser_of, delivery, article_in):
    article = article_in(delivery, "Late parcels")
    for address in (LIST, f"{LIST}add/", f"{LIST}{article.pk}/change/"):
        answer = browser_of(ben).post(address, whole(delivery, body="Hacked"))
        assert answer.status_code in {302, 403} and "login" in answer.headers.get("Location", "l")
    assert article.translations.get().body == "Some words."
