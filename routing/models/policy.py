from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from ground.web.ids import PublicIdField
from inbox.models import Conversation
from routing.deadlines import Target, Terms


class Policy(models.Model):
    """What is promised to conversations of which a condition holds: a service level.

    The first that holds, by `position`, is the one, unless a rule gives another; one that is
    `by_rules_only` is for no other conversations. `steps` are what happens as a deadline comes
    nearer and passes, each {"target", "minutes", "do", "value"}: minutes of counted time after the
    deadline, before it when they are negative.
    """

    class Counts(models.TextChoices):
        OFFICE = "office", "Office hours"
        WALL = "wall", "Around the clock"

    public_id = PublicIdField(prefix="sla")
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField("on", default=True)
    condition = models.JSONField()
    by_rules_only = models.BooleanField(default=False, db_default=False)
    counts = models.CharField(max_length=10, choices=Counts, default=Counts.OFFICE)
    first_minutes = models.PositiveIntegerField("first answer within", null=True, blank=True)
    next_minutes = models.PositiveIntegerField("further answers within", null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField("closed within", null=True, blank=True)
    soon_minutes = models.PositiveIntegerField("due soon before", default=15)
    pauses_snoozed = models.BooleanField(default=True)
    pauses_waiting = models.BooleanField(default=True)
    steps = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "service level"
        constraints = [
            models.UniqueConstraint(Lower("name"), name="routing_policy_name_once"),
        ]

    def __str__(self):
        return self.name

    @property
    def terms(self) -> Terms:
        promised = {
            Target.FIRST: self.first_minutes,
            Target.NEXT: self.next_minutes,
            Target.RESOLUTION: self.resolution_minutes,
        }
        spans = {
            target: timedelta(minutes=minutes) for target, minutes in promised.items() if minutes
        }
        return Terms(spans, self.pauses_snoozed, self.pauses_waiting)


class Promise(models.Model):
    """Which policy holds for a conversation; without one, none does."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="promise"
    )
    policy = models.ForeignKey(
        Policy, null=True, on_delete=models.SET_NULL, related_name="promises"
    )
    chosen_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return f"{self.policy} for {self.conversation_id}"


class Clock(models.Model):
    """One deadline of one conversation, as `routing.deadlines` last came to it."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        PAUSED = "paused", "Standing still"
        KEPT = "kept", "Kept"
        MISSED = "missed", "Missed"
        VOID = "void", "Ended before"

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="clocks", db_index=False
    )
    policy = models.ForeignKey(Policy, null=True, on_delete=models.SET_NULL, related_name="clocks")
    target = models.CharField(max_length=10)
    began_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "target", "began_at"], name="routing_clock_once"
            ),
        ]
        indexes = [
            models.Index(fields=["policy", "target", "began_at"], name="routing_clock_policy"),
            models.Index(
                fields=["conversation"],
                name="routing_clock_going",
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.target} of {self.conversation_id}"
