"""The reads of the help center that have a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery


class ArticleQuerySet(QuerySet[Any]):
    def readable_in(self, locales: Sequence[str]) -> ArticleQuerySet:
        """What somebody who reads these languages can read."""
        texts = apps.get_model("knowledge.Translation").objects.published()
        return self.filter(Exists(texts.filter(article=OuterRef("pk"), locale__in=locales)))

    def with_titles(self) -> ArticleQuerySet:
        """With what they are called and how far each language is, without what they say."""
        texts = apps.get_model("knowledge.Translation").objects.defer("body", "words")
        return self.prefetch_related(Prefetch("translations", texts.order_by("pk")))

    def with_ratings(self) -> ArticleQuerySet:
        """With how many readers said that it helped (`helped`), and how many said anything
        (`rated`)."""
        rows = apps.get_model("knowledge.Feedback").objects.filter(article=OuterRef("pk"))
        counted = rows.order_by().values("article")
        return self.annotate(
            rated=Subquery(counted.annotate(n=Count("pk")).values("n")),
            helped=Subquery(counted.annotate(n=Count("pk", filter=Q(helped=True))).values("n")),
        )

    def to_be_looked_at(self, today: date) -> ArticleQuerySet:
        return self.filter(review_on__lte=today)


class TranslationQuerySet(QuerySet[Any]):
    def published(self) -> TranslationQuerySet:
        return self.filter(published__isnull=False)

    def unpublished(self) -> TranslationQuerySet:
        """What readers do not see, or see otherwise than it is written now."""
        return self.filter(Q(published=None) | Q(is_changed=True))


class BlockQuerySet(QuerySet[Any]):
    def with_uses(self) -> BlockQuerySet:
        """With in how many texts each stands (`used`)."""
        return self.annotate(used=Count("uses"))
