from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.models.conversation import Conversation
from inbox.querysets import SideConversationQuerySet, SideParticipantQuerySet
from people.models import Team, Teammate


class SideConversation(models.Model):
    """A question to colleagues beside a conversation, with their answers: a small thread of its own
    that the contact never sees.

    Whoever sees the conversation sees it. `last_seq` counts its messages and moves under the
    conversation's lock. `asked` names those who were asked, as a list shows them.
    """

    public_id = PublicIdField(prefix="sd")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="sides", db_index=False
    )
    client_id = models.UUIDField(editable=False)
    opened_by = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    opened_by_name = models.CharField(max_length=200)
    subject = models.CharField(max_length=120, blank=True)
    asked = models.CharField(max_length=200)
    last_seq = models.BigIntegerField(default=0)
    preview = models.CharField(max_length=200, blank=True)
    preview_author_name = models.CharField(max_length=200, blank=True)
    last_message_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = SideConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_id"], name="inbox_side_client_id_once"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-last_message_at", "-id"], name="inbox_side_of"),
        ]

    def __str__(self):
        return self.subject or self.preview or self.public_id

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def people(self) -> models.QuerySet[Teammate]:
        """Those who take part, by themselves or in a team, and may still see it; by name."""
        direct = Q(side_participations__side=self)
        in_team = Q(memberships__team__side_participations__side=self)
        seeing = Teammate.objects.seeing(self.conversation.team)
        return seeing.filter(direct | in_team).distinct().order_by("name", "pk")


class SideMessage(models.Model):
    """What a teammate said in a side conversation."""

    public_id = PublicIdField(prefix="sm")
    side = models.ForeignKey(
        SideConversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.BigIntegerField()
    client_id = models.UUIDField()
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=200)
    body_text = models.TextField()
    body_html = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["side", "seq"], name="inbox_side_message_seq_once"),
            models.UniqueConstraint(
                fields=["side", "client_id"], name="inbox_side_message_client_id_once"
            ),
        ]

    def __str__(self):
        return f"{self.seq} by {self.author_name}"


class SideParticipant(models.Model):
    """A teammate, or a team with whoever is in it, who takes part and hears of what is said."""

    side = models.ForeignKey(
        SideConversation, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    teammate = models.ForeignKey(
        Teammate, null=True, on_delete=models.CASCADE, related_name="side_participations"
    )
    team = models.ForeignKey(
        Team, null=True, on_delete=models.CASCADE, related_name="side_participations"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = SideParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["side", "teammate"],
                condition=Q(teammate__isnull=False),
                name="inbox_side_teammate_once",
            ),
            models.UniqueConstraint(
                fields=["side", "team"],
                condition=Q(team__isnull=False),
                name="inbox_side_team_once",
            ),
            models.CheckConstraint(
                condition=Q(teammate__isnull=False, team=None)
                | Q(teammate=None, team__isnull=False),
                name="inbox_side_participant_is_one",
            ),
        ]

    def __str__(self):
        return str(self.teammate or self.team)


class SideReadMarker(models.Model):
    """How far a teammate has read a side conversation."""

    side = models.ForeignKey(
        SideConversation, on_delete=models.CASCADE, related_name="read_markers", db_index=False
    )
    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["side", "teammate"], name="inbox_side_read_once"),
        ]

    def __str__(self):
        return f"{self.teammate_id} read {self.side_id} to {self.seq}"
