from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inbox.models.notification import Notification
from people.models import Device


class Push(models.Model):
    """What a teammate's device shows of a notification, or is to show: one pop-up, which news
    replace and which is withdrawn when the notification is cleared.

    `attempts` only grows and is the token of a sending: who took the row at another number has
    nothing to say about it any more. A sending that was cut off is "unknown" and not repeated.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        UNKNOWN = "unknown", "Unknown"
        OBSOLETE = "obsolete", "Not needed any more"

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="pushes")
    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="pushes", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    is_withdrawal = models.BooleanField(default=False)
    is_shown = models.BooleanField(
        default=False, help_text="The device may show it: something was handed over."
    )
    since = models.DateTimeField(help_text="When what it tells of happened.")
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "device"], name="inbox_push_one_a_device"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="inbox_push_due",
                condition=Q(state__in=["queued", "sending"]),
            ),
        ]

    def __str__(self):
        return f"{self.state} to {self.device_id}"
