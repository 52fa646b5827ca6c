from django.db import models
from django.db.models.functions import Now

from ground.journal.models import Decision


class RuleMatch(models.Model):
    """A rule acted in a decision: what a rule has done lately is found by these.

    rule: its public id; matches outlive the rule, as decisions do.
    """

    rule = models.CharField(max_length=32)
    decision = models.ForeignKey(
        Decision, on_delete=models.CASCADE, related_name="matches", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "rule matches"
        constraints = [
            models.UniqueConstraint(fields=["decision", "rule"], name="routing_match_once"),
        ]
        indexes = [
            models.Index(fields=["rule", "created_at"], name="routing_match_rule"),
        ]

    def __str__(self):
        return f"{self.rule} in {self.decision_id}"
