from django.db import models
from django.db.models.functions import Lower, Now

from ground.web.ids import PublicIdField
from inbox.models import Conversation
from people.models import Tag, Team, Teammate
from routing.models.results import Results


class Rule(Results):
    """What becomes of a conversation of which a condition holds.

    Rules are asked in the order of `position`. The first that holds is the last, unless it goes on.
    `version` counts what a rule has said; each is kept as a `RuleEdition`. One by time is asked
    once in each wait, or silence (`since`), `after_minutes` after that began.
    """

    class Moment(models.TextChoices):
        BEGINS = "begins", "A conversation begins"
        WRITES = "writes", "The customer writes on"
        PASSES = "passes", "Time passes"

    class Since(models.TextChoices):
        WAITING = "waiting", "the customer waits for an answer"
        UNASSIGNED = "unassigned", "nobody has it"
        SILENT = "silent", "the customer has not answered"

    class Counts(models.TextChoices):
        WALL = "wall", "around the clock"
        OFFICE = "office", "in office hours"

    class ForVips(models.TextChoices):
        SAME = "same", "as everybody"
        OWNER = "owner", "a named owner first"
        FAST = "fast", "the fast lane"

    public_id = PublicIdField(prefix="rule")
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField("on", default=True)
    moment = models.CharField(max_length=10, choices=Moment, default=Moment.BEGINS)
    since = models.CharField(max_length=10, choices=Since, blank=True, db_default="", default="")
    after_minutes = models.PositiveIntegerField(null=True, blank=True)
    counts = models.CharField(
        max_length=10, choices=Counts, default=Counts.WALL, db_default=Counts.WALL
    )
    passes_from = models.DateTimeField(
        null=True, editable=False, help_text="What was over before then is left alone."
    )
    condition = models.JSONField()
    goes_on = models.BooleanField("and go on", default=False)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="rules"
    )
    teammate = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.PROTECT, related_name="rules"
    )
    priority = models.PositiveSmallIntegerField(
        choices=Conversation.Priority, null=True, blank=True
    )
    tags = models.ManyToManyField(Tag, related_name="rules", blank=True)
    people_only = models.BooleanField(default=False)
    for_vips = models.CharField(max_length=10, choices=ForVips, default=ForVips.SAME)
    vip_owner = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.PROTECT, related_name="vip_rules"
    )
    says = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text="What the customer is told, by language.",
    )
    closes = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    broken = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Why it is passed over."
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    # The public ids of its tags, where all rules are read at once.
    tag_names: tuple[str, ...] | None = None
    # Whom it tells: (public id, name, whether they are active).
    told: tuple[tuple[str, str, bool], ...] | None = None

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="routing_rule_name_once"),
        ]

    def __str__(self):
        return self.name
