from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inbox.models import Conversation
from people.models import Team


class Beginning(models.Model):
    """Which way a conversation went when it began, or began anew: one row for each time that the
    rules were asked at that moment, so that this can be counted.

    team: where it lay then. rule: the public id of the rule that gave it, or would have.
    """

    class Way(models.TextChoices):
        RULE = "rule", "A rule gave it to somebody"
        TRIAGE = "triage", "No rule took it: it went to triage"
        PERSON = "person", "A person had decided before"
        NOBODY = "nobody", "Nobody got it"

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="beginnings"
    )
    team = models.ForeignKey(
        Team, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    way = models.CharField(max_length=8, choices=Way)
    rule = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "beginning"
        verbose_name_plural = "how routing goes"
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="routing_beginning_latest"),
            models.Index(
                fields=["way", "rule", "-created_at", "-id"], name="routing_beginning_way"
            ),
            models.Index(
                fields=["team", "-created_at", "-id"],
                name="routing_beginning_team",
                condition=Q(team__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.way} for {self.conversation_id}"
