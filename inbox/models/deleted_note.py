from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from inbox.models.message import Message
from people.models import Teammate


class DeletedNote(models.Model):
    """What a deleted note said, apart from its thread, for as long as it can be brought back.

    The message itself is the line that says who deleted it. `mentions` holds [teammate, team or
    None] as public ids, `attachments` the files that hung on it.
    """

    message = models.OneToOneField(
        Message, primary_key=True, on_delete=models.CASCADE, related_name="deleted_note"
    )
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=200, blank=True)
    body_text = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    edited_at = models.DateTimeField(null=True)
    mentions = models.JSONField(default=list)
    attachments = ArrayField(models.CharField(max_length=40), default=list)
    deleted_by = models.ForeignKey(
        Teammate, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    deleted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["deleted_at"], name="inbox_deletednote_due")]

    def __str__(self):
        return f"what {self.message_id} said"
