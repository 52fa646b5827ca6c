from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """The stored answer to a POST that carried an Idempotency-Key."""

    owner = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    # SHA-256 of the address and the body: the same key with another request is a conflict.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    # Text, not jsonb, so that a replay has its members in the order of the first answer.
    answer = models.TextField(default="")
    location = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="web_idempotencykey_unique")
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
