from django.db import models
from django.db.models.functions import Lower, Now

from ground.web.ids import PublicIdField
from people.querysets import TagQuerySet


class Tag(models.Model):
    """A word by which teammates sort conversations and contacts."""

    public_id = PublicIdField(prefix="tag")
    name = models.CharField(max_length=40)
    is_archived = models.BooleanField(
        default=False, help_text="Stays where it is, and is offered no more."
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="people_tag_name_once"),
        ]

    def __str__(self):
        return self.name

    @property
    def shown(self) -> dict[str, str]:
        return {"id": self.public_id, "name": self.name}
