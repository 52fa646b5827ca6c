"""One writer at a time, and word to the readers' caches."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from ground.web import languages
from ground.web.problems import Invalid, NotFound
from knowledge.models import Article, HelpCenter, Translation

# Any number that nobody else locks by.
WRITING = 0x6B6E6F77


def one_at_a_time() -> None:
    """Until the transaction ends: two must not take one address."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])


def readers_see_something_else() -> None:
    """Their caches ask again, and are offered the languages that there are."""
    known = Translation.objects.published().order_by("locale")
    locales = list(known.values_list("locale", flat=True).distinct())
    HelpCenter.objects.update_or_create(
        pk=1, defaults={"changed_at": timezone.now(), "locales": locales}
    )


def found_again(article: Article) -> Article:
    """Raises NotFound."""
    held = Article.objects.filter(pk=article.pk).first()
    if held is None:
        raise NotFound("This article has been deleted.")
    return held


def translation_of(article: Article, locale: str) -> Translation:
    """Raises NotFound."""
    found = Translation.objects.select_related("article", "published").filter(
        article=article, locale=locale
    )
    held = found.first()
    if held is None:
        raise NotFound("The article is not written in this language.")
    return held


def known_locale(value: object) -> str:
    """Raises Invalid."""
    if not isinstance(value, str) or value not in languages.NAMES:
        raise Invalid(errors={"locale": ["This is no language that we know."]})
    return value
