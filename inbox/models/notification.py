from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from ground.web.ids import PublicIdField
from inbox.models.conversation import Conversation
from inbox.models.side import SideConversation
from inbox.querysets import NotificationQuerySet
from people.models import Teammate


class Digest(models.Model):
    """A mail to a teammate about what waits for them. "unknown" was cut off: it is not repeated."""

    class State(models.TextChoices):
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"

    public_id = PublicIdField(prefix="dg")
    teammate = models.ForeignKey(
        Teammate, on_delete=models.CASCADE, related_name="digests", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.SENDING)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["teammate", "-created_at"], name="inbox_digest_of")]

    def __str__(self):
        return f"{self.state} to {self.teammate_id}"


class Notification(models.Model):
    """Something in a conversation asks for a teammate's attention.

    Of each conversation, and of each side conversation, a teammate has one open (not cleared)
    notification: what happens further joins it. `reasons` maps what happened, by the names in
    `inbox/attention.py`, to who did it. `seq` is that of the thread that it is about.
    """

    public_id = PublicIdField(prefix="nf")
    teammate = models.ForeignKey(
        Teammate, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="notifications"
    )
    side = models.ForeignKey(
        SideConversation,
        null=True,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
    )
    reasons = models.JSONField(default=dict)
    preview = models.CharField(max_length=200, blank=True)
    seq = models.BigIntegerField(help_text="Reading the thread as far as this clears it.")
    happened_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    is_mailed = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["teammate", "conversation"],
                condition=Q(cleared_at=None, side=None),
                name="inbox_notification_one_open",
            ),
            models.UniqueConstraint(
                fields=["side", "teammate"],
                condition=Q(cleared_at=None, side__isnull=False),
                name="inbox_notification_one_open_side",
            ),
        ]
        indexes = [
            models.Index(
                fields=["teammate", "-happened_at", "-id"],
                name="inbox_notification_open",
                condition=Q(cleared_at=None),
            ),
            models.Index(
                fields=["happened_at"],
                name="inbox_notification_unmailed",
                condition=Q(cleared_at=None, is_mailed=False),
            ),
            models.Index(
                fields=["cleared_at"],
                name="inbox_notification_cleared",
                condition=Q(cleared_at__isnull=False),
            ),
            models.Index(
                fields=["side"],
                name="inbox_notification_of_side",
                condition=Q(side__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{', '.join(self.reasons)} for {self.teammate_id}"

    @property
    def topic(self) -> str:
        """The id of what it is about: its side conversation, or else its conversation. A device
        shows one pop-up of each."""
        return self.side.public_id if self.side else self.conversation.public_id

    @property
    def path(self) -> str:
        """Where it is: in its conversation, with the side conversation open that it is about."""
        place = reverse("inbox:conversation", args=["all", self.conversation.public_id])
        return f"{place}?side={self.side.public_id}" if self.side else place
