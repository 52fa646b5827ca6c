from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inbox.models.conversation import Conversation
from inbox.models.message import Message
from inbox.querysets import DraftQuerySet
from people.models import Teammate


class Draft(models.Model):
    """What a teammate has begun to write in a conversation, on whatever device.

    It is named by the client id that its message will have, so that exactly the message that is
    made of it clears it. An empty row stays behind: its version tells devices that slept that what
    they still hold is old.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="drafts", db_index=False
    )
    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=10, choices=Message.Kind)
    client_id = models.UUIDField(null=True)
    body = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True)
    choices = models.JSONField(default=list, blank=True)
    then = models.JSONField(default=list, blank=True)
    macros = models.JSONField(default=list, blank=True)
    is_empty = models.BooleanField(default=True)
    version = models.BigIntegerField(default=0)
    saved_at = models.DateTimeField(db_default=Now())

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "teammate", "kind"], name="inbox_draft_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["teammate", "-saved_at"],
                name="inbox_draft_begun",
                condition=Q(is_empty=False),
            ),
        ]

    def __str__(self):
        return f"{self.kind} by {self.teammate_id} in {self.conversation_id}"
