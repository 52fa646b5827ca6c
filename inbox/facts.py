"""What conditions may ask about conversations, and the way to their contacts."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left
from django.db.models.lookups import Exact, GreaterThanOrEqual, IsNull, LessThanOrEqual

from ground.conditions import (
    Cost,
    Fact,
    FactType,
    Reach,
    Relation,
    Rows,
    json_value,
    register,
    register_relation,
)
from ground.hours import calendars
from ground.meaning import LANGUAGES
from inbox import moods
from inbox.beginnings import beginning_of
from inbox.models import Binding, Conversation, Line, Message, Tagging
from people.facts import tag_choices, tag_names
from people.models import Team, Teammate

# In the place of a teammate: whoever looks. `inbox.asking` puts their id there.
ME = "me"


# Of all that a customer has said in a conversation, so much is searched: the newest.
SAID_MAX = 8_000

# Parts of others stand in no list, whatever is asked for.
STATUSES = [each for each in Conversation.Status.choices if each[0] != Conversation.Status.MERGED]


def column(name: str, label: str, type_: FactType, **more: Any) -> None:
    """A fact that is a column of a conversation, called the same."""
    field = name.partition(".")[2]
    register(
        Fact(name, label, type_, "conversation", lambda row: getattr(row, field), field, **more)
    )


def priority(reach: Reach) -> Case:
    """The number in the column as the word that people choose."""
    cases = (
        When(Exact(reach.field("priority"), each.value), then=Value(each.word))
        for each in Conversation.Priority
    )
    return Case(*cases, output_field=CharField())


def in_office_hours(conversation: Conversation, now: datetime) -> bool:
    """Whether the team that it lies with, else the house, works then."""
    hours = conversation.team.office_hours_id if conversation.team else None
    return calendars.read().of(hours).is_open(now)


def office_hours_now(reach: Reach, now: datetime) -> Case:
    """The same as SQL: the hours are few, and who works by which is a column."""
    found, hours = calendars.read(), f"{reach.prefix}team__office_hours"
    working = [key for key, calendar in found.by_key.items() if calendar.is_open(now)]
    return Case(
        When(**{f"{hours}__isnull": True}, then=Value(found.default.is_open(now))),
        When(**{f"{hours}__in": working}, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def tags(reach: Reach) -> Rows:
    return Rows(Tagging.objects.filter(conversation=reach.outer("pk")), "tag__public_id")


def teammates() -> list[tuple[str, str]]:
    rows = Teammate.objects.order_by("-is_active", "name")
    known = rows.values_list("public_id", "name", "is_active")
    named = [(key, name if is_active else f"{name} (left)") for key, name, is_active in known]
    return [(ME, "me"), *named]


def teams() -> list[tuple[str, str]]:
    """All of them: who asks for a reader gives that reader's own instead."""
    return list(Team.objects.values_list("public_id", "name"))


def channels() -> list[tuple[str, str]]:
    kinds = Line.objects.order_by("kind").values_list("kind", flat=True).distinct()
    return [(kind, kind.capitalize()) for kind in kinds]


def channel_of(conversation: Conversation) -> str | None:
    preferred = conversation.bindings.filter(is_preferred=True)
    return preferred.values_list("line__kind", flat=True).first()


def channel(reach: Reach) -> Subquery:
    preferred = Binding.objects.filter(conversation=reach.outer("pk"), is_preferred=True)
    return Subquery(preferred.values("line__kind")[:1])


def first_words_of(conversation: Conversation) -> str | None:
    if began := beginning_of(conversation):
        return began[0].body_text
    return conversation.messages.filter(public_seq=1).values_list("body_text", flat=True).first()


def first_words(reach: Reach) -> Coalesce:
    first = Message.objects.filter(conversation=reach.outer("pk"), public_seq=1)
    began = Message.objects.filter(
        conversation__splits__made=reach.outer("pk"),
        conversation__splits__made__contact=F("conversation__contact"),
        seq=F("conversation__splits__first_seq"),
    )
    return Coalesce(
        Subquery(began.values("body_text")[:1]), Subquery(first.values("body_text")[:1])
    )


def said_in(conversation: Conversation) -> str:
    messages = conversation.messages.public().filter(author_type=Message.Author.CONTACT)
    texts = messages.order_by("-seq").values_list("body_text", flat=True)
    return "\n".join(texts)[:SAID_MAX]


def said(reach: Reach) -> Subquery:
    messages = Message.objects.public().filter(
        conversation=reach.outer("pk"), author_type=Message.Author.CONTACT
    )
    joined = StringAgg("body_text", "\n", order_by="-seq")
    return Subquery(messages.values("conversation").values(text=Left(joined, SAID_MAX)))


def mood(reach: Reach) -> Case:
    """The number in the column as the word that people choose."""
    sentiment = reach.field("sentiment")
    return Case(
        When(IsNull(sentiment, True), then=Value(None)),
        When(LessThanOrEqual(sentiment, moods.UPSET_BELOW), then=Value(moods.UPSET)),
        When(GreaterThanOrEqual(sentiment, moods.CONTENT_ABOVE), then=Value(moods.CONTENT)),
        default=Value(moods.NEUTRAL),
        output_field=CharField(),
    )


NO_HISTORY = [Conversation.Status.SPAM, Conversation.Status.MERGED]


def earlier_of(conversation: Conversation) -> QuerySet[Conversation]:
    """What the same contact began before, the latest first."""
    rows = Conversation.objects.filter(contact=conversation.contact_id, pk__lt=conversation.pk)
    return rows.exclude(status__in=NO_HISTORY).order_by("-pk")


def earlier(reach: Reach) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(contact=reach.outer("contact"), pk__lt=reach.outer("pk"))
    return rows.exclude(status__in=NO_HISTORY).order_by("-pk")


def earlier_count(reach: Reach) -> Coalesce:
    counted = earlier(reach).order_by().values("contact").values(count=Count("pk"))
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def history(name: str, label: str, type_: FactType, field: str, *, is_known: bool = False) -> None:
    """A column of the contact's conversation before this one: of the latest in which it is
    `is_known`, or simply of the latest."""
    known = {f"{field}__isnull": False} if is_known else {}
    register(
        Fact(
            name,
            label,
            type_,
            "conversation",
            lambda row: earlier_of(row).filter(**known).values_list(field, flat=True).first(),
            lambda reach: Subquery(earlier(reach).filter(**known).values(field)[:1]),
            cost=Cost.QUERY,
        )
    )


column("conversation.status", "Status", FactType.CHOICE, choices=STATUSES)
column("conversation.holder", "Held by", FactType.CHOICE, choices=Conversation.Holder.choices)
column("conversation.rating", "Rating", FactType.NUMBER)
register(
    Fact(
        "conversation.assignee",
        "Assignee",
        FactType.CHOICE,
        "conversation",
        lambda conversation: conversation.assignee.public_id if conversation.assignee else None,
        "assignee__public_id",
        choices=teammates,
        phrases={"is_known": "is somebody", "is_unknown": "is nobody"},
    )
)
register(
    Fact(
        "conversation.team",
        "Team",
        FactType.CHOICE,
        "conversation",
        lambda conversation: conversation.team.public_id if conversation.team else None,
        "team__public_id",
        choices=teams,
        phrases={"is_known": "is some team", "is_unknown": "is none"},
    )
)
register(
    Fact(
        "conversation.channel",
        "Channel",
        FactType.CHOICE,
        "conversation",
        channel_of,
        channel,
        cost=Cost.QUERY,
        choices=channels,
    )
)
register(
    Fact(
        "conversation.first_words",
        "First message",
        FactType.TEXT,
        "conversation",
        first_words_of,
        first_words,
        cost=Cost.QUERY,
    )
)
register(
    Fact(
        "conversation.said",
        "Anything the customer wrote",
        FactType.TEXT,
        "conversation",
        said_in,
        said,
        cost=Cost.QUERY,
    )
)
register(
    Fact(
        "conversation.sentiment",
        "Mood",
        FactType.CHOICE,
        "conversation",
        lambda conversation: conversation.mood,
        mood,
        choices=Conversation.Mood.choices,
    )
)
register(
    Fact(
        "conversation.sentiment_score",
        "Mood from -1 (upset) to 1 (content)",
        FactType.NUMBER,
        "conversation",
        lambda conversation: conversation.sentiment,
        "sentiment",
    )
)
column("conversation.language", "Writes in", FactType.CHOICE, choices=tuple(LANGUAGES.items()))
register(
    Fact(
        "conversation.earlier",
        "Earlier conversations",
        FactType.NUMBER,
        "conversation",
        lambda conversation: earlier_of(conversation).count(),
        earlier_count,
        cost=Cost.QUERY,
    )
)
history(
    "conversation.earlier_at",
    "Last conversation before",
    FactType.DATETIME,
    "last_message_at",
)
history(
    "conversation.earlier_rating",
    "Last rating before",
    FactType.NUMBER,
    "rating",
    is_known=True,
)
register(
    Fact(
        "conversation.page",
        "Began on the page",
        FactType.TEXT,
        "conversation",
        lambda conversation: conversation.page.get("url"),
        lambda reach: json_value(reach.field("page"), "url", FactType.TEXT),
    )
)
column("conversation.contact_unread", "Unread by the customer", FactType.NUMBER)
column("conversation.snoozed_until", "Snoozed until", FactType.DATETIME)
column("conversation.closed_at", "Closed", FactType.DATETIME)
column("conversation.created_at", "Started", FactType.DATETIME)
column("conversation.last_message_at", "Last message", FactType.DATETIME)
column("conversation.waiting_since", "Waiting since", FactType.DATETIME)
column("conversation.due_at", "Due", FactType.DATETIME)
register(
    Fact(
        "conversation.in_office_hours",
        "Within office hours",
        FactType.BOOLEAN,
        "conversation",
        in_office_hours,
        office_hours_now,
        cost=Cost.QUERY,
        is_timed=True,
    )
)
register(
    Fact(
        "conversation.priority",
        "Priority",
        FactType.CHOICE,
        "conversation",
        lambda conversation: conversation.priority_word,
        priority,
        choices=Conversation.Priority.words(),
    )
)
register(
    Fact(
        "conversation.tags",
        "Tags",
        FactType.LIST,
        "conversation",
        lambda conversation: [tag["id"] for tag in conversation.shown_tags],
        tags,
        cost=Cost.QUERY,
        choices=tag_choices,
        suggestions=tag_names,
    )
)
register_relation(
    Relation("conversation", "contact", lambda conversation: conversation.contact, "contact")
)
