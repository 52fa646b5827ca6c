from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now

from ground.web import languages
from ground.web.ids import PublicIdField
from knowledge.models.collection import SLUG_LENGTH, TITLE_LENGTH, Collection
from knowledge.querysets import ArticleQuerySet, TranslationQuerySet
from people.models import Teammate

SUMMARY_LENGTH = 300


class Article(models.Model):
    """Something that customers can read up on, in one language or several."""

    public_id = PublicIdField(prefix="art")
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="articles")
    position = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    review_on = models.DateField(
        "to be looked at on",
        null=True,
        blank=True,
        help_text="From that day on the article stands among those that somebody should read "
        "again.",
    )
    # What it is known by where it was imported from.
    source = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=~models.Q(source=""),
                name="knowledge_article_source_once",
            ),
        ]
        indexes = [
            models.Index(fields=["collection", "position", "id"], name="knowledge_article_order"),
            models.Index(
                fields=["review_on"],
                name="knowledge_article_review",
                condition=models.Q(review_on__isnull=False),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        """What teammates call it: the title of its first translation."""
        texts = sorted(self.translations.all(), key=lambda text: text.pk)
        return texts[0].title if texts else self.public_id


class Translation(models.Model):
    """An article in one language: its draft, and the version that everybody reads, if any.

    The slug is part of the address and no part of a version: it counts at once.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="translations")
    locale = models.CharField("language", max_length=10, choices=languages.CHOICES)
    slug = models.CharField(max_length=SLUG_LENGTH)
    title = models.CharField(max_length=TITLE_LENGTH)
    summary = models.CharField(max_length=SUMMARY_LENGTH, blank=True)
    body = models.TextField(blank=True)
    published = models.ForeignKey(
        "Version", null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    # Whether the draft says something else than what is published.
    is_changed = models.BooleanField(default=True, editable=False)
    # Digests of the words that were imported and of what was made of them, to know whether they
    # have changed there, or somebody has changed them here.
    imported = models.CharField(max_length=64, blank=True, editable=False)
    imported_as = models.CharField(max_length=64, blank=True, editable=False)
    # What search knows of the published version.
    words = SearchVectorField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TranslationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "locale"], name="knowledge_translation_locale_once"
            ),
            models.UniqueConstraint(
                fields=["locale", "slug"], name="knowledge_translation_slug_once"
            ),
        ]
        indexes = [GinIndex(fields=["words"], name="knowledge_translation_words")]

    def __str__(self):
        return self.title

    @property
    def shown(self) -> "Version":
        """What everybody reads; only of what is published."""
        if self.published is None:
            raise LookupError(f"{self} is not published.")
        return self.published

    @property
    def state(self) -> str:
        """draft, published, or changed: published, with another draft."""
        if self.published_id is None:
            return "draft"
        return "changed" if self.is_changed else "published"


class Version(models.Model):
    """What was published of a translation at a time. Versions are never changed."""

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=TITLE_LENGTH)
    summary = models.CharField(max_length=SUMMARY_LENGTH, blank=True)
    body = models.TextField(blank=True)
    # By ground/web/page_markup.py, with marks for pictures and blocks.
    body_html = models.TextField(blank=True)
    renderer_version = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["translation", "number"], name="knowledge_version_number_once"
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.number})"
