"""Whether the team that had a conversation, else the house, worked at a moment of the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from ground.conditions import Clause
from ground.hours.models import OfficeHours, windows_of
from ground.hours.schedule import ALWAYS, Calendar
from ground.hours.special import Days, OwnDays
from ground.journal.models import Entry
from people.models import Team
from routing.rebuilding.then import Journal, NotKnown, Then, changed_in, is_mixed

State = Mapping[str, Any]


@dataclass(frozen=True)
class Hours:
    """All office hours as they are now, and what has changed of them; by their keys."""

    states: Mapping[str, State]
    entries: list[Entry]
    # Of each team the name of its hours now, None where it has none of its own.
    of_teams: Mapping[str, str | None]


def in_office_hours(journal: Journal, then: Then, clause: Clause) -> bool:
    """By the calendar of then."""
    later = journal.of_conversation(then)
    if is_mixed(later):
        raise NotKnown
    moved = changed_in(later, "team")
    if moved is None:
        team = then.conversation.team.public_id if then.conversation.team else None
    else:
        team = moved.before.get("team")
    hours = read(journal)
    name = hours_of(journal, then, hours, team) if team else None
    return calendar(states_then(hours, then), name).is_open(then.now)


def read(journal: Journal) -> Hours:
    if read not in journal.kept:
        rows = OfficeHours.objects.prefetch_related("own_days")
        journal.kept[read] = Hours(
            {str(row.pk): row.state for row in rows},
            list(
                Entry.objects.filter(
                    kind__in=("hours.created", "hours.changed", "hours.deleted"),
                    pk__gt=journal.oldest,
                ).order_by("-id")
            ),
            dict(Team.objects.values_list("public_id", "office_hours__name")),
        )
    found: Hours = journal.kept[read]
    return found


def hours_of(journal: Journal, then: Then, hours: Hours, team: str) -> str | None:
    """The name of a team's hours at that time. Raises NotKnown for a team that is gone."""
    changed = [
        entry
        for entry in team_changes(journal).get(team, ())
        if not then.knew(entry) and "office_hours" in entry.before
    ]
    if team not in hours.of_teams:
        raise NotKnown
    name = changed[0].before["office_hours"] if changed else current_name(hours, then, team)
    return name or None


def current_name(hours: Hours, then: Then, team: str) -> str | None:
    """The name that the hours which a team has had since then were called by at that time."""
    name = hours.of_teams[team]
    renamed = [entry for entry in hours.entries if not then.knew(entry) and "name" in entry.before]
    for entry in renamed:
        if entry.after.get("name") == name:
            name = entry.before["name"]
    return name


def team_changes(journal: Journal) -> Mapping[str, list[Entry]]:
    if team_changes not in journal.kept:
        found: dict[str, list[Entry]] = {}
        entries = Entry.objects.filter(kind="team.changed", pk__gt=journal.oldest).order_by("id")
        for entry in entries:
            found.setdefault(entry.subject_id, []).append(entry)
        journal.kept[team_changes] = found
    known: Mapping[str, list[Entry]] = journal.kept[team_changes]
    return known


def states_then(hours: Hours, then: Then) -> list[State]:
    """What office hours there were. Raises NotKnown where other hours became the house's own: that
    those before them no longer were has no entry."""
    states = dict(hours.states)
    for entry in hours.entries:
        if then.knew(entry):
            continue
        if entry.kind == "hours.created":
            states.pop(entry.subject_id, None)
        elif entry.kind == "hours.deleted":
            states[entry.subject_id] = entry.before
        else:
            if "is_default" in entry.before:
                raise NotKnown
            states[entry.subject_id] = {**states[entry.subject_id], **entry.before}
    return list(states.values())


def calendar(states: list[State], name: str | None) -> Calendar:
    """The one of that name, else the house's own."""
    own = next((each for each in states if each["name"] == name), None)
    house = next((each for each in states if each["is_default"]), None)
    found = own if name is not None and own is not None else house
    return ALWAYS if found is None else calendar_of(found)


def calendar_of(state: State) -> Calendar:
    own = [own_days(day) for day in state["own_days"]]
    weekly = tuple(windows_of(day) for day in state["weekly"])
    days = Days(own, state["country"], state["subdivision"])
    return Calendar(ZoneInfo(state["zone"]), weekly, days)


def own_days(day: State) -> OwnDays:
    first = date.fromisoformat(day["first_on"])
    last = date.fromisoformat(day["last_on"]) if day["last_on"] else first
    return OwnDays(first, last, day["is_yearly"], windows_of(day["windows"]), day["name"])
