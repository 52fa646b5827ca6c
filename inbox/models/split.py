from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from inbox.models.conversation import Conversation
from people.models import Teammate


class Split(models.Model):
    """That `made` was begun with what was said in public in `source` from `first_seq` to
    `last_seq`. The messages stay in `source`; `made` shows them above its own.

    `client_id` is the name under which it was asked for, so that it is made once; `status` is what
    the source had then.
    """

    source = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="splits", db_index=False
    )
    made = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="split")
    client_id = models.UUIDField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Conversation.Status)
    by = models.ForeignKey(Teammate, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "client_id"], name="inbox_split_once"),
            models.CheckConstraint(
                condition=Q(first_seq__lte=F("last_seq")), name="inbox_split_is_a_range"
            ),
        ]

    def __str__(self):
        return f"{self.made_id} from {self.source_id}"
