"""The help center as everybody reads it: no log-in, no scripts, the best language there is."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledge.actions import publish, save_article, save_collection, unpublish, write
from knowledge.models import Article, Collection, CollectionText, Translation

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def test_who_comes_is_led_to_their_own_language(reader, delivery, article_in):
    article_in(delivery, "Late parcels", es="Paquetes tardíos")
    for accepted, locale in (
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de,fr;q=0.9", "en"),
        ("de;q=0.9,es;q=0.2", "es"),
        ("", "en"),
        ("*;q=x,;;;", "en"),
    ):
        answer = reader.get("/help/", headers={"accept-language": accepted})
        assert answer.headers["Location"] == f"/help/{locale}/", accepted
        assert "Accept-Language" in answer.headers["Vary"]


def test_an_empty_help_center_says_so(reader, db):
    assert reader.get("/help/").headers["Location"] == "/help/en/"
    assert "Nothing has been published yet." in text(reader.get("/help/en/"))
    assert reader.get("/help/xx/").status_code == 404


def test_the_first_page_has_the_collections_with_something_to_read(
    reader, ada, delivery, article_in
):
    save_collection(Collection(), by=ada, texts={"en": {"title": "Nothing yet"}})
    within = save_collection(
        Collection(), by=ada, parent=delivery, texts={"en": {"title": "By bike"}}
    )
    article_in(delivery, "Late parcels")
    article_in(within, "The rider")
    article_in(delivery, "A draft", is_published=False)
    page = text(reader.get("/help/en/"))
    assert "Delivery" in page and "2 articles" in page
    assert "Nothing yet" not in page and "By bike" not in page
    page = text(reader.get("/help/en/c/delivery/"))
    assert "Late parcels" in page and "By bike" in page and "1 article<" in page
    assert "A draft" not in page
    assert text(reader.get("/help/es/")).count("Envíos") == 1, "what is not translated is there too"


def test_an_article_is_read_with_its_place_and_its_parts(reader, delivery, article_in):
    body = "# First\n\nHello **you**.\n\n# Second\n\nA\n\n# Third\n\n<script>alert(1)</script>"
    article_in(delivery, "Late parcels", body, summary="What to do")
    answer = reader.get("/help/en/a/late-parcels/")
    page = text(answer)
    assert "<h1>Late parcels</h1>" in page and "Hello <strong>you</strong>." in page
    assert '<a href="#second">Second</a>' in page and "1 min to read" in page
    assert 'href="/help/en/c/delivery/"' in page and "<script>alert" not in page
    assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers["Vary"]
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-src 'self' https://www.youtube-nocookie.com" in policy


def test_a_video_says_what_it_is_and_loads_nothing(reader, delivery, article_in):
    article_in(delivery, "Films", "https://youtu.be/dQw4w9WgXcQ", es="Películas")
    page = text(reader.get("/help/en/a/films/"))
    assert ">Play the video (youtu.be)</a>" in page and "<iframe" not in page
    assert ">Reproducir el vídeo (youtu.be)</a>" in text(reader.get("/help/es/a/pel%C3%ADculas/"))


def test_what_search_engines_are_told(reader, delivery, article_in, settings):
    article_in(delivery, "Late </script> parcels", es="Con retraso", summary="What to do")
    page = text(reader.get("/help/en/a/late-script-parcels/"))
    here = f"{settings.SITE_URL}/help"
    assert f'<link rel="canonical" href="{here}/en/a/late-script-parcels/">' in page
    assert f'hreflang="es" href="{here}/es/a/con-retraso/"' in page
    assert f'hreflang="x-default" href="{here}/en/a/late-script-parcels/"' in page
    assert '<meta name="description" content="What to do">' in page
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    article, crumbs = json.loads(data)
    assert article["headline"] == "Late </script> parcels"
    assert [step["name"] for step in crumbs["itemListElement"]] == [
        "All topics",
        "Delivery",
        "Late </script> parcels",
    ]
    map_ = text(reader.get("/help/sitemap.xml"))
    assert map_.count("<loc>") == 2 and f"<loc>{here}/en/a/late-script-parcels/</loc>" in map_


def test_what_is_not_translated_is_read_in_the_default_language_and_says_so(
    reader, delivery, article_in, settings
):
    article_in(delivery, "Late parcels")
    article_in(delivery, "Returns", es="Devoluciones")
    page = text(reader.get("/help/es/a/late-parcels/"))
    assert "Este artículo aún no está en Español. Aquí lo tienes en English." in page
    assert '<h1 lang="en" dir="ltr">Late parcels</h1>' in page
    assert f'rel="canonical" href="{settings.SITE_URL}/help/en/a/late-parcels/"' in page
    assert 'rel="alternate"' not in page
    listed = text(reader.get("/help/es/c/envíos/"))
    assert '<a href="/help/es/a/late-parcels/" lang="en">' in listed
    moved = reader.get("/help/es/a/returns/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/help/es/a/devoluciones/")
    assert reader.get("/help/en/a/devoluciones/").status_code == 404


def test_a_moved_address_leads_to_the_present_one(reader, ada, delivery, article_in):
    article = article_in(delivery, "Late parcels")
    for slug in ("parcels-that-are-late", "parcels"):
        write(article, by=ada, locale="en", slug=slug)
    for old in ("late-parcels", "parcels-that-are-late"):
        moved = reader.get(f"/help/en/a/{old}/")
        assert (moved.status_code, moved.headers["Location"]) == (301, "/help/en/a/parcels/")
    write(article, by=ada, locale="en", slug="late-parcels")
    assert reader.get("/help/en/a/late-parcels/").status_code == 200, "and back again"
    save_collection(delivery, by=ada, texts={"en": {"slug": "shipping"}})
    moved = reader.get("/help/en/c/delivery/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/help/en/c/shipping/")


def test_readers_see_what_was_published_and_not_the_draft(reader, ada, delivery, article_in):
    article = article_in(delivery, "Late parcels", "Wait.")
    write(article, by=ada, locale="en", title="Later", body="Wait longer.")
    page = text(reader.get("/help/en/a/late-parcels/"))
    assert "<h1>Late parcels</h1>" in page and "longer" not in page
    publish(article, by=ada, locale="en")
    assert "Wait longer." in text(reader.get("/help/en/a/late-parcels/"))
    unpublish(article, by=ada, locale="en")
    assert reader.get("/help/en/a/late-parcels/").status_code == 404
    assert "Later" not in text(reader.get("/help/en/search/?q=later"))


def test_a_page_is_kept_and_asked_for_again(reader, ada, delivery, article_in):
    article = article_in(delivery, "Late parcels")
    first = reader.get("/help/en/a/late-parcels/")
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = {"if-none-match": first.headers["ETag"]}
    assert reader.get("/help/en/a/late-parcels/", headers=again).status_code == 304
    write(article, by=ada, locale="en", body="Other words.")
    assert reader.get("/help/en/a/late-parcels/", headers=again).status_code == 304
    publish(article, by=ada, locale="en")
    assert reader.get("/help/en/a/late-parcels/", headers=again).status_code == 200


def test_an_address_that_says_nothing_offers_a_search(reader, delivery, article_in):
    article_in(delivery, "Late parcels")
    for address in ("/help/en/a/nothing/", "/help/en/c/nothing/", "/help/en/a/%F0%9F%A7%A5/"):
        answer = reader.get(address)
        assert answer.status_code == 404 and 'role="search"' in text(answer), address
    assert reader.get("/help/en/c/delivery/?after=art_gone").status_code == 404
    assert reader.post("/help/en/a/late-parcels/").status_code == 405


def test_pages_cost_as_much_for_a_hundred_articles_as_for_25(reader, ada, delivery, article_in):
    article_in(delivery, "The first one", es="El primero")
    counts = {}
    for size in (25, 100):
        while (number := Article.objects.count()) < size:
            copied(delivery, number)
        for address in (
            "/help/en/",
            "/help/es/",
            "/help/en/c/delivery/",
            "/help/en/a/the-first-one/",
            "/help/es/a/el-primero/",
            "/help/en/search/?q=words",
        ):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert reader.get(address).status_code == 200
            counts.setdefault(address, []).append(len(captured))
    assert all(few == many for few, many in counts.values()), counts
    assert max(max(pair) for pair in counts.values()) <= 24, counts


def copied(collection, number):
    """An article as its actions leave it, without what they cost."""
    article = Article.objects.create(collection=collection, position=number + 1)
    first = Translation.objects.filter(locale="en").order_by("pk").first()
    version = first.published
    copy = Translation.objects.create(
        article=article,
        locale="en",
        slug=f"copy-{number}",
        title=f"Copy {number}",
        words=first.words,
        is_changed=False,
    )
    version.pk, version.translation, version.title = None, copy, f"Copy {number}"
    version.save()
    Translation.objects.filter(pk=copy.pk).update(published=version)


def test_a_long_collection_is_read_in_pages(reader, ada, delivery, article_in):
    article_in(delivery, "The first one")
    for number in range(60):
        copied(delivery, number)
    page = text(reader.get("/help/en/c/delivery/"))
    (more,) = re.findall(r'href="(/help/en/c/delivery/\?after=[^"]+)"', page)
    rest = text(reader.get(more))
    assert "Copy 48<" in page and "Copy 49<" not in page
    assert "Copy 49<" in rest and "Copy 59<" in rest and "after=" not in rest


def test_a_collection_is_called_by_its_own_words_in_each_language(reader, ada, delivery):
    assert set(CollectionText.objects.values_list("slug", flat=True)) == {"delivery", "envíos"}
    other = save_collection(Collection(), by=ada, texts={"en": {"title": "Delivery"}})
    assert other.texts.get().slug == "delivery-2"
    article = save_article(Article(), by=ada, collection=other)
    assert write(article, by=ada, locale="ru", title="Поздние посылки").slug == "поздние-посылки"
