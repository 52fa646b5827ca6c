"""Writing articles: what an article is, and its draft in each language."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid
from ground.web.text import clean
from knowledge import kinds, slugs
from knowledge.actions.blocking import note_uses
from knowledge.actions.collecting import sound_position
from knowledge.actions.turns import (
    found_again,
    known_locale,
    one_at_a_time,
    readers_see_something_else,
)
from knowledge.models import Article, Collection, Translation
from knowledge.models.article import SUMMARY_LENGTH
from knowledge.models.collection import TITLE_LENGTH
from knowledge.permissions import only_editors
from people.actions.fields import checked_fields, one_line
from people.models import Teammate
from people.permissions import Actor

BODY_MAX = 60_000


def save_article(article: Article, *, by: Actor, **wanted: Any) -> Article:
    """Begins an article, at the end of its collection, or gives one another `collection`,
    `author`, `review_on` or `position`. Raises NotAllowed, NotFound and Invalid."""
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        is_new = article.pk is None
        held = Article(author=by if isinstance(by, Teammate) else None)
        if not is_new:
            held = found_again(article)
        before = {} if is_new else state_of(held)
        fields = checked_fields({"collection": None, **wanted} if is_new else wanted, CHECKS)
        moves = "collection" in fields and fields["collection"] != (
            None if is_new else held.collection
        )
        if moves and "position" not in fields:
            fields["position"] = next_position(fields["collection"])
        for name, value in fields.items():
            setattr(held, name, value)
        held.save()
        after = state_of(held)
        changed = [name for name in after if before.get(name) != after[name]]
        if is_new:
            record(kinds.ARTICLE_CREATED, by=by, subject=held, after=after)
        elif changed:
            readers_see_something_else()
            record(
                kinds.ARTICLE_MOVED if moves else kinds.ARTICLE_CHANGED,
                by=by,
                subject=held,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return held


def write(article: Article, *, by: Actor, locale: Any, **said: Any) -> Translation:
    """Writes the draft of an article in one language: `title`, `slug`, `summary`, `body`.

    Without a slug a new one is made of the title. Readers see what was published before, but the
    address counts at once. Raises NotAllowed, NotFound and Invalid.
    """
    only_editors(by)
    locale = known_locale(locale)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(article)
        found = Translation.objects.filter(article=held, locale=locale).first()
        text = found or Translation(article=held, locale=locale)
        before = words_of(text)
        if found is None:
            said = {"title": "", **said}
        slug = said.pop("slug", "")
        for name, value in checked_fields(said, TEXTS).items():
            setattr(text, name, value)
        text.slug = slugs.slug_for(text, slug)
        after = words_of(text)
        changed = [name for name in after if before[name] != after[name]]
        if not changed:
            return text
        text.is_changed = differs(text)
        text.save()
        note_uses(text)
        held.save(update_fields=["updated_at"])
        if before["slug"] and before["slug"] != text.slug:
            slugs.remember(held, "article", locale, before["slug"], text.slug)
            readers_see_something_else()
        record(
            kinds.ARTICLE_CHANGED,
            by=by,
            subject=held,
            before=told(before, changed, locale),
            after=told(after, changed, locale),
        )
    return text


def differs(text: Translation) -> bool:
    """Whether the draft says something else than what is published."""
    shown = text.published
    return shown is None or (
        (text.title, text.summary, text.body) != (shown.title, shown.summary, shown.body)
    )


def words_of(text: Translation) -> dict[str, str]:
    return {name: getattr(text, name) for name in ("title", "slug", "summary", "body")}


def told(said: dict[str, str], changed: list[str], locale: str) -> dict[str, Any]:
    """For the journal: of a body only how long it is; what was published is kept as a version."""
    words: dict[str, Any] = {name: said[name] for name in changed if name != "body"}
    if "body" in changed:
        words["body_length"] = len(said["body"])
    return {"locale": locale, **words}


def state_of(article: Article) -> dict[str, Any]:
    return {
        "collection": article.collection.public_id,
        "author": article.author.public_id if article.author else None,
        "review_on": article.review_on.isoformat() if article.review_on else None,
        "position": article.position,
    }


def next_position(collection: Collection) -> int:
    last = collection.articles.order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1


# ---- what may be written -------------------------------------------------------------------------


def sound_collection(value: Any) -> Collection:
    if not isinstance(value, Collection):
        raise Invalid(errors={"collection": ["Say in which collection it stands."]})
    return value


def sound_author(value: Any) -> Teammate | None:
    if value is not None and not isinstance(value, Teammate):
        raise Invalid(errors={"author": ["This is no teammate."]})
    return value


def sound_day(value: Any) -> date | None:
    if value is not None and (not isinstance(value, date) or not 2000 <= value.year <= 2200):
        raise Invalid(errors={"review_on": ["Expected a day such as 2027-03-01."]})
    return value


def sound_title(value: Any) -> str:
    title = one_line(value, "title", max_length=TITLE_LENGTH)
    if not title:
        raise Invalid(errors={"title": ["Give the article a title."]})
    return title


def sound_body(value: Any) -> str:
    return clean(value, "body", max_bytes=BODY_MAX, required=False).strip("\n")


CHECKS = {
    "collection": sound_collection,
    "author": sound_author,
    "review_on": sound_day,
    "position": sound_position,
}
TEXTS = {
    "title": sound_title,
    "summary": lambda value: one_line(value, "summary", max_length=SUMMARY_LENGTH),
    "body": sound_body,
}
