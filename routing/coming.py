"""Which rules by time are asked next about a conversation, if nothing happens there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from inbox.models import Conversation
from routing import timing
from routing.models import Rule


@dataclass(frozen=True)
class Coming:
    names: str
    at: datetime


def coming_to(conversation: Conversation) -> list[Coming]:
    """In order; nothing where nobody waits or is silent by any rule."""
    times = timing.read()
    if times is None:
        return []
    anchors = timing.anchors_of(conversation, times.sinces)
    moments = timing.moments_of(conversation, times, anchors, timezone.now())
    left = timing.still_to_ask(moments, timing.asked_before(conversation)) if moments else []
    wanted = {rule for moment in left for rule in moment.rules}
    names = dict(Rule.objects.filter(public_id__in=wanted).values_list("public_id", "name"))
    return [
        Coming(", ".join(f"“{names[rule]}”" for rule in moment.rules if rule in names), moment.at)
        for moment in left
    ]
