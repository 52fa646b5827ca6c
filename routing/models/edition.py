from django.db import models
from django.db.models.functions import Now


class RuleEdition(models.Model):
    """What a rule said in one version: decisions name it, and it outlives the rule.

    says: the rule as `routing.asking.said_by` writes it, with public ids.
    """

    rule = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    says = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="routing_edition_once"),
        ]

    def __str__(self):
        return f"{self.name} {self.version}"
