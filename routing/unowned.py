"""What nobody has, in the order in which it is given: who waits is measured by their own pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    FloatField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least

from inbox.models import Conversation
from routing import ways
from routing.models import Sharing
from routing.pace import DEFAULTS, ORDER_MOST, OTHERWISE
from routing.spans import in_words

# So many of what waits are looked at for one that somebody can take.
LOOKED_AT = 200


@dataclass(frozen=True)
class Waiting:
    """A conversation by its public id, with what its place depends on. `waited` is None where
    nobody waits for us; `own` is the customer's pace, None where it is not known yet."""

    name: str
    waited: timedelta | None
    own: timedelta | None

    @property
    def pace_seconds(self) -> int | None:
        return None if self.own is None else round(self.own.total_seconds())

    @property
    def says(self) -> str:
        """Why it came when it did, as a sentence; "" where nobody waited."""
        if self.waited is None:
            return ""
        waited = f"The customer had waited {in_words(self.waited)}"
        if self.own is None:
            return f"{waited}; how quickly they write is not known yet."
        return f"{waited}, and usually takes {in_words(self.own)} to write again."


def unowned() -> QuerySet[Conversation]:
    """What is open and nobody's, unless a bot is speaking there."""
    rows: QuerySet[Conversation] = Conversation.objects.open().unassigned()
    return rows.exclude(holder=Conversation.Holder.BOT)


def waiting_for(sharing: Sharing, now: datetime) -> list[Waiting]:
    """What waits in a team: the most urgent first, of these whose customers have waited longest by
    their own pace, as `routing.pace.pressing` says; of equals the oldest."""
    since = Coalesce("waiting_since", "last_message_at")
    elapsed = ExpressionWrapper(
        Value(now, output_field=DateTimeField()) - since, output_field=DurationField()
    )
    rows = ways.shared_by(sharing, unowned()).annotate(
        preferred=FilteredRelation("bindings", condition=Q(bindings__is_preferred=True)),
    )
    pressing = ExpressionWrapper(elapsed / measure(), output_field=DurationField())
    first = rows.order_by(F("priority").desc(), pressing.desc(), since, "pk")
    found = first.values_list("public_id", "waiting_since", "pace__seconds")[:LOOKED_AT]
    return [
        Waiting(
            name,
            None if waiting is None else max(timedelta(), now - waiting),
            None if seconds is None else timedelta(seconds=seconds),
        )
        for name, waiting, seconds in found
    ]


def measure() -> Case:
    """The seconds in which a wait is measured: the customer's own pace, else that of the kind of
    the channel. Where nobody waits for us, the longest."""
    longest = Value(ORDER_MOST.total_seconds())
    usual = Case(
        *(
            When(preferred__line__kind=kind, then=Value(span.total_seconds()))
            for kind, span in DEFAULTS.items()
        ),
        default=Value(OTHERWISE.total_seconds()),
        output_field=FloatField(),
    )
    own = Least(Coalesce(Cast("pace__seconds", FloatField()), usual), longest)
    return Case(When(waiting_since=None, then=longest), default=own, output_field=FloatField())
