from django.db import models

from people.models import Teammate
from routing.models.policy import Policy


class Results(models.Model):
    """What a rule gives besides somebody, a priority and tags."""

    class Way(models.TextChoices):
        """How the team shares out what the rule gives it; nothing: as it always does."""

        NOBODY = "nobody", "nobody: they take it themselves"
        ROUND_ROBIN = "round_robin", "in turn"
        BALANCED = "balanced", "balanced"

    sharing = models.CharField(max_length=12, choices=Way, blank=True, default="", db_default="")
    policy = models.ForeignKey(
        Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="rules"
    )
    is_complaint = models.BooleanField(default=False, db_default=False)
    tells = models.ManyToManyField(Teammate, related_name="rules_that_tell", blank=True)

    class Meta:
        abstract = True
