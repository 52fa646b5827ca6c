from django.db import models
from django.db.models.functions import Now

from inbox.models.conversation import Conversation
from people.models import Teammate


class Follower(models.Model):
    """A teammate who wants to hear of a conversation that is not theirs."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="followers", db_index=False
    )
    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="followed")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "teammate"], name="inbox_follower_once"
            ),
        ]

    def __str__(self):
        return f"{self.teammate_id} follows {self.conversation_id}"
