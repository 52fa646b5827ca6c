from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inbox.models.conversation import Conversation
from people.models import Teammate


class ConversationMerge(models.Model):
    """That `merged` became a part of `kept`, with what it takes to make two of them again.

    Messages stay where they are. `merged_before` are the fields of the one that became a part,
    `kept_before` and `kept_after` those that the other took over; `moved` names the rows that
    hang on the other meanwhile, by their model.
    """

    kept = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="merges")
    merged = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="merged_by", db_index=False
    )
    merged_before = models.JSONField(default=dict)
    kept_before = models.JSONField(default=dict)
    kept_after = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(Teammate, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="inbox_merge_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["merged"], name="inbox_merge_of")]

    def __str__(self):
        return f"{self.merged_id} into {self.kept_id}"
