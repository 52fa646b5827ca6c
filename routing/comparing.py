"""What the present rules and the tried ones come to, side by side, and how it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routing.engine import BEGINS, Decided, Wanted
from routing.simulation import Case, Simulation

SHOWN = 10
# A case, whether the rule matched, and whether it goes the same way; after its place among all.
Placed = tuple[tuple[int, str], tuple[Case, bool, bool]]


def note(found: Simulation, missing: str) -> None:
    if missing not in found.missing:
        found.missing.append(missing)


def sort_out(found: Simulation, cases: Sequence[tuple[Case, bool, bool]]) -> None:
    for case, is_match, is_same_way in reversed(cases):
        if is_match:
            found.matched += 1
            if len(found.matches) < SHOWN:
                found.matches.append(case)
        if not is_same_way:
            found.differing += 1
            if len(found.differences) < SHOWN:
                found.differences.append(case)


def is_same(old: Decided, new: Decided, case: Case) -> bool:
    return given(old.wanted, case.before_team) == given(new.wanted, case.after_team)


# Which rule gave it, and whom it was first meant for, makes no difference.
APART = {"rules", "took", "is_vip", "owner", "promised_by", "complaint_by", "told_by"}


def given(wanted: Wanted, team: str | None) -> dict[str, Any]:
    """What a conversation gets, whichever rule gives it."""
    said = {name: value for name, value in wanted.to_json().items() if name not in APART}
    lists = {name: sorted(value) for name, value in said.items() if isinstance(value, list)}
    who = {"team": team, "teammate": wanted.owner or wanted.teammate}
    return {**said, **lists, **who, "is_complaint": bool(wanted.complaint_by)}


def count_teams(found: Simulation, case: Case, moment: str) -> None:
    if moment != BEGINS and not (case.before_team or case.after_team):
        return
    for place, team in enumerate((case.before_team, case.after_team)):
        found.teams.setdefault(team or "", [0, 0])[place] += 1
