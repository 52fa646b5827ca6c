"""Deleting articles."""

from __future__ import annotations

from django.db import transaction

from ground.journal import record
from knowledge import kinds
from knowledge.actions.turns import found_again, one_at_a_time, readers_see_something_else
from knowledge.actions.writing import state_of
from knowledge.models import Article
from knowledge.permissions import only_editors
from people.permissions import Actor


def delete_article(article: Article, *, by: Actor) -> None:
    """With all its languages and versions; its addresses then lead nowhere. Raises NotAllowed and
    NotFound."""
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(article)
        texts = held.translations.order_by("locale").values("locale", "title", "slug")
        before = {**state_of(held), "texts": list(texts)}
        record(kinds.ARTICLE_DELETED, by=by, subject=held, before=before)
        held.delete()
        readers_see_something_else()
