from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox import moods
from inbox.querysets import ConversationQuerySet
from people.models import Contact, Tag, Team, Teammate


class Conversation(models.Model):
    """One thread with one contact, whatever lines it runs over.

    `last_seq` counts everything in the thread and orders it for teammates; `public_seq` counts
    only what the contact may see. Both are dense and move under this row's lock, as does
    `contact_version`: whatever changes of what the contact is shown moves it, so that of two
    tellings the later is known, in whatever order they arrive. The columns from
    `preview` on repeat the newest message so that a list is read from this table alone.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        SNOOZED = "snoozed", "Snoozed"
        CLOSED = "closed", "Closed"
        SPAM = "spam", "Spam"
        MERGED = "merged", "Merged"

    class Holder(models.TextChoices):
        NOBODY = "nobody", "Nobody"
        BOT = "bot", "Bot"
        PEOPLE = "people", "People"

    class Priority(models.IntegerChoices):
        LOW = 0, "Low"
        NORMAL = 1, "Normal"
        HIGH = 2, "High"
        URGENT = 3, "Urgent"

        @property
        def word(self) -> str:
            """What forms, conditions and the API call it."""
            return self.name.lower()

        @classmethod
        def words(cls) -> list[tuple[str, str]]:
            return [(each.word, each.label) for each in cls]

        @classmethod
        def of(cls, word: str) -> "Conversation.Priority":
            return cls[word.upper()]

    class Mood(models.TextChoices):
        UPSET = "upset", "Upset"
        NEUTRAL = "neutral", "Neutral"
        CONTENT = "content", "Content"

    class Due(models.TextChoices):
        FIRST = "first", "First answer"
        NEXT = "next", "Next answer"
        RESOLUTION = "resolution", "Resolution"

    public_id = PublicIdField(prefix="cv")
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="conversations", db_index=False
    )
    client_id = models.UUIDField(null=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    assignee = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="conversations"
    )
    handed_by = models.CharField(
        max_length=200,
        blank=True,
        db_default="",
        help_text="Who gave it to the assignee, unless they took it themselves.",
    )
    handed_at = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=10, choices=Holder, default=Holder.NOBODY)
    priority = models.PositiveSmallIntegerField(
        choices=Priority, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    tags = models.ManyToManyField(
        Tag, through="inbox.Tagging", related_name="conversations", blank=True
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    page = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="parts",
        db_index=False,
        help_text="The conversation of the same contact of which this has become a part.",
    )
    has_been_merged = models.BooleanField(
        default=False,
        db_default=False,
        help_text="It was merged, or another into it: what was sent to it may be stored there.",
    )
    is_split_off = models.BooleanField(
        default=False,
        db_default=False,
        help_text="It was begun with messages of another conversation.",
    )
    last_seq = models.BigIntegerField(default=0)
    public_seq = models.BigIntegerField(default=0)
    contact_version = models.BigIntegerField(default=0, db_default=0)
    contact_read_seq = models.BigIntegerField(default=0)
    contact_unread = models.PositiveIntegerField(default=0)
    team_read_seq = models.BigIntegerField(default=0)
    contact_wrote_seq = models.BigIntegerField(default=0)
    contact_name = models.CharField(max_length=200, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    preview_author_type = models.CharField(max_length=10, blank=True)
    preview_author_name = models.CharField(max_length=200, blank=True)
    rating = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The contact's latest score, 1 to 5."
    )
    sentiment = models.FloatField(
        null=True,
        blank=True,
        help_text="How the contact feels by what they wrote, from -1 (upset) to 1 (content).",
    )
    language = models.CharField(
        max_length=8,
        blank=True,
        default="",
        db_default="",
        help_text="What the contact writes in, by their messages or else by their browser.",
    )
    waiting_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When something must be done here by; past: it is late."
    )
    due_soon_at = models.DateTimeField(
        null=True, blank=True, help_text="From when on that is soon."
    )
    due_for = models.CharField(
        max_length=12, choices=Due, blank=True, db_default="", help_text="What must be done."
    )
    last_message_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())

    # Set where a conversation is locked: the binding by which it is answered.
    preferred_binding_id: int | None = None

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "client_id"], name="inbox_conversation_client_id_once"
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into=None)),
                name="inbox_conversation_merged_is_a_part",
            ),
        ]
        indexes = [
            models.Index(fields=["-last_message_at", "-id"], name="inbox_conv_all"),
            models.Index(fields=["status", "-last_message_at", "-id"], name="inbox_conv_status"),
            models.Index(
                fields=["-last_message_at", "-id"],
                name="inbox_conv_unassigned",
                condition=Q(status="open", assignee=None),
            ),
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                name="inbox_conv_assignee",
                condition=Q(status="open"),
            ),
            models.Index(
                fields=["team", "-last_message_at", "-id"],
                name="inbox_conv_team",
                condition=Q(status="open"),
            ),
            models.Index(fields=["contact", "-last_message_at", "-id"], name="inbox_conv_contact"),
            models.Index(
                fields=["waiting_since", "id"],
                name="inbox_conv_waiting",
                condition=Q(status="open", waiting_since__isnull=False),
            ),
            models.Index(
                fields=["waiting_since", "id"],
                name="inbox_conv_wait_unassigned",
                condition=Q(status="open", assignee=None, waiting_since__isnull=False),
            ),
            models.Index(
                fields=["team", "waiting_since", "id"],
                name="inbox_conv_wait_team",
                condition=Q(status="open", waiting_since__isnull=False),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="inbox_conv_late",
                condition=Q(status="open", due_at__isnull=False),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="inbox_conv_late_unassigned",
                condition=Q(status="open", assignee=None, due_at__isnull=False),
            ),
            models.Index(
                fields=["team", "due_at", "id"],
                name="inbox_conv_late_team",
                condition=Q(status="open", due_at__isnull=False),
            ),
            # Nearly all are normal: what is not would be looked for in vain.
            models.Index(
                fields=["priority", "-last_message_at", "-id"],
                name="inbox_conv_priority",
                condition=Q(priority__in=[0, 2, 3]),
            ),
            models.Index(
                fields=["snoozed_until"], name="inbox_conv_due", condition=Q(status="snoozed")
            ),
            models.Index(
                fields=["merged_into"],
                name="inbox_conv_parts",
                condition=Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.contact_name or 'Conversation'} {self.public_id}"

    @cached_property
    def followed_by(self) -> dict[int, datetime]:
        """Who follows it, by key -> since when; `with_followers` has it read with the rest."""
        return dict(self.followers.values_list("teammate_id", "created_at"))

    @cached_property
    def shown_tags(self) -> list[dict[str, str]]:
        """The tags by name, each as {"id", "name"}. Lists and locks bring them along."""
        return [tag.shown for tag in self.tags.all()]

    @cached_property
    def shown_line(self) -> dict[str, str] | None:
        """The line by which it is answered, as {"kind", "name"}. Lists and locks bring it along."""
        binding = self.bindings.filter(is_preferred=True).select_related("line").first()
        return binding.line.shown if binding else None

    def listeners(self) -> models.QuerySet[Teammate]:
        """Those who follow this and may still see it, by name."""
        followers = Teammate.objects.seeing(self.team).filter(followed__conversation=self)
        return followers.order_by("name", "pk")

    @property
    def priority_word(self) -> str:
        return self.Priority(self.priority).word

    @property
    def mood(self) -> str | None:
        return moods.mood_of(self.sentiment)

    @property
    def is_upset(self) -> bool:
        """Whether its contact is, while there is something to be done about it."""
        return self.mood == moods.UPSET and not self.is_closed and not self.is_spam

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def is_spam(self) -> bool:
        return self.status == self.Status.SPAM

    @property
    def is_merged(self) -> bool:
        return self.status == self.Status.MERGED

    @property
    def is_waiting_for_us(self) -> bool:
        return self.waiting_since is not None and not self.is_closed and not self.is_spam


class ReadMarker(models.Model):
    """How far one teammate has read one conversation, in `seq`."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="read_markers", db_index=False
    )
    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="read_markers")
    seq = models.BigIntegerField(default=0)
    is_unread = models.BooleanField(
        default=False,
        db_default=False,
        help_text="They want to see it as unread until they read on, whoever has answered.",
    )
    read_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "teammate"], name="inbox_read_marker_once"
            ),
        ]

    def __str__(self):
        return f"{self.teammate_id} read {self.conversation_id} to {self.seq}"
