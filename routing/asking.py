"""What rules may ask, and how a rule is written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils import timezone

from ground import conditions
from ground.conditions import Clause, Condition, InvalidCondition, Snapshot, registry
from inbox import asking as inbox_asking
from inbox.facts import ME, teammates
from inbox.models import Conversation
from people.models import Segment, Teammate
from routing.engine import PASSES, Clocked, Gives, Standing
from routing.models import Rule
from routing.results import fault_of_results, given_by, note_told, read_of, said_of

SUBJECT = inbox_asking.SUBJECT
TITLES = inbox_asking.TITLES
CLAUSES_MAX = 50
SEGMENTS = "contact.segments"
EVERY = "Every conversation"


def language() -> Snapshot:
    """What a rule can ask now. It is nobody's own, so it cannot ask for "me"."""

    def named() -> list[tuple[str, str]]:
        return [choice for choice in teammates() if choice[0] != ME]

    return Snapshot(registry, {"conversation.assignee": named})


def sound(tree: Any, spoken: Snapshot) -> Condition:
    """The condition of a tree that somebody has just written. Raises InvalidCondition."""
    condition = conditions.parse(tree, subject=SUBJECT, registry=spoken)
    if sum(1 for _ in condition.clauses()) > CLAUSES_MAX:
        raise InvalidCondition({"condition": f"A rule asks {CLAUSES_MAX} things at most."})
    return condition


def stored(tree: Any, spoken: Snapshot) -> Condition:
    """The condition of a tree that was sound once. Raises InvalidCondition where it asks for what
    cannot be asked any more."""
    return conditions.parse(tree, subject=SUBJECT, registry=spoken, is_stored=True)


def in_words(tree: Any, spoken: Snapshot) -> str:
    """What a stored condition says, as a sentence."""
    try:
        condition = stored(tree, spoken)
    except InvalidCondition as wrong:
        return " ".join(dict.fromkeys(wrong.errors.values()))
    if not any(True for _ in condition.clauses()):
        return EVERY
    return conditions.sentence(condition)


def vip_clause(segment: Segment | None, spoken: Snapshot) -> Clause | None:
    """Asks whether somebody is a VIP; None where the house has none."""
    if segment is None:
        return None
    tree = {"fact": SEGMENTS, "op": "contains", "value": segment.public_id}
    found = conditions.parse(tree, subject=SUBJECT, registry=spoken, is_stored=True)
    assert isinstance(found, Clause)
    return found


# ---- rules as they are asked and kept ------------------------------------------------------------


def standings(rules: Iterable[Rule], spoken: Snapshot) -> list[Standing]:
    """Rules as the engine takes them. Give them with `with_all`."""
    return [standing(rule, spoken) for rule in rules]


def standing(rule: Rule, spoken: Snapshot) -> Standing:
    condition: Condition | None = None
    fault = ""
    try:
        condition = parsed(rule, spoken)
        fault = gone_in(condition, spoken)
    except InvalidCondition as wrong:
        fault = " ".join(dict.fromkeys(wrong.errors.values()))
    fault = fault or fault_of_gifts(rule)
    return Standing(
        id=rule.public_id,
        version=rule.version,
        moment=rule.moment,
        is_on=rule.is_on,
        goes_on=rule.goes_on,
        condition=None if fault else condition,
        gives=gives_of(rule),
        fault=fault[:300],
        clocked=clocked_of(timing_said(rule)),
    )


# What rules say is read once for each version, by each process.
PARSED: dict[tuple[str, int], Condition] = {}
PARSED_MAX = 5_000


def parsed(rule: Rule, spoken: Snapshot) -> Condition:
    """Raises InvalidCondition."""
    key = (rule.public_id, rule.version)
    known = PARSED.get(key)
    if known is None:
        if len(PARSED) >= PARSED_MAX:
            PARSED.clear()
        known = PARSED[key] = stored(rule.condition, spoken)
    return known


def gone_in(condition: Condition, spoken: Snapshot) -> str:
    """What a condition asks for in vain, as a sentence."""
    for clause in condition.clauses():
        fact = spoken.find(clause.fact.name)
        if fact is None or fact.type is not clause.fact.type:
            return f"There is no fact called “{clause.fact.name}”."
        if fact.choices and not wanted_by(clause) <= {value for value, _ in fact.current_choices()}:
            return f"{fact.label}: what it asks for is gone."
    return ""


def wanted_by(clause: Clause) -> set[str]:
    """The choices that a clause names."""
    value = clause.value
    return set(value) if isinstance(value, tuple) else {value} if isinstance(value, str) else set()


def fault_of_gifts(rule: Rule) -> str:
    """Why what a rule gives cannot be given, as a sentence."""
    mates = [rule.teammate, rule.vip_owner if rule.for_vips == Rule.ForVips.OWNER else None]
    for mate in mates:
        if mate is not None and not mate.is_active:
            return f"{mate} is deactivated."
    return fault_of_results(rule)


def in_their_order(named: Collection[str] | None = None) -> list[Rule]:
    """All rules as they are asked, or those that are `named` by their public ids, in three
    questions however many there are."""
    whole = Rule.objects.select_related("team", "teammate", "vip_owner", "policy")
    rules = list(whole if named is None else whole.filter(public_id__in=named))
    tagged: dict[int, list[str]] = defaultdict(list)
    rows = Rule.tags.through.objects.values_list("rule_id", "tag__public_id")
    for rule, tag in rows if named is None else rows.filter(rule__in=rules):
        tagged[rule].append(tag)
    for each in rules:
        each.tag_names = tuple(sorted(tagged[each.pk]))
    note_told(rules)
    return rules


def tag_names_of(rule: Rule) -> tuple[str, ...]:
    if rule.tag_names is not None:
        return rule.tag_names
    return tuple(sorted(tag.public_id for tag in rule.tags.all()))


def gives_of(rule: Rule) -> Gives:
    return Gives(
        team=rule.team.public_id if rule.team else None,
        teammate=rule.teammate.public_id if rule.teammate else None,
        priority=word_of(rule.priority),
        tags=tag_names_of(rule),
        people_only=rule.people_only,
        for_vips=rule.for_vips,
        vip_owner=rule.vip_owner.public_id if rule.vip_owner else None,
        **given_by(rule),
        says=bool(rule.says),
        closes=rule.closes,
    )


def word_of(priority: int | None) -> str | None:
    return None if priority is None else Conversation.Priority(priority).word


def said_by(rule: Rule) -> dict[str, Any]:
    """All that a rule says, as its editions and the journal keep it."""
    gives = gives_of(rule)
    return {
        "name": rule.name,
        "moment": str(rule.moment),
        "condition": rule.condition,
        "goes_on": rule.goes_on,
        "team": gives.team,
        "teammate": gives.teammate,
        "priority": gives.priority,
        "tags": list(gives.tags),
        "people_only": gives.people_only,
        "for_vips": str(gives.for_vips),
        "vip_owner": gives.vip_owner,
        **said_of(gives),
        "says": rule.says,
        "closes": rule.closes,
        **timing_said(rule),
    }


def timing_said(rule: Rule) -> dict[str, Any]:
    """When a rule by time is asked; nothing of others."""
    if rule.moment != Rule.Moment.PASSES:
        return {"since": "", "after_minutes": None, "counts": str(Rule.Counts.WALL)}
    return {
        "since": str(rule.since),
        "after_minutes": rule.after_minutes,
        "counts": str(rule.counts),
    }


def clocked_of(says: Mapping[str, Any]) -> Clocked | None:
    """When what says this is asked; None where it is not by time, or does not say."""
    since, minutes = says.get("since"), says.get("after_minutes")
    return Clocked(since, minutes, says.get("counts", "")) if since and minutes else None


def with_all(rules: Any) -> Any:
    """Rules with everything that they give, in a fixed number of queries."""
    return rules.select_related(
        "team", "teammate__role", "vip_owner__role", "policy"
    ).prefetch_related("tags", "tells")


def standing_said(
    rule: str,
    version: int,
    says: Mapping[str, Any],
    spoken: Snapshot,
    *,
    is_on: bool = True,
    is_broken: bool = False,
) -> Standing:
    """A rule of an edition, or one that is only being tried, as the engine takes it."""
    condition: Condition | None = None
    fault = "It could not be asked." if is_broken else ""
    try:
        condition = None if is_broken else stored(says["condition"], spoken)
    except InvalidCondition as wrong:
        fault = " ".join(dict.fromkeys(wrong.errors.values()))
    return Standing(
        id=rule,
        version=version,
        moment=says["moment"],
        is_on=is_on,
        goes_on=says["goes_on"],
        condition=condition,
        gives=Gives(
            team=says["team"] or None,
            teammate=says["teammate"] or None,
            priority=says["priority"] or None,
            tags=tuple(sorted(says["tags"])),
            people_only=says["people_only"],
            for_vips=says["for_vips"],
            vip_owner=says["vip_owner"] or None,
            **read_of(says),
            says=bool(says.get("says")),
            closes=bool(says.get("closes")),
        ),
        fault=fault,
        clocked=clocked_of(says) if says["moment"] == PASSES else None,
    )


def is_there(mate: Teammate) -> bool:
    """Whether somebody can be given work by name now."""
    return mate.is_active and not mate.is_away


def like_this(condition: Condition, spoken: Snapshot) -> Any:
    """The conversations of which a condition holds now, where it has a set form."""
    rows = Conversation.objects.all().whole()
    return conditions.filter(rows, condition, now=timezone.now(), registry=spoken)


def readable_by(viewer: Teammate | None) -> Snapshot:
    """The language in which a viewer (None: an app) reads rules: without the names of private
    teams that are not theirs to know."""
    return inbox_asking.language(viewer)
