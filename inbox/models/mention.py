from django.db import models
from django.db.models.functions import Now

from inbox.models.conversation import Conversation
from inbox.models.message import Message
from people.models import Team, Teammate


class Mention(models.Model):
    """A note names a teammate, or a `team` that they were in then and whose members may see it.

    Only who may see the conversation when the note is written is mentioned.
    """

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="mentions"
    )
    teammate = models.ForeignKey(
        Teammate, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="mentions"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "teammate"], name="inbox_mention_once"),
        ]
        indexes = [
            models.Index(fields=["teammate", "conversation"], name="inbox_mention_of"),
        ]

    def __str__(self):
        return f"{self.teammate_id} in {self.message_id}"
