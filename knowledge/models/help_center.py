from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from ground.web import languages


class HelpCenter(models.Model):
    """What holds for all articles; there is one row at most."""

    name = models.CharField(
        max_length=80, default="Help center", help_text="What stands above every page."
    )
    locale = models.CharField(
        "default language",
        max_length=10,
        default=languages.ENGLISH,
        choices=languages.CHOICES,
        help_text="An article that is not translated is shown in this one, and says so.",
    )
    site_url = models.CharField(
        "your own site",
        max_length=200,
        blank=True,
        help_text="The name above every page leads there. Empty: to the help center's first page.",
    )
    # The languages in which something is published.
    locales = ArrayField(models.CharField(max_length=10), default=list, editable=False)
    # When readers last got to see something else.
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "help center"
        verbose_name_plural = "help center"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="knowledge_help_one_row"),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def current(cls) -> "HelpCenter":
        """The help center as it is now, that of a fresh house where nobody has set it up."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
