"""A small help center: what ada has written for everybody."""

import pytest
from django.test import Client

from knowledge.actions import publish, save_article, save_collection, write
from knowledge.models import Article, Collection


@pytest.fixture
def delivery(ada):
    texts = {
        "en": {"title": "Delivery", "description": "When it comes"},
        "es": {"title": "Envíos", "description": "Cuándo llega"},
    }
    return save_collection(Collection(), by=ada, icon="box", texts=texts)


@pytest.fixture
def article_in(ada):
    """article_in(delivery, "Late parcels", es="Paquetes"): a published article."""

    def written(collection, title, body="Some words.", *, is_published=True, summary="", **others):
        article = save_article(Article(), by=ada, collection=collection)
        for locale, said in {"en": title, **others}.items():
            write(article, by=ada, locale=locale, title=said, summary=summary, body=body)
            if is_published:
                publish(article, by=ada, locale=locale)
        return article

    return written


@pytest.fixture
def reader():
    """A browser without anything of ours in it."""
    return Client()
