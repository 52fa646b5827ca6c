from django.db import models
from django.db.models.functions import Now

from knowledge.models.article import Article

WORDS_LENGTH = 1000


class Feedback(models.Model):
    """Whether an article helped somebody, in their language. Each visitor says it once, and may
    change their mind."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="feedback")
    locale = models.CharField(max_length=10)
    # A digest of an address and a browser, which cannot be undone.
    visitor = models.CharField(max_length=64)
    helped = models.BooleanField()
    words = models.CharField(max_length=WORDS_LENGTH, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(
                fields=["article", "locale", "visitor"], name="knowledge_feedback_once"
            ),
        ]
        indexes = [
            models.Index(fields=["article", "-updated_at"], name="knowledge_feedback_latest"),
        ]

    def __str__(self):
        return f"{self.article}: {'yes' if self.helped else 'no'}"
