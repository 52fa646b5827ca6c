"""Writing articles: by admins, through actions, each with its entry in the journal."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, NotFound, StateConflict
from knowledge.actions import (
    arrange_help_center,
    delete_article,
    delete_collection,
    keep_picture,
    publish,
    save_article,
    save_collection,
    unpublish,
    write,
)
from knowledge.models import Article, Collection, FormerSlug, HelpCenter, Translation, Version

pytestmark = pytest.mark.django_db


def last():
    return Entry.objects.order_by("-pk").first()


def test_an_article_is_begun_written_and_published(ada, delivery):
    article = save_article(Article(), by=ada, collection=delivery)
    assert (last().kind, last().subject_id) == ("article.created", article.public_id)
    assert (article.author, article.position) == (ada, 1)
    text = write(article, by=ada, locale="en", title=" Late  parcels ", body="Wait.")
    assert (text.title, text.slug, text.state) == ("Late parcels", "late-parcels", "draft")
    assert last().after == {
        "locale": "en",
        "title": "Late parcels",
        "slug": "late-parcels",
        "body_length": 5,
    }
    publish(article, by=ada, locale="en")
    assert (last().kind, last().after["version"]) == ("article.published", 1)
    written = Entry.objects.count()
    publish(article, by=ada, locale="en")
    write(article, by=ada, locale="en", title="Late parcels")
    assert Entry.objects.count() == written, "what changes nothing is no news"
    text = write(article, by=ada, locale="en", body="Wait a week.")
    assert text.state == "changed"
    text = publish(article, by=ada, locale="en")
    assert [version.body for version in text.versions.all()] == ["Wait a week.", "Wait."]
    assert write(article, by=ada, locale="en", body="Wait.").state == "changed"
    assert write(article, by=ada, locale="en", body="Wait a week.").state == "published"
    unpublish(article, by=ada, locale="en")
    assert (last().kind, last().before) == ("article.unpublished", {"locale": "en", "version": 2})
    assert publish(article, by=ada, locale="en").published.number == 3
    assert HelpCenter.current().locales == ["en"]


@pytest.mark.parametrize("who", ["ben", "dora"])
def test_only_admins_write(who, request, ada, delivery, article_in, installation):
    by = request.getfixturevalue(who)
    article = article_in(delivery, "Late parcels")
    before = Entry.objects.count()
    for attempt in (
        lambda: save_article(article, by=by, position=7),
        lambda: write(article, by=by, locale="en", body="Hacked"),
        lambda: publish(article, by=by, locale="en"),
        lambda: unpublish(article, by=by, locale="en"),
        lambda: delete_article(article, by=by),
        lambda: save_collection(delivery, by=by, icon="star"),
        lambda: delete_collection(delivery, by=by),
        lambda: arrange_help_center(by=by, name="Hacked"),
        lambda: keep_picture(SimpleUploadedFile("a.png", b"x"), by=by),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "field, said",
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 121}),
        ("body", {"body": "a\0b"}),
        ("body", {"body": "x" * 60_001}),
        ("slug", {"slug": "!!!"}),
        ("locale", {"locale": "xx"}),
        ("colour", {"colour": "red"}),
    ],
)
def test_what_cannot_be_written_is_refused_by_field(ada, delivery, article_in, field, said):
    article = article_in(delivery, "Late parcels")
    with pytest.raises(Invalid) as refused:
        write(article, by=ada, **{"locale": "en", **said})
    assert field in refused.value.errors
    assert Translation.objects.get().title == "Late parcels"


def test_an_address_is_given_once(ada, delivery, article_in):
    article_in(delivery, "Late parcels")
    other = article_in(delivery, "Late parcels")
    assert other.translations.get().slug == "late-parcels-2"
    with pytest.raises(Invalid) as refused:
        write(other, by=ada, locale="es", title="Paquetes", slug="late-parcels")
    assert refused.value.errors["slug"] == ["Something else has the address “late-parcels”."]
    write(other, by=ada, locale="en", slug="Later, Parcels")
    assert FormerSlug.objects.get().slug == "late-parcels-2"


def test_an_empty_article_is_not_published(ada, delivery):
    article = save_article(Article(), by=ada, collection=delivery)
    with pytest.raises(NotFound):
        publish(article, by=ada, locale="en")
    write(article, by=ada, locale="en", title="Nothing")
    with pytest.raises(Invalid):
        publish(article, by=ada, locale="en")
    assert not Version.objects.exists()


def test_a_deleted_article_takes_its_versions_along(reader, ada, delivery, article_in):
    article = article_in(delivery, "Late parcels", es="Paquetes")
    delete_article(article, by=ada)
    assert last().kind == "article.deleted" and len(last().before["texts"]) == 2
    assert not Version.objects.exists() and HelpCenter.current().locales == []
    with pytest.raises(NotFound):
        write(article, by=ada, locale="en", body="Too late")


def test_collections_lie_in_each_other_one_level_deep(ada, delivery, article_in):
    within = save_collection(
        Collection(), by=ada, parent=delivery, texts={"en": {"title": "By bike"}}
    )
    assert last().kind == "collection.created" and last().after["parent"] == delivery.public_id
    for wrong in ({"parent": within}, {"parent": delivery}, {"icon": "skull"}, {"position": -1}):
        with pytest.raises(Invalid):
            save_collection(delivery, by=ada, **wrong)
    with pytest.raises(Invalid):
        save_collection(Collection(), by=ada, texts={"en": {"title": ""}})
    with pytest.raises(Invalid):
        save_collection(within, by=ada, texts={"en": None})
    with pytest.raises(StateConflict):
        delete_collection(delivery, by=ada)
    delete_collection(within, by=ada)
    article = article_in(delivery, "Late parcels")
    with pytest.raises(StateConflict):
        delete_collection(delivery, by=ada)
    other = save_collection(Collection(), by=ada, texts={"en": {"title": "Returns"}})
    save_article(article, by=ada, collection=other)
    assert last().kind == "article.moved"
    assert last().before["collection"] == delivery.public_id
    delete_collection(delivery, by=ada)
    assert last().kind == "collection.deleted"


def test_what_holds_for_all_is_set_once(ada):
    arrange_help_center(by=ada, name="Lumen help", locale="de", site_url="https://lumen.test")
    assert (last().kind, last().after["locale"]) == ("help.changed", "de")
    assert str(HelpCenter.current()) == "Lumen help"
    for wrong in ({"name": " "}, {"locale": "xx"}, {"site_url": "javascript:alert(1)"}):
        with pytest.raises(Invalid):
            arrange_help_center(by=ada, **wrong)
    assert HelpCenter.objects.count() == 1
