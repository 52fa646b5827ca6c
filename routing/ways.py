"""How each conversation of a team is shared out: as the team does, or as a rule has said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, QuerySet

from inbox.models import Conversation
from routing.choose import BALANCED, NOBODY, ROUND_ROBIN, Way
from routing.crew import Crew
from routing.models import Handling, Sharing

GIVING = (ROUND_ROBIN, BALANCED)


@dataclass(frozen=True)
class WayOfOne:
    """The way for one conversation; `rule` is the public id of the one that said so, if any did."""

    way: Way
    rule: str = ""

    @property
    def is_nobodys(self) -> bool:
        return self.way.way == NOBODY


def way_of(conversation: Conversation, crew: Crew) -> WayOfOne:
    """What a rule said holds for as long as the conversation lies with the team of then."""
    said = Handling.objects.filter(conversation=conversation, team=conversation.team_id)
    row = said.exclude(sharing="").first()
    if row is None:
        return WayOfOne(crew.way)
    return WayOfOne(replace(crew.way, way=row.sharing), row.sharing_rule)


def shared_by(sharing: Sharing, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Those of a team's conversations among these that somebody is to be given."""
    theirs = rows.filter(team=sharing.team_id)
    said = Handling.objects.filter(conversation=OuterRef("pk"), team=sharing.team_id)
    if sharing.is_on:
        return theirs.exclude(Exists(said.filter(sharing=NOBODY)))
    return theirs.filter(Exists(said.filter(sharing__in=GIVING)))
