"""What happened, in order; what must follow from it; and why automation decided as it did."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One thing that happened to one subject.

    Actor and subject are (type, public id) pairs, not foreign keys: the journal lies below every
    room and outlives the rows it speaks of. `before` and `after` hold the changed fields only, so
    that the state at any moment can be rebuilt by walking the entries.
    """

    kind = models.CharField(max_length=60)
    actor_type = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=40, blank=True)
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    cause = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="effects")
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    rows: dict = {}

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="journal_entry_subject"),
            models.Index(fields=["kind", "id"], name="journal_entry_kind"),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject_type}:{self.subject_id}"


class Reaction(models.Model):
    """Work owed because of an entry. Written with it, claimed by lease, done with its effect."""

    entry = models.ForeignKey(
        Entry, on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    name = models.CharField(max_length=100)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "name"], name="journal_reaction_once"),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="journal_reaction_owed",
                condition=models.Q(done_at=None, dead_at=None),
            ),
            models.Index(
                fields=["dead_at"],
                name="journal_reaction_dead",
                condition=models.Q(dead_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.name} after {self.entry_id}"


class Decision(models.Model):
    """What automation decided, on which facts, and what came of it: the stored answer to "why?"."""

    decider = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    explanation = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    cause = models.ForeignKey(
        Entry, null=True, on_delete=models.PROTECT, related_name="decisions_caused"
    )
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="decisions")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "id"], name="journal_decision_subject"
            ),
            models.Index(fields=["decider", "created_at"], name="journal_decision_decider"),
        ]

    def __str__(self):
        return f"{self.decider} on {self.subject_type}:{self.subject_id}"
