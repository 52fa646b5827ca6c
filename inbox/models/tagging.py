from django.db import models
from django.db.models.functions import Now

from inbox.models.conversation import Conversation
from people.models import Tag, Teammate


class Tagging(models.Model):
    """A tag on a conversation, and who put it there; nobody where automation did."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="taggings", db_index=False
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "tag"], name="inbox_tagging_once"),
        ]

    def __str__(self):
        return f"{self.conversation_id} tagged {self.tag_id}"
