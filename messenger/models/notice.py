from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.models import Conversation
from messenger.models.installation import Installation


class Notice(models.Model):
    """Word to a contact who is away that replies wait: a push or a mail, never sent twice.

    It speaks of the replies from `first_seq` to `last_seq` (public ones). Where the sending was
    cut off between the other side's "yes" and our storing it, the state says "unknown": it is shown
    and not repeated.
    """

    class Way(models.TextChoices):
        PUSH = "push", "Push"
        MAIL = "mail", "Mail"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"
        OBSOLETE = "obsolete", "Not needed any more"

    public_id = PublicIdField(prefix="nt")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    way = models.CharField(max_length=4, choices=Way)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    address = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "way"],
                condition=Q(state="queued"),
                name="messenger_notice_one_queued",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="messenger_notice_due", condition=Q(state="queued")
            ),
            models.Index(
                fields=["lease_until"],
                name="messenger_notice_leased",
                condition=Q(state="sending"),
            ),
            models.Index(
                fields=["address", "tried_at"],
                name="messenger_notice_mailed",
                condition=Q(way="mail", state__in=["sending", "sent", "unknown"]),
            ),
            models.Index(fields=["conversation", "-id"], name="messenger_notice_of"),
        ]

    def __str__(self):
        return f"{self.way} about {self.conversation_id}"


class MailStop(models.Model):
    """A conversation about which its contact wants no more mails."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="mail_stop"
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return f"no mails about {self.conversation_id}"
