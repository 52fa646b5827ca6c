from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from people.models import Tag, Team, Teammate
from routing.models.handling import Handling

CAPACITY_MAX = 1000


class SharingQuerySet(models.QuerySet["Sharing"]):
    def at_work(self) -> "SharingQuerySet":
        """Those that give anything to anybody: of themselves, or because a rule said so."""
        by_rule = Handling.objects.filter(team=OuterRef("team"))
        by_rule = by_rule.exclude(sharing__in=["", Sharing.Way.NOBODY])
        return self.filter(~Q(way=Sharing.Way.NOBODY) | Exists(by_rule))


class Sharing(models.Model):
    """How a team shares out what nobody has. Its row is locked while the team's work is given, so
    that the order is kept. `version` is raised by each change: decisions name it."""

    class Way(models.TextChoices):
        NOBODY = "nobody", "Nobody: they take it themselves"
        ROUND_ROBIN = "round_robin", "In turn: whoever was given nothing for the longest"
        BALANCED = "balanced", "Balanced: whoever has the most room"

    class Skills(models.TextChoices):
        IGNORED = "ignored", "Do not matter"
        PREFERRED = "preferred", "Come first, but anybody may"
        REQUIRED = "required", "Are needed: without them it waits"

    class TakesBack(models.TextChoices):
        NOTHING = "nothing", "Nothing: it stays theirs"
        SHARED = "shared", "What was shared out to them"
        WAITING = "waiting", "Whatever a customer waits in"

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="sharing")
    way = models.CharField(
        "who gets what nobody has", max_length=12, choices=Way, default=Way.NOBODY
    )
    capacity = models.PositiveSmallIntegerField(
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(CAPACITY_MAX)],
        help_text="How many conversations somebody is busy with at once, unless their own workload "
        "says otherwise. One in which the customer waits counts as one, one that was answered as "
        "a half, an urgent one as two.",
    )
    quiet_hours = models.PositiveSmallIntegerField(
        "quiet after (hours)",
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 14)],
        help_text="The longest that an answered conversation counts when nothing is said there. "
        "That of a customer who writes quickly counts for three times as long as they take.",
    )
    needs_presence = models.BooleanField(
        "only who has an inbox open",
        default=True,
        help_text="In whatever tab. Who says that they are away is never given anything.",
    )
    previous_owner_first = models.BooleanField(
        "whoever had the customer's last conversation first", default=True
    )
    skills = models.CharField(
        "skills (tags and languages)", max_length=10, choices=Skills, default=Skills.PREFERRED
    )
    takes_back = models.CharField(
        "taken back when somebody goes away",
        max_length=8,
        choices=TakesBack,
        default=TakesBack.SHARED,
        help_text="What waits for us then goes to others.",
    )
    overflow_team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="goes on to",
        help_text="The team that gets what nobody of this one has taken, or could be given.",
    )
    overflow_minutes = models.PositiveSmallIntegerField(
        "after (minutes)",
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 7)],
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SharingQuerySet.as_manager()

    class Meta:
        verbose_name = "way of sharing out"
        verbose_name_plural = "sharing out"
        ordering = ["team__name"]

    def __str__(self):
        return f"{self.team}: {self.get_way_display().partition(':')[0].lower()}"

    @property
    def is_on(self) -> bool:
        return self.way != self.Way.NOBODY


class Workload(models.Model):
    """How much, and what, one teammate is given; without one they are as their teams say."""

    teammate = models.OneToOneField(Teammate, on_delete=models.CASCADE, related_name="workload")
    capacity = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(CAPACITY_MAX)],
        help_text="Conversations at once; empty: as the team says; 0: is given nothing.",
    )
    tags = models.ManyToManyField(
        Tag,
        blank=True,
        related_name="+",
        verbose_name="topics",
        help_text="Tags whose conversations they are good at.",
    )
    languages = ArrayField(
        models.CharField(max_length=8),
        default=list,
        blank=True,
        help_text="Languages they answer in, such as en, de, ro, with commas between.",
    )
    is_narrow = models.BooleanField(
        "only these topics and languages",
        default=False,
        help_text="For who is new: nothing else is given to them.",
    )
    ramp_from = models.DateField(
        "begins on", null=True, blank=True, help_text="The first day of a small load that grows."
    )
    ramp_days = models.PositiveSmallIntegerField(
        "full load after (days)",
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )
    ramp_first = models.PositiveSmallIntegerField(
        "load of the first day", default=1, validators=[MaxValueValidator(CAPACITY_MAX)]
    )

    class Meta:
        ordering = ["teammate__name"]

    def __str__(self):
        return f"Workload of {self.teammate}"


class Turn(models.Model):
    """When a team last gave something to a teammate: whose turn it is."""

    sharing = models.ForeignKey(
        Sharing, on_delete=models.CASCADE, related_name="turns", db_index=False
    )
    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="+")
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sharing", "teammate"], name="routing_turn_once"),
        ]

    def __str__(self):
        return f"{self.teammate_id} in {self.sharing_id}"
