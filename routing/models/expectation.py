from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inbox.models import Conversation
from people.models import Team


class Expectation(models.Model):
    """How long somebody was told that they would wait, and how long it was: the house's own record
    of its promises.

    since: the customer's word that waits. `ahead` and `people` are the load when it was told.
    `low_at` and `high_at` are empty where too little was known to tell anything; `waited` is
    working time.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="expectations", db_index=False
    )
    team = models.ForeignKey(
        Team, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    since = models.DateTimeField()
    ahead = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    low_at = models.DateTimeField(null=True)
    high_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)
    waited = models.DurationField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "since"], name="routing_expectation_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "-answered_at"],
                name="routing_expectation_of_team",
                condition=Q(answered_at__isnull=False),
            ),
            models.Index(
                fields=["-answered_at"],
                name="routing_expectation_latest",
                condition=Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"wait in {self.conversation_id} since {self.since:%F %T}"

    @property
    def is_kept(self) -> bool | None:
        """Whether the answer came within what was said; None while nobody can say."""
        if self.answered_at is None or self.low_at is None or self.high_at is None:
            return None
        return self.low_at <= self.answered_at <= self.high_at
