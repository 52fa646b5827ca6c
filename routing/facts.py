"""What conditions may ask that routing knows."""

from django.db.models import FloatField, Subquery
from django.db.models.functions import Cast

from ground.conditions import Cost, Fact, FactType, Reach, register
from inbox.models import Conversation
from routing.models import Pace

MINUTES = Cast("seconds", FloatField()) / 60.0


def pace_of(conversation: Conversation) -> float | None:
    """In minutes."""
    kept = Pace.objects.filter(conversation=conversation.pk)
    return kept.annotate(minutes=MINUTES).values_list("minutes", flat=True).first()


def pace(reach: Reach) -> Subquery:
    kept = Pace.objects.filter(conversation=reach.outer("pk"))
    return Subquery(kept.annotate(minutes=MINUTES).values("minutes")[:1])


register(
    Fact(
        "conversation.pace",
        "Minutes until the customer usually writes again",
        FactType.NUMBER,
        "conversation",
        pace_of,
        pace,
        cost=Cost.QUERY,
    )
)
