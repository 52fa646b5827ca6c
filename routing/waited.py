"""What rules by time would have done, beside what the present ones would have done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ground.conditions import Clause, Snapshot
from ground.journal.models import Entry
from routing.comparing import Placed, count_teams, is_same, note
from routing.engine import PASSES, decide
from routing.lasted import Clocks, facts_then, lasted
from routing.simulation import Case, Simulation

# What decides where nobody can know how long something lasted.
HOW_LONG = "how long it lasted, after a merge, a split or spam"


def of_times(
    found: Simulation,
    began: Sequence[Entry],
    clocks: Clocks,
    *,
    spoken: Snapshot,
    segments: frozenset[str] | None,
    vip: Clause | None,
) -> list[Placed]:
    """Counts what comes of the waits and silences that began with these entries. segments: those
    that are asked for, None for all."""
    now = datetime.fromisoformat(found.began)
    over = lasted(began, clocks, oldest=found.oldest, now=now, vip=vip)
    facts = facts_then(over, spoken, segments)
    cases: list[Placed] = []
    for each, recorded in zip(over, facts, strict=True):
        found.looked += 1
        if each.at is None:
            found.unknown += 1
            note(found, HOW_LONG)
            continue
        old, new = (
            decide(rules, recorded, now=each.at, moment=PASSES, vip=vip)
            for rules in (each.present, each.tried)
        )
        if not (old.is_certain and new.is_certain):
            found.unknown += 1
            for clause in each.asked:
                if clause.key not in recorded:
                    note(found, clause.fact.label)
            continue
        case = Case(
            each.conversation.public_id,
            each.at.isoformat(),
            old.wanted.to_json(),
            new.wanted.to_json(),
            old.wanted.team,
            new.wanted.team,
        )
        count_teams(found, case, PASSES)
        told = (case, clocks.rule in new.wanted.rules, is_same(old, new, case))
        cases.append(((each.began, case.at), told))
    return cases
