"""REST: what rules that are only being tried would have done. For admins."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.conditions import InvalidCondition
from ground.web.api import IdField, StrictSerializer, checked
from ground.web.openapi import operation
from ground.web.problems import Invalid
from ground.web.text import CleanCharField
from routing import asking, trying
from routing.actions.ruling import RULES_MAX
from routing.api.rules import RuleChangesSerializer, RulesAddress
from routing.models import Rule
from routing.trying import Tried

SO_FAR_MAX = 64 * 1024
CHANGE, SWITCH, DELETE, ORDER = "change", "switch", "delete", "order"
# What a rule says of which nothing is said.
BLANK: dict[str, Any] = {
    "moment": Rule.Moment.BEGINS.value,
    "condition": {"all": []},
    "goes_on": False,
    "team": "",
    "teammate": "",
    "priority": "",
    "tags": [],
    "people_only": False,
    "for_vips": Rule.ForVips.SAME.value,
    "vip_owner": "",
}


class TrialSerializer(StrictSerializer):
    """What is to be tried beside the rules as they are."""

    do = serializers.ChoiceField(
        [CHANGE, SWITCH, DELETE, ORDER],
        default=CHANGE,
        help_text="To write or change a rule, to switch one on or off, to delete one, or to put all"
        " of them in another order.",
    )
    rule = IdField(required=False, allow_null=True, help_text="Which; null for a new one.")
    changes = RuleChangesSerializer(required=False, help_text="What it would say instead.")
    order = serializers.ListField(child=IdField(), required=False, max_length=RULES_MAX)
    so_far = CleanCharField(
        max_bytes=SO_FAR_MAX, required=False, help_text="What the answer before said, to go on."
    )


class CaseSerializer(serializers.Serializer):
    conversation = serializers.CharField(source="conversation.public_id")
    at = serializers.DateTimeField()
    before = serializers.CharField(help_text="What the present rules give it, in words.")
    after = serializers.CharField()


class LoadSerializer(serializers.Serializer):
    team = serializers.CharField(source="name")
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class TriedSerializer(serializers.Serializer):
    """What came of it so far: counts are of messages, of rules by time
    of waits and silences that lasted so long. While `is_whole` is false there is more to
    look at: ask again with `so_far`."""

    words = serializers.CharField()
    note = serializers.CharField(help_text="How times are counted; empty where none are.")
    days = serializers.IntegerField(source="simulation.days")
    since = serializers.DateTimeField(allow_null=True, help_text="How far back it came.")
    is_whole = serializers.BooleanField(source="simulation.is_whole")
    looked = serializers.IntegerField(source="simulation.looked")
    matched = serializers.IntegerField(source="simulation.matched")
    matches = CaseSerializer(many=True)
    differing = serializers.IntegerField(source="simulation.differing")
    differences = CaseSerializer(many=True)
    unknown = serializers.IntegerField(source="simulation.unknown")
    missing = serializers.ListField(
        child=serializers.CharField(),
        source="simulation.missing",
        help_text="What was not recorded and decides.",
    )
    teams = LoadSerializer(many=True)
    so_far = serializers.CharField()


class TrialsView(RulesAddress):
    @operation(
        "assignment_rules_try",
        "Try rules",
        description="What they would have done over the last days, beside the present ones, and"
        " with the facts of then. Saves nothing. Each answer is of one step. For admins.",
        body=TrialSerializer,
        answers={200: TriedSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(TrialSerializer, request.data)
        return Response(TriedSerializer(self.tried(given)).data)

    def tried(self, given: dict[str, Any]) -> Tried:
        """Raises Invalid."""
        do, so_far = given["do"], given.get("so_far", "")
        rules = asking.in_their_order()
        if do == ORDER:
            by_name = {rule.public_id: rule for rule in rules}
            order = given.get("order", [])
            if sorted(order) != sorted(by_name):
                raise Invalid(errors={"order": ["Name all rules, each once."]})
            return trying.try_order([by_name[name] for name in order], rules, so_far)
        rule = next((each for each in rules if each.public_id == given.get("rule")), None)
        if given.get("rule") and rule is None:
            raise Invalid(errors={"rule": ["This rule is gone."]})
        if do == CHANGE:
            return try_changed(rule, given.get("changes", {}), so_far)
        if rule is None:
            raise Invalid(errors={"rule": ["Say which rule."]})
        way = "switch" if do == SWITCH else "without"
        found = trying.try_named(f"{way} {rule.public_id}", rules, rules, so_far)
        assert found is not None
        return found


def try_changed(rule: Rule | None, changes: dict[str, Any], so_far: str) -> Tried:
    """Raises Invalid."""
    says = (
        {**BLANK, "is_on": True} if rule is None else asking.said_by(rule) | {"is_on": rule.is_on}
    )
    says = {**says, **{name: "" if value is None else value for name, value in changes.items()}}
    spoken = asking.language()
    try:
        says["condition"] = asking.sound(says["condition"], spoken).to_json()
    except InvalidCondition as wrong:
        raise Invalid(errors={"condition": list(wrong.errors.values())}) from None
    return trying.try_rule(rule.public_id if rule else "", says, spoken, so_far)
