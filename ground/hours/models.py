"""When a house works, and what is due at a time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.hours.schedule import Calendar, Window, Windows
from ground.hours.special import Days, OwnDays
from ground.hours.writing import clock, minutes, text_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def nine_to_five() -> list[list[list[str]]]:
    return [[["9:00", "17:00"]]] * 5 + [[], []]


def stored(windows: Windows) -> list[list[str]]:
    """Windows as a JSON column keeps them."""
    return [[clock(each.opens), clock(each.closes)] for each in windows]


def windows_of(value: list[list[str]]) -> Windows:
    """What `stored` stored."""
    return tuple(
        Window(*(minutes(*each.split(":")) for each in (opens, closes))) for opens, closes in value
    )


class OfficeHours(models.Model):
    """When a team or the whole house works. One of them is the house's default."""

    name = models.CharField(max_length=60, unique=True)
    zone = models.CharField("time zone", max_length=64, default="UTC")
    weekly = models.JSONField(
        default=nine_to_five, help_text="Seven days from Monday on, each [[opens, closes], …]."
    )
    country = models.CharField(
        "public holidays", max_length=2, blank=True, help_text="Closed on this country's holidays."
    )
    subdivision = models.CharField(
        "region",
        max_length=10,
        blank=True,
        help_text="The code of a part of the country that has holidays of its own, such as BY.",
    )
    is_default = models.BooleanField(
        "the house's own", default=False, help_text="For whoever has no office hours of their own."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = verbose_name_plural = "office hours"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="hours_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def calendar(self) -> Calendar:
        """With its own days as `own_days` has them: have them prefetched for many."""
        own = [day.as_own_days for day in self.own_days.all()]
        weekly = tuple(windows_of(day) for day in self.weekly)
        return Calendar(ZoneInfo(self.zone), weekly, Days(own, self.country, self.subdivision))

    @property
    def week(self) -> list[tuple[str, str]]:
        """Each weekday with its hours as people write them."""
        days = zip(WEEKDAYS, self.weekly, strict=True)
        return [(name, text_of(windows_of(hours))) for name, hours in days]

    @property
    def state(self) -> dict[str, Any]:
        """Everything that its calendar is made of, for the journal."""
        own = [day.state for day in self.own_days.all()]
        names = ("name", "zone", "weekly", "country", "subdivision", "is_default")
        return {name: getattr(self, name) for name in names} | {"own_days": own}


class OwnDay(models.Model):
    """A day, or several in a row, on which a house works otherwise or not at all."""

    office_hours = models.ForeignKey(OfficeHours, on_delete=models.CASCADE, related_name="own_days")
    name = models.CharField(max_length=60)
    first_on = models.DateField("from")
    last_on = models.DateField("until", null=True, blank=True)
    is_yearly = models.BooleanField("every year", default=False)
    windows = models.JSONField("hours", default=list, blank=True)

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on=None) | Q(last_on__gte=models.F("first_on")),
                name="hours_own_day_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def as_own_days(self) -> OwnDays:
        last = self.last_on or self.first_on
        windows = windows_of(self.windows)
        return OwnDays(self.first_on, last, self.is_yearly, windows, self.name)

    @property
    def state(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "first_on": self.first_on.isoformat(),
            "last_on": self.last_on.isoformat() if self.last_on else None,
            "is_yearly": self.is_yearly,
            "windows": self.windows,
        }


class DueRow(models.Model):
    """Something is due for a subject at a time: planned once under its key, done once with its
    effect, called off when the world has changed.

    The subject is a (type, public id) pair, as in the journal: this lies below every room.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    called_off_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="hours_due_waiting",
                condition=Q(done_at=None, called_off_at=None, dead_at=None),
            ),
            models.Index(fields=["subject_type", "subject_id"], name="hours_due_subject"),
            models.Index(
                fields=["dead_at"], name="hours_due_dead", condition=Q(dead_at__isnull=False)
            ),
            models.Index(
                fields=["due_at"],
                name="hours_due_over",
                condition=Q(done_at__isnull=False) | Q(called_off_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key
