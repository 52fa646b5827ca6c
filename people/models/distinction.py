from django.db import models
from django.db.models.functions import Now

from people.models.contact import Contact
from people.models.teammate import Teammate


class Distinction(models.Model):
    """Somebody's word that two contacts are not the same person.

    It holds while the two are known as they were then: `known_as` is a digest of that.
    """

    one = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="distinctions", db_index=False
    )
    other = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="distinctions_from")
    known_as = models.CharField(max_length=64)
    by = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="people_distinction_once"),
        ]

    def __str__(self):
        return f"{self.one_id} is not {self.other_id}"
