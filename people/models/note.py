from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from people.models.contact import Contact
from people.models.teammate import Teammate


class ContactNoteQuerySet(models.QuerySet):
    def kept(self):
        """Those that nobody has taken away."""
        return self.filter(deleted_at=None)


class ContactNote(models.Model):
    """What teammates should know of a contact, whatever the conversation; no contact ever reads it.

    A deleted one stays as a row, so that it can be brought back.
    """

    public_id = PublicIdField(prefix="cn")
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="notes", db_index=False
    )
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    objects = ContactNoteQuerySet.as_manager()

    class Meta:
        indexes = [
            # All of a contact's, for merges; and those that are shown, newest first.
            models.Index(fields=["contact"], name="people_note_of"),
            models.Index(
                fields=["contact", "-id"], name="people_note_kept", condition=Q(deleted_at=None)
            ),
        ]

    def __str__(self):
        return self.public_id
