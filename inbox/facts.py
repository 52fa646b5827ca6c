"""What conditions may ask about conversations, and the way to their contacts."""

from typing import Any

from ground.conditions import Fact, FactType, Relation, register, register_relation
from inbox.models import Conversation


def column(name: str, label: str, type_: FactType, **more: Any) -> None:
    """A fact that is a column of a conversation, called the same."""
    field = name.partition(".")[2]
    register(
        Fact(name, label, type_, "conversation", lambda row: getattr(row, field), field, **more)
    )


column("conversation.status", "Status", FactType.CHOICE, choices=Conversation.Status.choices)
column("conversation.holder", "Held by", FactType.CHOICE, choices=Conversation.Holder.choices)
column("conversation.rating", "Rating", FactType.NUMBER)
column("conversation.created_at", "Started", FactType.DATETIME)
column("conversation.last_message_at", "Last message", FactType.DATETIME)
column("conversation.waiting_since", "Waiting since", FactType.DATETIME)
register_relation(
    Relation("conversation", "contact", lambda conversation: conversation.contact, "contact")
)
