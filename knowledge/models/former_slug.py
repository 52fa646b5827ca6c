from django.db import models

from knowledge.models.article import Article
from knowledge.models.collection import SLUG_LENGTH, Collection


class FormerSlug(models.Model):
    """An address that an article or a collection once had: it leads to the present one."""

    locale = models.CharField(max_length=10)
    slug = models.CharField(max_length=SLUG_LENGTH)
    article = models.ForeignKey(
        Article, null=True, on_delete=models.CASCADE, related_name="former_slugs"
    )
    collection = models.ForeignKey(
        Collection, null=True, on_delete=models.CASCADE, related_name="former_slugs"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(article__isnull=True) ^ models.Q(collection__isnull=True),
                name="knowledge_former_slug_of_one",
            ),
            models.UniqueConstraint(
                fields=["locale", "slug"],
                condition=models.Q(article__isnull=False),
                name="knowledge_former_article_slug_once",
            ),
            models.UniqueConstraint(
                fields=["locale", "slug"],
                condition=models.Q(collection__isnull=False),
                name="knowledge_former_collection_slug_once",
            ),
        ]

    def __str__(self):
        return f"{self.locale}/{self.slug}"
