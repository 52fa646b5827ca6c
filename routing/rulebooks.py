"""The rules as they are now, kept in memory from one batch of messages to the next.

Each time one statement asks whether anything that they are read from has changed, in whatever
process and by whatever hand: PostgreSQL gives every version of a row another place and another
transaction, so no version number has to be kept by those who write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1
from typing import Any

from django.db import connection

from ground.conditions import Condition, FactType, InvalidCondition, Snapshot
from routing import asking
from routing.engine import PASSES, Rulebook, Standing
from routing.models import RoutingSettings, Rule

Gone = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Known:
    """The rules as they can be asked, with what was found of them.

    faulty: those that cannot be asked, with the sentence that says why.
    mended: those that are said to be broken, and can be asked.
    """

    book: Rulebook
    names: dict[str, str]
    said: str
    faulty: tuple[tuple[Rule, str], ...]
    mended: frozenset[str]
    # What they tell customers, by rule and language.
    texts: dict[str, dict[str, str]]

    def version(self, settings: RoutingSettings) -> str:
        """The same for the same rules in the same order."""
        rows = (settings.triage_team, settings.vip_segment)
        said = " ".join([self.said, *(row.public_id if row else "" for row in rows)])
        return sha1(said.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Held:
    """What was read when the tables were in one state, and what that came to lately.

    wants: the choices that conditions name, by the fact and its type.
    """

    state: str
    rows: Sequence[Rule]
    wants: dict[tuple[str, FactType], set[str]]
    unparsed: list[Rule]
    known: dict[Gone, Known] = field(default_factory=dict)


_held: Held | None = None


def current(spoken: Snapshot) -> Known:
    """The rules as they are now."""
    global _held
    state = state_of_tables()
    held = _held
    if (
        held is None
        or held.state != state
        or any(can_be_read(row, spoken) for row in held.unparsed)
    ):
        held = _held = read(state, spoken)
    gone = gone_now(held, spoken)
    known = held.known.get(gone)
    if known is None:
        known = made_known(held.rows, spoken)
        held.known = {gone: known}
    return known


def read(state: str, spoken: Snapshot) -> Held:
    """Reads the rules that are asked when customers write. What changes while they are read is
    another state the next time."""
    rows = [row for row in asking.in_their_order() if row.moment != PASSES]
    wants: dict[tuple[str, FactType], set[str]] = {}
    unparsed = []
    for row in rows:
        condition = condition_of(row, spoken)
        if condition is None:
            unparsed.append(row)
            continue
        for clause in condition.clauses():
            key = (clause.fact.name, clause.fact.type)
            wants.setdefault(key, set()).update(asking.wanted_by(clause))
    return Held(state, rows, wants, unparsed)


def condition_of(row: Rule, spoken: Snapshot) -> Condition | None:
    try:
        return asking.parsed(row, spoken)
    except InvalidCondition:
        return None


def can_be_read(row: Rule, spoken: Snapshot) -> bool:
    return condition_of(row, spoken) is not None


def gone_now(held: Held, spoken: Snapshot) -> Gone:
    """What conditions ask for in vain now: facts, and choices of facts."""
    gone = set()
    for (name, type_), wanted in held.wants.items():
        fact = spoken.find(name)
        if fact is None or fact.type is not type_:
            gone.add((name, ""))
        elif fact.choices:
            gone |= {
                (name, each) for each in wanted - {value for value, _ in fact.current_choices()}
            }
    return frozenset(gone)


def made_known(rows: Sequence[Rule], spoken: Snapshot) -> Known:
    rules: list[Standing] = asking.standings(rows, spoken)
    pairs = list(zip(rows, rules, strict=True))
    return Known(
        book=Rulebook(rules),
        names={row.public_id: row.name for row in rows},
        said=" ".join(f"{rule.id}:{rule.version}:{rule.is_on}" for rule in rules),
        faulty=tuple((row, rule.fault) for row, rule in pairs if rule.fault),
        mended=frozenset(row.public_id for row, rule in pairs if row.broken and not rule.fault),
        texts={row.public_id: row.says for row in rows if row.says},
    )


# ---- whether anything has changed ----------------------------------------------------------------


def state_of_tables() -> str:
    """The same for as long as nothing has changed in the tables from which rules are read."""
    with connection.cursor() as cursor:
        cursor.execute(state_query())
        row: tuple[Any, ...] = cursor.fetchone()
    return " ".join(map(str, row))


@cache
def state_query() -> str:
    """A row has another `ctid` in each of its versions, and what a place held before it another
    `xmin`."""
    parts = [
        f"(SELECT count(*) || ':' || coalesce(sum(hashtextextended(ctid::text || '.' || xmin::text,"
        f" 0)), 0) FROM {connection.ops.quote_name(table)})"
        for table in tables()
    ]
    return f"SELECT {', '.join(parts)}"


def tables() -> list[str]:
    """Where rules are read from: their own rows, what they lead to, and their lists."""
    meta = Rule._meta
    models: list[Any] = [Rule, *(field.related_model for field in meta.concrete_fields)]
    models += [getattr(Rule, field.name).through for field in meta.many_to_many]
    return list(dict.fromkeys(each._meta.db_table for each in models if each is not None))
