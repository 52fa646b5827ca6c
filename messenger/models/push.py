from django.db import models
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from ground.web.push import Subscription
from messenger.models.installation import Installation
from people.models import Contact


class PushSubscription(Subscription):
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
    locale = models.CharField(max_length=35, blank=True)
    expires_at = models.DateTimeField(help_text="With the session that asked for it.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["visitor"], name="messenger_push_visitor"),
            models.Index(fields=["expires_at"], name="messenger_push_expires"),
        ]

    def __str__(self):
        return f"{self.service} {self.public_id}"
