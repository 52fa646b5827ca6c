"""Why a conversation is where it is, read from what was stored when it was decided.

Nothing is decided anew here: the truth of each clause, what was read and what came of it are those
of the decision, what a rule said is its edition of then. Only names are those of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ground import conditions
from ground.conditions import Clause, Fact, InvalidCondition, Snapshot
from ground.conditions.sentences import GONE
from ground.journal.models import Decision, Entry
from inbox.models import Conversation
from people.models import Teammate
from routing import asking, wording
from routing.actions.routing import DECIDER
from routing.by_hand import ASSIGNED
from routing.engine import PASSES, Verdict
from routing.models import Rule, RuleEdition
from routing.rulings import rulings_of

SHOWN = 20
MOVES_SHOWN = 20
READ_LENGTH = 160
# Of very many rules those that did not hold are counted only.
RULES_SHOWN = 200
NOT_KNOWN = "not known"
MOMENTS = {"begins": "the conversation began", "writes": "the customer wrote on"}
VERDICTS = {
    Verdict.ACTED: "acted",
    Verdict.STOPPED: "held too, but an earlier rule ended the search",
    Verdict.NO: "did not hold",
    Verdict.OFF: "was off",
    Verdict.OTHER: "is asked at another moment",
    Verdict.BROKEN: "could not be asked",
    Verdict.UNKNOWN: "hangs on a fact that could not be read",
    Verdict.DONE: "had acted in this conversation before",
}
ICONS = {
    Verdict.ACTED: "check",
    Verdict.STOPPED: "check",
    Verdict.BROKEN: "alert",
    Verdict.UNKNOWN: "alert",
}


@dataclass(frozen=True)
class ClauseTold:
    """What a rule asked, what was read, and whether it held; None: that could not be read."""

    words: str
    read: str
    truth: bool | None


@dataclass(frozen=True)
class RuleTold:
    id: str
    name: str
    verdict: Verdict
    words: str
    gives: list[str]
    clauses: list[ClauseTold]
    is_changed: bool

    @property
    def said(self) -> str:
        return VERDICTS[self.verdict]

    @property
    def icon(self) -> str:
        return ICONS.get(self.verdict, "x")


@dataclass(frozen=True)
class Told:
    """A decision as it is told. `more` rules did not hold either."""

    decision: Decision
    moment: str
    headline: str
    gave: list[str]
    notes: list[str]
    rules: list[RuleTold]
    more: int


@dataclass(frozen=True)
class Move:
    """Somebody, or a rule, gave the conversation to somebody."""

    by: str
    to: str
    at: datetime


def decisions_on(conversation: Conversation) -> Any:
    """What the rules decided on a conversation, newest first."""
    return Decision.objects.filter(
        subject_type="conversation", subject_id=conversation.public_id, decider=DECIDER
    ).order_by("-id")


def told(decision: Decision, viewer: Teammate | None, *, only: str = "") -> Told:
    """Everything that was stored of a decision, in words for a viewer (None: an app).

    only: a rule's public id, of which alone the clauses are wanted.
    """
    rulings = rulings_of(decision)
    kept = [each for each in rulings if not only or each[0] == only]
    shown = [each for each in kept if is_told(each)]
    shown += [each for each in kept if not is_told(each)][: max(RULES_SHOWN - len(shown), 0)]
    picked = {(each[0], each[1]) for each in shown}
    order = [each for each in kept if (each[0], each[1]) in picked]
    editions = editions_of(order)
    result = decision.result
    wanted = result.get("wanted", {})
    named = [*(edition.says for edition in editions.values()), wanted, result]
    names = wording.names_in(named, viewer)
    spoken = asking.readable_by(viewer)
    now = dict(
        Rule.objects.filter(public_id__in=[each[0] for each in order]).values_list(
            "public_id", "version"
        )
    )
    rules = [rule_told(each, editions, decision.facts, spoken, names, now) for each in order]
    return Told(
        decision=decision,
        moment=moment_said(decision.explanation, editions),
        headline=headline(result, editions, names),
        gave=gave_of(result, names),
        notes=notes_of(decision),
        rules=rules,
        more=len(kept) - len(order),
    )


def moment_said(
    explanation: Mapping[str, Any], editions: Mapping[tuple[str, int], RuleEdition]
) -> str:
    """When the rules were asked, as the end of a sentence."""
    if explanation.get("moment") != PASSES:
        return MOMENTS.get(explanation.get("moment", ""), "")
    said: Mapping[str, Any] = next((each.says for each in editions.values()), {})
    return f"there had been {wording.moment_of({**said, 'moment': PASSES})}"


def is_told(ruling: Sequence[Any]) -> bool:
    return ruling[2] not in (Verdict.NO, Verdict.OFF, Verdict.OTHER)


def headline(
    result: Mapping[str, Any], editions: Mapping[tuple[str, int], RuleEdition], names: wording.Names
) -> str:
    """What came of it, in a sentence."""
    wanted = result.get("wanted", {})
    called = {rule: edition.name for (rule, _), edition in editions.items()}
    if "assignment" in result.get("kept", []):
        return "A person had given it to somebody, so the rules left that as it was."
    if took := wanted.get("took"):
        whom = [wanted.get(name) for name in ("owner", "teammate", "team")]
        said = next((names.get(each, GONE) for each in whom if each), GONE)
        return f"The rule “{called.get(took, 'gone')}” gave it to {said}."
    if triage := result.get("triage"):
        return f"No rule took it, so it went to {names.get(triage, GONE)}."
    if what := said_of_effects(result):
        rule = wanted.get("says") or next(iter(wanted.get("rules", ())), "")
        return f"The rule “{called.get(rule, 'gone')}” {what}."
    if wanted.get("rules"):
        return "Rules sorted it, and gave it to nobody."
    return "No rule held."


def gave_of(result: Mapping[str, Any], names: wording.Names) -> list[str]:
    wanted = result.get("wanted", {})
    # In which language it was told, where it was.
    texts = {result["language"]: ""} if result.get("language") else wanted.get("says")
    return wording.gifts_of({**wanted, "says": texts}, names)


def said_of_effects(result: Mapping[str, Any]) -> str:
    """What was said to the customer and closed."""
    did = result.get("did", [])
    words = {"says": "wrote to the customer", "closes": "closed it"}
    return " and ".join(said for name, said in words.items() if name in did)


def notes_of(decision: Decision) -> list[str]:
    result, failed = decision.result, decision.explanation.get("failed", {})
    found = list(result.get("refused", []))
    if "priority" in result.get("kept", []):
        found.append("A person had set the priority, so it stayed.")
    if "complaint" in result.get("kept", []):
        found.append("It was being followed up as a complaint already.")
    return [*found, *failed.values()]


def editions_of(rulings: Iterable[Sequence[Any]]) -> dict[tuple[str, int], RuleEdition]:
    wanted = {(each[0], each[1]) for each in rulings}
    rows = RuleEdition.objects.filter(rule__in={rule for rule, _ in wanted})
    return {(each.rule, each.version): each for each in rows if (each.rule, each.version) in wanted}


def rule_told(
    ruling: Sequence[Any],
    editions: Mapping[tuple[str, int], RuleEdition],
    facts: Mapping[str, Any],
    spoken: Snapshot,
    names: wording.Names,
    now: Mapping[str, int],
) -> RuleTold:
    rule, version, verdict, letters = ruling
    edition = editions.get((rule, version))
    says = edition.says if edition else {}
    tree = says.get("condition", {"all": []})
    return RuleTold(
        id=rule,
        name=edition.name if edition else rule,
        verdict=Verdict(verdict),
        words=asking.in_words(tree, spoken) if edition else "",
        gives=wording.gifts(says, names),
        clauses=[
            clause_told(clause, letter, facts, spoken)
            for clause, letter in zip(leaves(tree), letters, strict=False)
        ],
        is_changed=now.get(rule) != version,
    )


def leaves(tree: Any) -> Iterator[Mapping[str, Any]]:
    """The clauses of a stored tree, in the order in which their truths are stored."""
    if not isinstance(tree, dict):
        return
    if "fact" in tree:
        yield tree
        return
    for inner in tree.values():
        for part in inner if isinstance(inner, list) else [inner]:
            yield from leaves(part)


def clause_told(
    leaf: Mapping[str, Any], letter: str, facts: Mapping[str, Any], spoken: Snapshot
) -> ClauseTold:
    truth = {"1": True, "0": False}.get(letter)
    try:
        clause = asking.stored(dict(leaf), spoken)
    except InvalidCondition:
        said = " ".join(str(leaf.get(name, "")) for name in ("fact", "op", "value"))
        return ClauseTold(said.strip(), shown(None, facts.get(str(leaf.get("fact")))), truth)
    assert isinstance(clause, Clause)
    words = conditions.sentence(clause)
    if clause.key not in facts:
        return ClauseTold(words, "not recorded", truth)
    return ClauseTold(words, shown(clause.fact, facts[clause.key]), truth)


def shown(fact: Fact | None, value: Any) -> str:
    """What was read, as people say it."""
    if value is None or value == []:
        return "none" if value == [] else NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    labels = dict(fact.current_choices()) if fact is not None and fact.choices else None
    parts = value if isinstance(value, list) else [value]
    said = [str(each if labels is None else labels.get(each, GONE)) for each in parts]
    text = ", ".join(said)
    return text if len(text) <= READ_LENGTH else f"{text[:READ_LENGTH]}…"


def moves_of(conversation: Conversation, viewer: Teammate | None) -> list[Move]:
    """Who gave a conversation to whom, people and rules alike, newest first."""
    entries = list(
        Entry.objects.filter(
            subject_type="conversation", subject_id=conversation.public_id, kind=ASSIGNED
        ).order_by("-id")[:MOVES_SHOWN]
    )
    ids: list[Mapping[str, Any]] = [
        {"teammate": entry.after.get("assignee"), "team": entry.after.get("team")}
        for entry in entries
    ]
    actors = [{"teammate": each.actor_id} for each in entries if each.actor_type == "teammate"]
    names = wording.names_in([*ids, *actors], viewer)
    return [Move(doer(entry, names), whom(entry, names), entry.created_at) for entry in entries]


def doer(entry: Entry, names: wording.Names) -> str:
    if entry.actor_type == "automation":
        return entry.actor_id
    return names.get(entry.actor_id, "An app" if entry.actor_type == "apitoken" else "The house")


def whom(entry: Entry, names: wording.Names) -> str:
    said = []
    for field, nobody in (("assignee", "nobody"), ("team", "no team")):
        if field in entry.after:
            name = entry.after[field]
            said.append(names.get(name, GONE) if name else nobody)
    return ", ".join(said)
