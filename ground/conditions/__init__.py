"""The one condition language: what can be asked, of one subject with reasons and of a table.

    condition = parse({"all": [{"fact": "contact.plan", "op": "is", "value": "pro"}]})
    evaluate(condition, contact, now=now).to_json()
    filter(Contact.objects.all(), condition, now=now)

`docs/conditions.md` is the reference. Knows no model of ours.
"""

from ground.conditions.errors import (
    ConditionError,
    FactNotRecorded,
    FactOutOfReach,
    InvalidCondition,
    NoSetForm,
)
from ground.conditions.evaluation import Explanation, Facts, Judgment, evaluate, judge
from ground.conditions.grammar import AllOf, AnyOf, Clause, Condition, Not, parse
from ground.conditions.operators import OPERATORS
from ground.conditions.registry import (
    Cost,
    Fact,
    FactFamily,
    Reach,
    Registry,
    Relation,
    Snapshot,
    facts_for,
    register,
    register_family,
    register_relation,
    registry,
)
from ground.conditions.sentences import sentence
from ground.conditions.sets import filter, has_set_form, to_q, to_queryset
from ground.conditions.sql import JsonTexts, Rows, json_value
from ground.conditions.together import Together
from ground.conditions.values import FactType, Window

__all__ = [
    "OPERATORS",
    "AllOf",
    "AnyOf",
    "Clause",
    "Condition",
    "ConditionError",
    "Cost",
    "Explanation",
    "Fact",
    "FactFamily",
    "FactNotRecorded",
    "FactOutOfReach",
    "FactType",
    "Facts",
    "InvalidCondition",
    "JsonTexts",
    "Judgment",
    "NoSetForm",
    "Not",
    "Reach",
    "Registry",
    "Relation",
    "Rows",
    "Snapshot",
    "Together",
    "Window",
    "evaluate",
    "facts_for",
    "filter",
    "has_set_form",
    "json_value",
    "judge",
    "parse",
    "register",
    "register_family",
    "register_relation",
    "registry",
    "sentence",
    "to_q",
    "to_queryset",
]
