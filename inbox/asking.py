"""Conditions about conversations, as one teammate asks them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from ground import conditions
from ground.conditions import (
    AllOf,
    AnyOf,
    Clause,
    Condition,
    FactOutOfReach,
    InvalidCondition,
    NoSetForm,
    Not,
    Snapshot,
    registry,
)
from ground.conditions.sentences import GONE
from inbox.facts import ME
from inbox.querysets import ConversationQuerySet
from people.models import Team, Teammate

SUBJECT = "conversation"
# What a view asks at most; the language itself allows more.
CLAUSES_MAX = 50
# So long a list may take of which only a condition tells what is in it.
ASKED_MS = 3000
TOO_SLOW = "This takes too long to look up. Ask for less: a status, a team, a time."
TITLES = {"conversation": "Conversation", "contact": "Customer", "company": "Company"}
TEAM = "conversation.team"
HIDDEN = "hidden"
CANNOT_FIND = "This can be asked of one conversation, not of a list."


def language(viewer: Teammate | None) -> Snapshot:
    """What a teammate (None: an app token) can ask now: no team that they may not see."""

    def teams() -> list[tuple[str, str]]:
        return list(Team.objects.visible_to(viewer).values_list("public_id", "name"))

    return Snapshot(registry, {TEAM: teams})


def sound(tree: Any, spoken: Snapshot) -> Condition:
    """The condition of a tree that somebody has just written. Raises InvalidCondition."""
    condition = conditions.parse(tree, subject=SUBJECT, registry=spoken)
    if sum(1 for _ in condition.clauses()) > CLAUSES_MAX:
        raise InvalidCondition({"condition": f"A list asks {CLAUSES_MAX} things at most."})
    try:
        can_find = conditions.has_set_form(condition, SUBJECT, registry=spoken)
    except (FactOutOfReach, NoSetForm):
        can_find = False
    if not can_find:
        raise InvalidCondition({"condition": CANNOT_FIND})
    return condition


def stored(tree: Any, spoken: Snapshot) -> Condition:
    """The condition of a tree that was sound once. Raises InvalidCondition where it asks for what
    cannot be asked any more."""
    return conditions.parse(tree, subject=SUBJECT, registry=spoken, is_stored=True)


def as_known(tree: Any, spoken: Snapshot) -> Any:
    """A stored tree as who speaks the language may read it: with HIDDEN in the place of each team
    that is not theirs to know."""
    if isinstance(tree, list):
        return [as_known(each, spoken) for each in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("fact") != TEAM:
        return {word: as_known(inner, spoken) for word, inner in tree.items()}
    known = {name for name, _ in spoken.find(TEAM).current_choices()}
    value = tree.get("value")
    if isinstance(value, list):
        return tree | {"value": [each if each in known else HIDDEN for each in value]}
    return tree if value is None or value in known else tree | {"value": HIDDEN}


def faults(condition: Condition, spoken: Snapshot) -> list[str]:
    """What a condition asks for in vain, because it is gone, as sentences."""
    found = []
    for clause in condition.clauses():
        if GONE in conditions.sentence(replace_clause(clause, spoken)):
            found.append(f"{clause.fact.label}: what it asks for is gone, or not yours to see.")
    return list(dict.fromkeys(found))


def replace_clause(clause: Clause, spoken: Snapshot) -> Clause:
    return Clause(spoken.find(clause.fact.name) or clause.fact, clause.op, clause.value)


def narrow(
    conversations: ConversationQuerySet, condition: Condition, viewer: Teammate | None
) -> ConversationQuerySet:
    """Those of the conversations that the condition holds of, as the viewer asks it. What is a part
    of another stands in no list."""
    own = as_asked_by(condition, viewer)
    found: ConversationQuerySet = conditions.filter(conversations.whole(), own, now=timezone.now())
    return found


def as_asked_by(condition: Condition, viewer: Teammate | None) -> Condition:
    """With the viewer in the place of ME; an app is nobody."""
    if isinstance(condition, Clause):
        if condition.fact.name != "conversation.assignee" or viewer is None:
            return condition
        return replace_me(condition, viewer.public_id)
    if isinstance(condition, Not):
        return Not(as_asked_by(condition.child, viewer))
    children = tuple(as_asked_by(child, viewer) for child in condition.children)
    return AllOf(children) if isinstance(condition, AllOf) else AnyOf(children)


def replace_me(clause: Clause, name: str) -> Clause:
    if isinstance(clause.value, tuple):
        value: Any = tuple(name if each == ME else each for each in clause.value)
    else:
        value = name if clause.value == ME else clause.value
    return replace(clause, value=value)
