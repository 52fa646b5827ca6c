from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inbox.models.conversation import Conversation
from people.models import Team, Teammate


class Rating(models.Model):
    """How content the contact was with one stretch of a conversation, up to its closing.

    `closed_at` tells the closings of one conversation apart: each is rated once, and the contact
    may change their mind. `teammate` and `team` are those who had it then.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="ratings")
    closed_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=2000, blank=True)
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="ratings"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="ratings")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "closed_at"], name="inbox_rating_once_a_closing"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=5), name="inbox_rating_one_to_five"
            ),
        ]

    def __str__(self):
        return f"{self.conversation_id}: {self.score}/5"
