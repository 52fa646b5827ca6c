from django.db import models
from django.db.models.functions import Now

from people.models.contact import Contact


class Event(models.Model):
    """Something a contact did: a page seen, a feature used, an order placed."""

    PAGE_VISITED = "page.visited"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="events")
    name = models.CharField(max_length=100)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-id"], name="people_event_newest"),
            models.Index(fields=["contact", "name", "created_at"], name="people_event_counted"),
        ]

    def __str__(self):
        return self.name
