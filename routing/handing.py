"""How often a conversation was handed on, and how often its customer had to tell it again.

Pure: what happened in a conversation goes in, in order; two counts come out.

- **Handed on** is what moves from one team to another, or from one person to another; also with
  nobody in between, and whoever did it. What comes out of triage was sorted, not handed on: that is
  what triage is for. To be given to somebody of the team it lies with is no move either.
- **Told again** is what goes to a person who has not answered yet, after somebody else had.

    nobody → Orders → Ada (Orders)                          0 times
    Triage → Orders → Billing                               1: Orders → Billing
    Ada → nobody → Ben                                      1: Ada → Ben
    Ada → Ben in another team, at once                      1
    Ada, who answers → Ben                                  1, and told again once
    Ada, who answers → Ben, who does not → Ada              2, and told again once
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Given:
    """It was given to a team, a person, or both: their ids, "" for nobody, None for what stayed."""

    team: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Answered:
    """A person answered the customer."""

    person: str


@dataclass(frozen=True)
class Handed:
    moves: int = 0
    asked_again: int = 0


def handed(events: Iterable[Given | Answered], triage: str = "") -> Handed:
    """The counts of what happened since a conversation began, or began anew; see above."""
    team = person = ""
    answered: set[str] = set()
    moves = asked_again = 0
    for event in events:
        if isinstance(event, Answered):
            answered.add(event.person)
            continue
        is_other_team = bool(event.team and team and event.team != team)
        is_other_person = bool(event.person and person and event.person != person)
        if is_other_person or (is_other_team and team != triage):
            moves += 1
        if event.person and answered and event.person not in answered and event.person != person:
            asked_again += 1
        team, person = event.team or team, event.person or person
    return Handed(moves, asked_again)
