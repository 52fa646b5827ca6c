"""What rules would have done over the last days, beside what the present ones would have done.

Each message of a customer is gone through again with the facts of then: those that were recorded
with its decision, and what the journal still knows. The rest is not recorded, and where a rule
hangs on that it is said, not guessed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ground.conditions import Clause, Snapshot
from ground.journal.models import Decision, Entry
from inbox.models import Conversation
from people.models import Segment
from routing import asking
from routing.actions.routing import DECIDER, Heard, all_heard
from routing.engine import (
    BEGINS,
    PASSES,
    Decided,
    Standing,
    Verdict,
    Wanted,
    asked_by,
    decide,
)
from routing.models import RuleEdition
from routing.rebuilding import changes_since, rebuilt
from routing.rulings import rulings_of

MOMENTS_MAX = 2_000
SCANNED_MAX = 20_000
CHUNK = 250
SECONDS = 4.0
SHOWN = 10
RULES_VERSION = 0
# A rule that is only being tried, before it has an id.
TRIED = "tried"


@dataclass(frozen=True)
class Past:
    """A customer's message of the past, as rules are asked about it again."""

    heard: Heard
    conversation: Conversation
    now: datetime
    recorded: Mapping[str, Any]
    acted: Sequence[str]


@dataclass(frozen=True)
class Case:
    """A message for which the result is shown: what the present rules give, and what the tried
    ones would."""

    conversation: Conversation
    at: datetime
    before: Wanted
    after: Wanted
    before_team: str | None
    after_team: str | None


@dataclass
class Simulation:
    """What came of it. teams: by public id, "" for none: how many each gets now, and would.

    unknown: messages for which a fact that decides was not recorded; `missing` are the labels of
    such facts. since: how far back it reached; is_whole: it reached all the days.
    """

    days: int
    looked: int = 0
    matched: int = 0
    matches: list[Case] = field(default_factory=list)
    differing: int = 0
    differences: list[Case] = field(default_factory=list)
    unknown: int = 0
    missing: list[str] = field(default_factory=list)
    teams: dict[str, list[int]] = field(default_factory=dict)
    since: datetime | None = None
    is_whole: bool = True


def simulate(
    tried: Sequence[Standing],
    present: Sequence[Standing],
    *,
    spoken: Snapshot,
    vip: Segment | None = None,
    triage: str | None = None,
    days: int,
    rule: str = "",
    seconds: float = SECONDS,
) -> Simulation:
    """Goes through the last days, latest first, for so long at most.

    rule: the one whose matches are counted; triage: the team that gets what no rule takes.
    """
    clause = asking.vip_clause(vip, spoken)
    asked = {
        moment: asked_by([*tried, *present], moment, clause) for moment in ("begins", "writes")
    }
    moments = {
        each.moment for each in [*tried, *present] if each.is_on and each.condition is not None
    }
    if triage:
        moments.add(BEGINS)
    found = Simulation(days)
    past = past_moments(found, moments, asked, spoken, seconds)
    memory: dict[str, tuple[set[str], set[str]]] = {}
    missing: dict[str, None] = {}
    cases = []
    for each in sorted(past, key=lambda one: one.heard.entry.pk):
        name = each.conversation.public_id
        old_acted, new_acted = remembered(memory, each)
        old = asked_again(present, each, clause, old_acted)
        new = asked_again(tried, each, clause, new_acted)
        memory[name] = (old_acted | set(old.wanted.rules), new_acted | set(new.wanted.rules))
        found.looked += 1
        if not (old.is_certain and new.is_certain):
            found.unknown += 1
            missing |= dict.fromkeys(
                one.fact.label
                for key, one in asked[each.heard.moment].items()
                if key not in each.recorded
            )
            continue
        case = case_of(each, old, new, triage)
        count_teams(found, case, each.heard.moment)
        cases.append((case, rule in new.wanted.rules))
    sort_out(found, cases)
    found.missing = list(missing)
    return found


def sort_out(found: Simulation, cases: Sequence[tuple[Case, bool]]) -> None:
    for case, is_match in reversed(cases):
        if is_match:
            found.matched += 1
            if len(found.matches) < SHOWN:
                found.matches.append(case)
        if given(case.before, case.before_team) != given(case.after, case.after_team):
            found.differing += 1
            if len(found.differences) < SHOWN:
                found.differences.append(case)


def remembered(
    memory: Mapping[str, tuple[set[str], set[str]]], past: Past
) -> tuple[set[str], set[str]]:
    """Which of the present and of the tried rules have acted there since it began."""
    if past.heard.moment == BEGINS:
        return set(), set()
    known = memory.get(past.conversation.public_id)
    return known if known is not None else (set(past.acted), set(past.acted))


def asked_again(
    rules: Sequence[Standing], past: Past, vip: Clause | None, acted: Iterable[str]
) -> Decided:
    return decide(
        rules,
        past.recorded,
        now=past.now,
        moment=past.heard.moment,
        acted=set(acted),
        vip=vip,
    )


def case_of(past: Past, old: Decided, new: Decided, triage: str | None) -> Case:
    def team_of(decided: Decided) -> str | None:
        if decided.is_taken or past.heard.moment != BEGINS:
            return decided.wanted.team
        return triage

    return Case(
        past.conversation,
        past.heard.entry.created_at,
        old.wanted,
        new.wanted,
        team_of(old),
        team_of(new),
    )


def given(wanted: Wanted, team: str | None) -> tuple[Any, ...]:
    """What a conversation gets, whichever rule gives it."""
    mate = wanted.owner or wanted.teammate
    who = (team, mate, wanted.sharing, tuple(sorted(wanted.tells)))
    how = (wanted.people_only, wanted.policy, bool(wanted.complaint_by))
    then = (wanted.says, wanted.closes)
    return *who, wanted.priority, tuple(sorted(wanted.tags)), *how, *then


def count_teams(found: Simulation, case: Case, moment: str) -> None:
    if moment != BEGINS and not (case.before_team or case.after_team):
        return
    for place, team in enumerate((case.before_team, case.after_team)):
        found.teams.setdefault(team or "", [0, 0])[place] += 1


# ---- the moments ---------------------------------------------------------------------------------


def past_moments(
    found: Simulation,
    moments: set[str],
    asked: Mapping[str, Mapping[str, Clause]],
    spoken: Snapshot,
    seconds: float,
) -> list[Past]:
    """Customers' messages of the last days at the moments that rules ask, as far back as there is
    time for."""
    ends = time.monotonic() + seconds
    since = timezone.now() - timedelta(days=found.days)
    messages = Entry.objects.filter(kind="message.received", created_at__gte=since)
    past: list[Past] = []
    last: int | None = None
    scanned = 0
    while True:
        rows = messages if last is None else messages.filter(pk__lt=last)
        chunk = list(rows.order_by("-pk")[:CHUNK])
        if not chunk:
            return past
        if scanned >= SCANNED_MAX or len(past) >= MOMENTS_MAX or time.monotonic() > ends:
            found.is_whole = False
            return past
        scanned += len(chunk)
        last, found.since = chunk[-1].pk, chunk[-1].created_at
        heard = [each for each in all_heard(chunk) if each.moment in moments]
        past += those_of(heard, asked, spoken)


def those_of(
    heard: Sequence[Heard], asked: Mapping[str, Mapping[str, Clause]], spoken: Snapshot
) -> list[Past]:
    ids = {each.entry.subject_id for each in heard}
    rows = Conversation.objects.filter(public_id__in=ids).select_related(
        "contact__company", "team", "assignee"
    )
    conversations = {row.public_id: row for row in rows}
    decided = {
        each.cause_id: each
        for each in Decision.objects.filter(
            cause__in=[each.entry.pk for each in heard], decider=DECIDER
        ).exclude(explanation__moment=PASSES)
    }
    is_lacking = [
        each
        for each in heard
        if lacking(asked[each.moment], decided.get(each.entry.pk))
        and each.entry.subject_id in conversations
    ]
    changes = {}
    if is_lacking:
        oldest = min(each.entry.created_at for each in is_lacking)
        changes = dict(
            changes_since(oldest, [conversations[each.entry.subject_id] for each in is_lacking])
        )
    found = []
    for each in heard:
        row, decision = conversations.get(each.entry.subject_id), decided.get(each.entry.pk)
        if row is None:
            continue
        stored = dict(decision.facts) if decision else {}
        more = lacking(asked[each.moment], decision)
        if more:
            stored = rebuilt(row, more, moment=each.entry, changes=changes, spoken=spoken) | stored
        found.append(Past(each, row, moment_of(each, decision), stored, acted_then(decision)))
    return found


def lacking(asked: Mapping[str, Clause], decision: Decision | None) -> list[Clause]:
    """What is asked and was not recorded."""
    recorded = decision.facts if decision else {}
    return [clause for key, clause in asked.items() if key not in recorded]


def moment_of(heard: Heard, decision: Decision | None) -> datetime:
    """The time at which the rules were asked, or would have been."""
    written = decision.explanation.get("now") if decision else None
    return datetime.fromisoformat(written) if written else heard.entry.created_at


def acted_then(decision: Decision | None) -> list[str]:
    return list(decision.explanation.get("acted", ())) if decision else []


# ---- again, exactly ------------------------------------------------------------------------------


def replay(decision: Decision, spoken: Snapshot) -> Decided:
    """The rules of then over the facts of then: what was decided, worked out once more."""
    explanation = decision.explanation
    rulings = rulings_of(decision)
    rows = RuleEdition.objects.filter(rule__in={each[0] for each in rulings})
    editions = {(row.rule, row.version): row.says for row in rows}
    return decide(
        [rule_then(each, editions, spoken) for each in rulings],
        decision.facts,
        now=datetime.fromisoformat(explanation["now"]),
        moment=explanation["moment"],
        acted=set(explanation.get("acted", ())),
        vip=asking.vip_clause(named_segment(explanation.get("vip")), spoken),
    )


def rule_then(
    ruling: Sequence[Any], editions: Mapping[tuple[str, int], Mapping[str, Any]], spoken: Snapshot
) -> Standing:
    rule, version, verdict, _ = ruling
    says = editions[rule, version]
    return asking.standing_said(
        rule,
        version,
        says,
        spoken,
        is_on=verdict != Verdict.OFF,
        is_broken=verdict == Verdict.BROKEN,
    )


def named_segment(name: Any) -> Segment | None:
    return Segment(public_id=name) if isinstance(name, str) else None


# ---- what is tried -------------------------------------------------------------------------------


def with_tried(
    present: Sequence[Standing], rule: str, says: Mapping[str, Any], spoken: Snapshot, is_on: bool
) -> list[Standing]:
    """The rules with one that says something else, or with one more at their end."""
    fresh = asking.standing_said(rule or TRIED, RULES_VERSION, says, spoken, is_on=is_on)
    found = [fresh if each.id == rule else each for each in present]
    return found if any(each.id == rule for each in present) else [*present, fresh]
