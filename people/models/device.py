from django.db import models
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from ground.web.push import Subscription
from people.models.teammate import Teammate


class Device(Subscription):
    """A browser in which a teammate asked to be notified.

    It is bound to the log-in in which they asked: with that session it is over.
    """

    public_id = PublicIdField(prefix="dev")
    teammate = models.ForeignKey(
        Teammate, on_delete=models.CASCADE, related_name="devices", db_index=False
    )
    session_key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["teammate", "-id"], name="people_device_of")]

    def __str__(self):
        return self.name
