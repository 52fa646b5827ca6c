from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from people.models import Segment, Team

DAYS_MAX = 90


class RoutingSettings(models.Model):
    """What holds for all rules; there is one row at most."""

    triage_team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who gets a new conversation that no rule gives to anybody.",
    )
    vip_segment = models.ForeignKey(
        Segment,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Whose conversations a rule may treat in another way.",
    )
    simulated_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(DAYS_MAX)],
        help_text="How far back a rule is tried before it is saved.",
    )

    class Meta:
        verbose_name = "routing settings"
        verbose_name_plural = "routing settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="routing_settings_one_row"),
        ]

    def __str__(self):
        return "Routing"

    @classmethod
    def current(cls) -> "RoutingSettings":
        """The settings as they are now, those of a fresh house where nobody has set any."""
        row = cls.objects.select_related("triage_team", "vip_segment").filter(pk=1).first()
        return row or cls(pk=1)
