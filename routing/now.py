"""Who is there and what they have at this moment, team by team: what leads look at."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.db.models.functions import Coalesce

from inbox.models import Conversation
from people.models import Team, Teammate
from routing.choose import Candidate, Wanted, Way, verdict
from routing.crew import crew_of, people_of
from routing.models import Sharing

WAITING_MAX = 99
STATES = {
    "": "Has room",
    "full": "Full",
    "away": "Away",
    "not_in": "No inbox open",
    "outside_hours": "Outside their hours",
    "deactivated": "Deactivated",
    "not_allowed": "May not reply",
    "narrow": "Own topics only",
}


@dataclass(frozen=True)
class Mate:
    """`state` is what speaks against giving them one more, "" for nothing; `says` is its name."""

    candidate: Candidate
    state: str
    says: str

    @property
    def percent(self) -> int:
        """How much of their capacity is taken, at most 100."""
        if self.candidate.capacity <= 0:
            return 100
        return min(100, round(100 * self.candidate.load / self.candidate.capacity))


@dataclass(frozen=True)
class TeamNow:
    """`waiting` counts what nobody has, up to one more than WAITING_MAX; `since` is the oldest."""

    sharing: Sharing
    mates: list[Mate]
    waiting: int
    since: datetime | None


def teams_now(now: datetime, viewer: Teammate) -> list[TeamNow]:
    """Every team that shares out and that the viewer may see, by name."""
    rows = Sharing.objects.at_work().select_related("team")
    rows = rows.filter(team__in=Team.objects.visible_to(viewer))
    return [team_now(sharing, now) for sharing in rows.order_by("team__name")]


def team_now(sharing: Sharing, now: datetime) -> TeamNow:
    crew = crew_of(sharing, people_of(sharing.team), now)
    found = [mate_now(each, crew.way) for each in crew.candidates()]
    found.sort(key=lambda mate: bool(mate.state))
    work = Conversation.objects.open().unassigned().of_team(sharing.team)
    first = list(work.order_by()[: WAITING_MAX + 1].values_list("pk", flat=True))
    since = Conversation.objects.filter(pk__in=first).aggregate(
        since=Min(Coalesce("waiting_since", "last_message_at"))
    )["since"]
    return TeamNow(sharing, found, len(first), since)


def mate_now(candidate: Candidate, way: Way) -> Mate:
    found = verdict(candidate, Wanted(1.0), way)
    return Mate(candidate, found.refused, STATES.get(found.refused, found.says))
