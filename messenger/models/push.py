from urllib.parse import urlsplit

from django.db import models
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from messenger.models.installation import Installation
from people.models import Contact


class PushSubscription(models.Model):
    """A browser that asked to be told of replies, and the keys that let only it read them.

    `visitor` is the messenger visitor's key in that browser, by which signing out finds it. Whoever
    subscribes in the same browser later takes the row over.
    """

    public_id = PublicIdField(prefix="ps")
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=64)
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    locale = models.CharField(max_length=35, blank=True)
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="Since it last worked. Too many end it."
    )
    expires_at = models.DateTimeField(help_text="With the session that asked for it.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["visitor"], name="messenger_push_visitor"),
            models.Index(fields=["expires_at"], name="messenger_push_expires"),
        ]

    def __str__(self):
        return f"{self.service} {self.public_id}"

    @property
    def service(self) -> str:
        """The host of its push service; the rest of the endpoint is a secret."""
        return urlsplit(self.endpoint).hostname or ""
