import secrets

from django.db import models
from django.db.models.functions import Now

from ground.web.encryption import EncryptedField
from messenger.models.installation import Installation


def new_secret() -> str:
    return secrets.token_urlsafe(48)


def new_key_id() -> str:
    return secrets.token_hex(4)


class IdentitySecret(models.Model):
    """A secret with which the customer's own server signs who its users are.

    Several may be in force at once, so that a secret can be rotated without refusing anybody: the
    token's `kid` names the one that signed it.
    """

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="identity_secrets"
    )
    key_id = models.CharField(max_length=32, default=new_key_id)
    value = EncryptedField(default=new_secret, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "key_id"], name="messenger_secret_key_id_once"
            ),
        ]

    def __str__(self):
        return f"{self.installation} {self.key_id}"

    @property
    def ending(self) -> str:
        """By which people tell it from another without reading it."""
        return f"…{self.value[-4:]}"
