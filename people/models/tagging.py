from django.db import models
from django.db.models.functions import Now

from people.models.contact import Contact
from people.models.tag import Tag
from people.models.teammate import Teammate


class ContactTaggingManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("tag")


class ContactTagging(models.Model):
    """A tag on a contact, and who put it there; nobody where automation did."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="taggings", db_index=False
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="contact_taggings")
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = ContactTaggingManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "tag"], name="people_contact_tagging_once"),
        ]

    def __str__(self):
        return f"{self.contact_id} tagged {self.tag_id}"
