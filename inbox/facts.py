"""What conditions may ask about conversations, and the way to their contacts."""

from typing import Any

from django.db.models import Case, CharField, Value, When
from django.db.models.lookups import Exact

from ground.conditions import (
    Cost,
    Fact,
    FactType,
    Reach,
    Relation,
    Rows,
    register,
    register_relation,
)
from inbox.models import Conversation, Tagging


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


def tags(reach: Reach) -> Rows:
    return Rows(Tagging.objects.filter(conversation=reach.outer("pk")), "tag__name")


column("conversation.status", "Status", FactType.CHOICE, choices=Conversation.Status.choices)
column("conversation.holder", "Held by", FactType.CHOICE, choices=Conversation.Holder.choices)
column("conversation.rating", "Rating", FactType.NUMBER)
column("conversation.created_at", "Started", FactType.DATETIME)
column("conversation.last_message_at", "Last message", FactType.DATETIME)
column("conversation.waiting_since", "Waiting since", FactType.DATETIME)
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
        lambda conversation: [tag["name"] for tag in conversation.shown_tags],
        tags,
        cost=Cost.QUERY,
    )
)
register_relation(
    Relation("conversation", "contact", lambda conversation: conversation.contact, "contact")
)
