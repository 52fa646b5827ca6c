from datetime import datetime

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
    complaint_score = models.PositiveSmallIntegerField(
        "a complaint is a rating of at most",
        default=2,
        choices=[(0, "No rating: nothing is followed up"), (1, "1"), (2, "2"), (3, "3")],
        help_text="Such a conversation is opened again and given to somebody.",
    )
    complaint_team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="who follows complaints up",
        help_text="One of them gets it; without a team whoever had the conversation, or one of "
        "their team.",
    )
    complaint_hours = models.PositiveSmallIntegerField(
        "answered within (hours)",
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 7)],
        help_text="Office hours of the team. Who has not answered by then is passed over for "
        "another, and the conversation becomes urgent.",
    )

    tells_delay = models.BooleanField(
        "says by itself when replies take longer than usual",
        default=True,
        db_default=True,
        help_text="While those who are there have twice as much in front of them as usual.",
    )
    delay_until = models.DateTimeField(
        "says so until",
        null=True,
        blank=True,
        help_text="Something unusual has happened: until then messengers say that replies take "
        "longer than usual. In UTC; empty: not now.",
    )

    class Meta:
        verbose_name = "routing settings"
        verbose_name_plural = "routing settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="routing_settings_one_row"),
        ]

    def __str__(self):
        return "Routing"

    def is_delay_said(self, now: datetime) -> bool:
        """Whether an admin has it said that replies take longer than usual."""
        return self.delay_until is not None and now < self.delay_until

    @classmethod
    def current(cls) -> "RoutingSettings":
        """The settings as they are now, those of a fresh house where nobody has set any."""
        row = cls.objects.select_related("triage_team", "vip_segment").filter(pk=1).first()
        return row or cls(pk=1)
