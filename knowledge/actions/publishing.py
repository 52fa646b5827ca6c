"""Giving an article to its readers, and taking it from them."""

from __future__ import annotations

from django.db import transaction

from ground.journal import record
from ground.web.page_markup import PAGE_RENDERER_VERSION, render_page
from ground.web.problems import Invalid
from knowledge import kinds
from knowledge.actions.blocking import check_named, note_uses
from knowledge.actions.turns import (
    found_again,
    known_locale,
    one_at_a_time,
    readers_see_something_else,
    translation_of,
)
from knowledge.filling import reindex
from knowledge.models import Article, Translation, Version
from knowledge.permissions import only_editors
from people.models import Teammate
from people.permissions import Actor


def publish(article: Article, *, by: Actor, locale: str) -> Translation:
    """Everybody reads the draft from now on; it is kept as a version. Publishing what is published
    changes nothing. Raises NotAllowed, NotFound, and Invalid for an article that says nothing."""
    only_editors(by)
    # Outside the transaction: a long text takes a while.
    text = translation_of(article, known_locale(locale))
    body, body_html = text.body, render_page(text.body)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(article)
        text = translation_of(held, locale)
        if not text.body.strip():
            raise Invalid(errors={"body": ["Write something before you publish it."]})
        if text.published is not None and not text.is_changed:
            return text
        check_named(text.body)
        if text.body != body:
            body_html = render_page(text.body)
        last = text.versions.values_list("number", flat=True).first() or 0
        version = Version.objects.create(
            translation=text,
            number=last + 1,
            title=text.title,
            summary=text.summary,
            body=text.body,
            body_html=body_html,
            renderer_version=PAGE_RENDERER_VERSION,
            by=by if isinstance(by, Teammate) else None,
        )
        text.published, text.is_changed = version, False
        text.save(update_fields=["published", "is_changed", "updated_at"])
        note_uses(text)
        reindex([text])
        readers_see_something_else()
        record(
            kinds.ARTICLE_PUBLISHED,
            by=by,
            subject=held,
            after={"locale": locale, "version": version.number, "title": version.title},
        )
    return text


def unpublish(article: Article, *, by: Actor, locale: str) -> Translation:
    """It stays as a draft, and its versions stay. Raises NotAllowed and NotFound."""
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(article)
        text = translation_of(held, known_locale(locale))
        if text.published is None:
            return text
        number = text.published.number
        text.published, text.is_changed, text.words = None, True, None
        text.save(update_fields=["published", "is_changed", "words", "updated_at"])
        note_uses(text)
        readers_see_something_else()
        record(
            kinds.ARTICLE_UNPUBLISHED,
            by=by,
            subject=held,
            before={"locale": locale, "version": number},
        )
    return text
