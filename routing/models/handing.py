from django.db import models
from django.db.models import Q

from inbox.models import Conversation

# From so many times on it is an alarm: the customer is at the fourth place.
ALARM = 3


class Handing(models.Model):
    """How often a conversation was handed on since it began, or began anew; there is a row for
    those that were. `routing.handing` says what counts."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="handing"
    )
    moves = models.PositiveIntegerField()
    asked_again = models.PositiveIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-moved_at", "-id"], name="routing_handing_latest"),
            models.Index(
                fields=["-moved_at", "-id"],
                name="routing_handing_alarm",
                condition=Q(moves__gte=ALARM),
            ),
        ]

    def __str__(self):
        return f"{self.conversation_id} moved {self.moves} times"
