"""Who is asked beside a conversation, and takes part in what is said there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ground.web.problems import Invalid, StateConflict
from inbox.actions import mentioning
from inbox.models import Conversation, SideConversation, SideParticipant
from people.models import Team, Teammate
from people.models.teammate import Capability

ASKED_LENGTH = 200
PARTICIPANTS_MAX = 30


@dataclass(frozen=True)
class Whom:
    """Those who are asked, or have come to it."""

    teammates: Sequence[Teammate] = ()
    teams: Sequence[Team] = ()

    def __bool__(self) -> bool:
        return bool(self.teammates or self.teams)

    def __len__(self) -> int:
        return len(self.teammates) + len(self.teams)

    @property
    def names(self) -> str:
        return listed([str(each) for each in (*self.teams, *self.teammates)])

    @property
    def as_journaled(self) -> dict[str, list[str]]:
        return {
            "teammates": [each.public_id for each in self.teammates],
            "teams": [each.public_id for each in self.teams],
        }


def others(whom: Whom, by: Teammate) -> Whom:
    """Nobody asks themselves."""
    return Whom(tuple(mate for mate in whom.teammates if mate != by), tuple(whom.teams))


def check_whom(whom: Whom, conversation: Conversation) -> None:
    """Raises Invalid with a sentence about each who could not see or not answer it."""
    seeing = Teammate.objects.seeing(conversation.team).select_related("role")
    there = {mate.pk: mate for mate in seeing.filter(pk__in=[each.pk for each in whom.teammates])}
    faults = []
    for mate in whom.teammates:
        if not mate.is_active:
            faults.append(f"{mate} is deactivated.")
        elif mate.pk not in there:
            faults.append(f"{mate} may not see this conversation.")
        elif not there[mate.pk].can(Capability.NOTE):
            faults.append(f"{mate} may read, but not answer.")
    reached = mentioning.members_of(whom.teams, Teammate.objects.seeing(conversation.team))
    faults += [
        f"Nobody in {team} may see this conversation." for team in whom.teams if team not in reached
    ]
    if faults:
        raise Invalid(errors={"whom": faults})


def add(side: SideConversation, whom: Whom) -> Whom:
    """Has them take part; returns those who did not before. Raises StateConflict when there are
    too many."""
    if not whom:
        return Whom()
    rows = list(SideParticipant.objects.filter(side=side))
    mates = {row.teammate_id for row in rows if row.teammate_id}
    teams = {row.team_id for row in rows if row.team_id}
    new = Whom(
        tuple(mate for mate in dict.fromkeys(whom.teammates) if mate.pk not in mates),
        tuple(team for team in dict.fromkeys(whom.teams) if team.pk not in teams),
    )
    if len(rows) + len(new) > PARTICIPANTS_MAX:
        raise StateConflict(f"At most {PARTICIPANTS_MAX} people and teams take part.")
    SideParticipant.objects.bulk_create(
        [
            *(SideParticipant(side=side, teammate=mate) for mate in new.teammates),
            *(SideParticipant(side=side, team=team) for team in new.teams),
        ]
    )
    return new


def takes_part(side: SideConversation, whom: Whom) -> bool:
    rows = SideParticipant.objects.filter(side=side)
    mates: Collection[int | None] = set(rows.values_list("teammate_id", flat=True))
    teams: Collection[int | None] = set(rows.values_list("team_id", flat=True))
    return all(each.pk in mates for each in whom.teammates) and all(
        each.pk in teams for each in whom.teams
    )


def listed(names: Sequence[str]) -> str:
    """Names with commas between, as many of them as there is room for, each one whole."""
    kept = list(names)
    while len(text := ", ".join(kept)) > ASKED_LENGTH:
        kept.pop()
    return text
