"""Who gets a conversation, and why nobody else does: data in, data out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

NOBODY, ROUND_ROBIN, BALANCED = "nobody", "round_robin", "balanced"
IGNORED, PREFERRED, REQUIRED = "ignored", "preferred", "required"


@dataclass(frozen=True)
class Candidate:
    """A teammate of the team, as they are at this moment. `load` and `capacity` are in places;
    `is_in` is whether they have an inbox open, None when nobody knows."""

    id: str
    name: str
    load: float
    capacity: float
    is_active: bool = True
    may_reply: bool = True
    is_away: bool = False
    is_in: bool | None = True
    is_in_hours: bool = True
    skills: frozenset[str] = frozenset()
    is_narrow: bool = False
    has_given_back: bool = False
    is_previous_owner: bool = False
    last_given_at: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """What a conversation asks of whoever gets it: places, and skills that somebody in the team
    has, by name -> how they are called."""

    weight: float
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Way:
    """How a team shares out."""

    way: str
    needs_presence: bool = True
    previous_owner_first: bool = True
    skills: str = PREFERRED


@dataclass(frozen=True)
class Verdict:
    """What speaks against a candidate: a word for machines and one for people; "" for nothing."""

    candidate: Candidate
    refused: str = ""
    says: str = ""


@dataclass(frozen=True)
class Choice:
    """Who was chosen, None for nobody, and why; what was found of each, the best first."""

    chosen: Candidate | None
    why: str
    verdicts: tuple[Verdict, ...]


def choose(candidates: Sequence[Candidate], wanted: Wanted, way: Way) -> Choice:
    """The one of the candidates who is to get it."""
    verdicts = [verdict(each, wanted, way) for each in candidates]
    able = [each.candidate for each in verdicts if not each.refused]
    order = {
        each.id: place
        for place, each in enumerate(sorted(able, key=lambda one: rank(one, wanted, way)))
    }
    verdicts.sort(key=lambda each: (order.get(each.candidate.id, len(order)), each.candidate.name))
    if not able:
        return Choice(None, nobody_because(verdicts), tuple(verdicts))
    best = verdicts[0].candidate
    return Choice(best, reason(best, wanted, way), tuple(verdicts))


def is_anybody_free(candidates: Sequence[Candidate], way: Way) -> bool:
    """Whether anything at all could be given to anybody: half a place is the least it takes."""
    return any(not verdict(each, Wanted(0.5, each.skills), way).refused for each in candidates)


def verdict(candidate: Candidate, wanted: Wanted, way: Way) -> Verdict:
    """What speaks against one of them, the weightiest first."""
    refused, says = objection(candidate, wanted, way)
    return Verdict(candidate, refused, says)


def objection(candidate: Candidate, wanted: Wanted, way: Way) -> tuple[str, str]:
    if not candidate.is_active:
        return "deactivated", "is deactivated"
    if not candidate.may_reply:
        return "not_allowed", "may not reply to customers"
    if candidate.is_away:
        return "away", "is away"
    if not candidate.is_in_hours:
        return "outside_hours", "is outside their hours"
    if way.needs_presence and candidate.is_in is False:
        return "not_in", "has no inbox open"
    if candidate.has_given_back:
        return "gave_back", "gave it back"
    missing = wanted.skills - candidate.skills
    if missing and (way.skills == REQUIRED or (candidate.is_narrow and way.skills != IGNORED)):
        return "skills", "does not have the skill"
    if candidate.is_narrow and not wanted.skills:
        return "narrow", "is given only what their skills are for"
    # What asks for more than somebody ever has is still given to who has nothing else.
    needed = min(wanted.weight, candidate.capacity)
    if candidate.capacity <= 0 or candidate.load + needed > candidate.capacity:
        return "full", f"has {places(candidate)}, it takes {number(wanted.weight)}"
    return "", ""


def rank(candidate: Candidate, wanted: Wanted, way: Way) -> tuple[float | bool | str, ...]:
    """The least comes first: the previous owner, the most of the skills, the way of the team, who
    got nothing for the longest."""
    has_had = candidate.last_given_at is not None
    given = candidate.last_given_at.timestamp() if candidate.last_given_at else 0.0
    share = candidate.load / candidate.capacity if way.way == BALANCED else 0.0
    lacking = 0 if way.skills == IGNORED else len(wanted.skills - candidate.skills)
    is_first = way.previous_owner_first and candidate.is_previous_owner
    return (not is_first, lacking, share, has_had, given, candidate.id)


def reason(best: Candidate, wanted: Wanted, way: Way) -> str:
    if way.previous_owner_first and best.is_previous_owner:
        return "had this customer's last conversation"
    skilled = "has the skill, and " if wanted.skills and wanted.skills <= best.skills else ""
    if way.way == BALANCED:
        return f"{skilled}has the most room: {places(best)}"
    return f"{skilled}was given nothing for the longest"


def nobody_because(verdicts: Sequence[Verdict]) -> str:
    """In one sentence why it waits."""
    kinds = {each.refused for each in verdicts}
    if not kinds:
        return "Nobody is in the team."
    if kinds <= {"away", "not_in", "outside_hours", "deactivated", "not_allowed"}:
        return "Nobody who may answer is there."
    if "full" in kinds and kinds <= {"full", "away", "not_in", "outside_hours", "deactivated"}:
        return "Whoever is there has as much as they can do."
    return "Nobody who is there can take it."


def places(candidate: Candidate) -> str:
    return f"{number(candidate.load)} of {number(candidate.capacity)}"


def number(places: float) -> str:
    """Whole places without a fraction: 3, 2.5."""
    return f"{places:g}"
