from django.db import models
from django.db.models.functions import Now

from ground.web.ids import PublicIdField


class Line(models.Model):
    """A way in which customers reach us: a messenger, later a mailbox, a number, an account."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"

    public_id = PublicIdField(prefix="ln")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.name

    @property
    def shown(self) -> dict[str, str]:
        """What list rows show of it."""
        return {"kind": self.kind, "name": self.name}


class Binding(models.Model):
    """A conversation's place on one line: whom it reaches there, and since when.

    A conversation belongs to no line; every message remembers the binding it came or left by.
    """

    conversation = models.ForeignKey(
        "inbox.Conversation", on_delete=models.CASCADE, related_name="bindings"
    )
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="bindings")
    identity = models.ForeignKey(
        "people.Identity", null=True, on_delete=models.SET_NULL, related_name="bindings"
    )
    is_preferred = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "line", "identity"],
                nulls_distinct=False,
                name="inbox_binding_once",
            ),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(is_preferred=True),
                name="inbox_binding_one_preferred",
            ),
        ]

    def __str__(self):
        return f"{self.conversation_id} on {self.line}"
