from django.db import models
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from people.models import Teammate


class Picture(models.Model):
    """A picture for articles, for everybody's eyes; texts name it `picture:<public id>`."""

    public_id = PublicIdField(prefix="pic")
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    by = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.name
