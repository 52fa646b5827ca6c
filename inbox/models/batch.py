from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.models.conversation import Conversation
from people.models import Teammate


class Batch(models.Model):
    """The same that is done with every conversation of a view, or with those that were named, one
    after the other, or taken back.

    It goes by primary key: `after_id` is how far it has come, and what in a view began or was said
    after it began is left alone.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Done"

    public_id = PublicIdField(prefix="bt")
    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="batches")
    view = models.CharField(max_length=60)
    conversations = models.JSONField(
        default=list, db_default=[], help_text="The ids of those it is about, instead of a view."
    )
    part = models.CharField(max_length=20, help_text="Which of inbox.changes.CHANGES.")
    values = models.JSONField(default=dict)
    condition = models.JSONField(
        null=True, help_text="What the view and its filter asked when it began, each by itself."
    )
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.CASCADE, related_name="undone_by"
    )
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    after_id = models.BigIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Why it stopped, or the first one failed."
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["teammate"], condition=Q(state="running"), name="inbox_batch_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="inbox_batch_running", condition=Q(state="running")),
        ]

    def __str__(self):
        return f"{self.part} in {self.view}: {self.state}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class BatchedChange(models.Model):
    """One conversation that a batch has changed, and what would take that back."""

    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    undo = models.JSONField(default=dict)
    left = models.JSONField(
        null=True, help_text="What an undo overwrites, as it was then: what changed is not undone."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "conversation"], name="inbox_batched_change_once"
            ),
        ]

    def __str__(self):
        return f"{self.conversation_id} by {self.batch_id}"
