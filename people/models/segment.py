from django.db import models
from django.db.models.functions import Lower, Now

from ground.web.ids import PublicIdField


class Segment(models.Model):
    """A group of contacts by a condition, under a name. Who is in it is asked each time, and never
    stored (`people/segments.py`)."""

    public_id = PublicIdField(prefix="seg")
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True)
    condition = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = [Lower("name"), "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="people_segment_name_once"),
        ]

    def __str__(self):
        return self.name
