from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.models.message import Message
from people.models import Contact, Teammate


class Attachment(models.Model):
    """A stored file. It has no message between its upload and the message that names it."""

    public_id = PublicIdField(prefix="at")
    message = models.ForeignKey(
        Message, null=True, on_delete=models.CASCADE, related_name="attachments"
    )
    visitor = models.CharField(max_length=64, blank=True, editable=False)
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    key = models.CharField(max_length=100, unique=True)
    thumb_key = models.CharField(
        max_length=100, blank=True, help_text="A small WebP of an image, kept beside it."
    )
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="inbox_attachment_unused",
                condition=Q(message=None),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_image(self) -> bool:
        return self.width is not None
