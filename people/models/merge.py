from django.db import models
from django.db.models.functions import Now

from people.models.contact import Contact
from people.models.teammate import Teammate


class ContactMerge(models.Model):
    """A merge of two contacts with its inverse: what moved, and what the kept one was before.

    `moved` maps "app.model.field" to the ids of the rows that were re-pointed; `before` and `after`
    hold those of the kept contact's own fields that the merge filled in.
    """

    kept = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="merges_kept")
    merged = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="merges_merged")
    moved = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by = models.ForeignKey(Teammate, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.merged} into {self.kept}"
