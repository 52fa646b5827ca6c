from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.models.conversation import Conversation
from inbox.querysets import LaterMessageQuerySet
from people.models import Teammate


class LaterMessage(models.Model):
    """A reply that waits for its time: for hours as its author wished, or for the few seconds in
    which it can be taken back (`is_held`). One that `needs_release` waits for a senior first, and
    then for its time.

    It is no message yet and has no `seq`. `client_id` is what its message will have, so that it
    becomes one message at most. `seen_seq` is how far the conversation was when it was written.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        CALLED_OFF = "called_off", "Called off"
        FAILED = "failed", "Failed"
        TAKEN_BACK = "taken_back", "Taken back"

    public_id = PublicIdField(prefix="lm")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="later_messages", db_index=False
    )
    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="+")
    client_id = models.UUIDField(unique=True)
    body = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True)
    choices = models.JSONField(default=list, blank=True)
    overrode = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField())
    )
    then = models.JSONField(default=list, blank=True)
    macros = models.JSONField(default=list, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    seen_seq = models.BigIntegerField()
    is_held = models.BooleanField(default=False)
    needs_release = models.BooleanField(default=False, db_default=False)
    released_by = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    is_discarded = models.BooleanField(
        default=False, db_default=False, help_text="Taken back without a draft of its words."
    )
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = LaterMessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="inbox_later_message_due", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["conversation", "due_at"],
                name="inbox_later_message_shown",
                condition=Q(state__in=["waiting", "called_off", "failed"]),
            ),
        ]

    def __str__(self):
        return f"{self.state} for {self.due_at}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_for_later(self) -> bool:
        """Whether its author wished it to go out at a time of its own."""
        return self.due_at - self.created_at > timedelta(minutes=1)

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be done with it any more."""
        return self.state in (self.State.SENT, self.State.TAKEN_BACK)
