from django.db import models
from django.db.models.functions import Now

from ground.web import languages
from ground.web.ids import PublicIdField

TITLE_LENGTH = 120
SLUG_LENGTH = 100
# Names of static/icons.svg.
ICONS = (
    ("home", "House"),
    ("box", "Parcel"),
    ("clock", "Clock"),
    ("star", "Star"),
    ("tag", "Label"),
    ("user", "Person"),
    ("users", "People"),
    ("gear", "Wheel"),
    ("lock", "Lock"),
    ("shield", "Shield"),
    ("mail", "Letter"),
    ("chat", "Speech"),
    ("phone", "Telephone"),
    ("image", "Picture"),
    ("edit", "Pencil"),
    ("retry", "Return"),
    ("info", "Information"),
    ("help", "Question"),
)


class Collection(models.Model):
    """Articles that belong together. A collection may lie in another one, one level deep."""

    public_id = PublicIdField(prefix="col")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    position = models.PositiveIntegerField(default=0)
    icon = models.CharField(max_length=20, blank=True, choices=ICONS)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        """What teammates call it: its first title."""
        texts = sorted(self.texts.all(), key=lambda text: text.pk)
        return texts[0].title if texts else self.public_id


class CollectionText(models.Model):
    """What a collection is called in one language."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="texts")
    locale = models.CharField("language", max_length=10, choices=languages.CHOICES)
    title = models.CharField(max_length=TITLE_LENGTH)
    slug = models.CharField(max_length=SLUG_LENGTH)
    description = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "locale"], name="knowledge_collection_locale_once"
            ),
            models.UniqueConstraint(
                fields=["locale", "slug"], name="knowledge_collection_slug_once"
            ),
        ]

    def __str__(self):
        return self.title
