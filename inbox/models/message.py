from functools import cache

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.models.conversation import Conversation
from inbox.models.line import Binding
from inbox.querysets import MessageQuerySet
from people.models import Contact, Teammate


class Message(models.Model):
    """One line of a thread: a reply (public), a note (teammates only) or an activity.

    `seq` is dense over the whole thread, `public_seq` over what the contact sees; a message
    without a `public_seq` is invisible to the contact and leaves no gap that could be counted.
    """

    class Kind(models.TextChoices):
        REPLY = "reply", "Reply"
        NOTE = "note", "Note"
        ACTIVITY = "activity", "Activity"

    class Author(models.TextChoices):
        CONTACT = "contact", "Contact"
        TEAMMATE = "teammate", "Teammate"
        BOT = "bot", "Bot"
        SYSTEM = "system", "Counterfoil"

    public_id = PublicIdField(prefix="msg")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    binding = models.ForeignKey(
        Binding, null=True, on_delete=models.SET_NULL, related_name="messages"
    )
    seq = models.BigIntegerField()
    public_seq = models.BigIntegerField(null=True)
    client_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    author_type = models.CharField(max_length=10, choices=Author)
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="messages"
    )
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="messages"
    )
    author_name = models.CharField(max_length=200, blank=True)
    body_text = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    choices = ArrayField(
        models.CharField(max_length=80),
        null=True,
        help_text="Answers to pick from, shown as buttons under a reply.",
    )
    # What was done; of a reply, who wrote it where nobody did.
    activity = models.JSONField(null=True)
    sentiment = models.FloatField(
        null=True, help_text="How its author feels, from -1 (upset) to 1 (content); see moods."
    )
    language = models.CharField(max_length=8, blank=True, db_default="", default="")
    created_at = models.DateTimeField(db_default=Now())
    # Notes only: when it got its present words, and when it was last edited, deleted or brought
    # back, by which screens know the newer drawing of it.
    edited_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="inbox_message_seq_once"),
            models.UniqueConstraint(
                fields=["conversation", "public_seq"],
                condition=Q(public_seq__isnull=False),
                name="inbox_message_public_seq_once",
            ),
            models.UniqueConstraint(
                fields=["conversation", "client_id"],
                condition=Q(client_id__isnull=False),
                name="inbox_message_client_id_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="reply", public_seq__isnull=False)
                | Q(kind__in=["note", "activity"], public_seq=None),
                name="inbox_message_only_replies_are_public",
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation", "-changed_at"],
                name="inbox_message_changed",
                condition=Q(changed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.seq} by {self.author_name}"

    def carries_nothing(self) -> None:
        """Tells a message just written without files that it has none, which saves asking."""
        self._prefetched_objects_cache = {"attachments": no_attachments()}

    def may_be_changed_by(self, teammate: Teammate | None) -> bool:
        """Whether this is a note that the teammate wrote, or may delete as an admin."""
        if self.kind != self.Kind.NOTE or self.pk is None or not isinstance(teammate, Teammate):
            return False
        return self.teammate_id == teammate.pk or teammate.is_admin

    @property
    def is_automatic(self) -> bool:
        """Whether the house said it by itself (`inbox.actions.automatic`), which answers nobody."""
        return self.is_public and self.activity is not None

    @property
    def is_public(self) -> bool:
        return self.public_seq is not None


@cache
def no_attachments() -> models.QuerySet:
    """An empty answer that knows it has been given."""
    nothing = apps.get_model("inbox", "Attachment").objects.none()
    nothing._result_cache = []
    return nothing
