"""REST: the rules that decide who looks at a conversation first. For admins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.conditions import Snapshot
from ground.web.api import FlagField, IdField, PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from inbox.models import Conversation
from routing import actions, asking
from routing.actions.results import TELLS_MAX
from routing.actions.ruling import NAME_LENGTH, RULES_MAX, TAGS_MAX
from routing.actions.setting_times import MINUTES_MAX
from routing.api.address import AdminsAddress
from routing.models import Rule

CONDITION = "A condition over conversations, see the page on conditions."
SINCE = "Of a rule by time: what is to last so long; null for others."
AFTER = "Of a rule by time: after how long, at most 90 days."
SAYS = "What the customer is told, by language, such as `en`."
PAST = "Whether a rule by time acts on what was over before it was saved, too: all of it, at once."
ORDER = ["position", "id"]


class RuleSerializer(serializers.Serializer):
    """A rule. `fault` says why it is passed over; null while it is sound."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    position = serializers.IntegerField()
    is_on = serializers.BooleanField()
    moment = serializers.ChoiceField(Rule.Moment.choices)
    since = serializers.SerializerMethodField(help_text=SINCE)
    after_minutes = serializers.IntegerField(allow_null=True, help_text=AFTER)
    counts = serializers.ChoiceField(Rule.Counts.choices)
    condition = serializers.JSONField(help_text=CONDITION)
    goes_on = serializers.BooleanField(help_text="Whether later rules are asked as well.")
    team = serializers.SerializerMethodField()
    teammate = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    people_only = serializers.BooleanField()
    for_vips = serializers.ChoiceField(Rule.ForVips.choices)
    vip_owner = serializers.SerializerMethodField()
    sharing = serializers.SerializerMethodField(
        help_text="How its team shares out what the rule gives it; null: as it always does."
    )
    policy = serializers.SerializerMethodField(help_text="The service level that it gives.")
    is_complaint = serializers.BooleanField(help_text="Somebody gets it, with a time to answer by.")
    tells = serializers.SerializerMethodField(help_text="Teammates who are called at once.")
    says = serializers.DictField(child=serializers.CharField(), help_text=SAYS)
    closes = serializers.BooleanField()
    version = serializers.IntegerField()
    fault = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @property
    def spoken(self) -> Snapshot:
        if "spoken" not in self.context:
            self.context["spoken"] = asking.language()
        return self.context["spoken"]

    @extend_schema_field({"type": ["string", "null"], "enum": [*Rule.Since.values, None]})
    def get_since(self, rule: Rule) -> str | None:
        return rule.since or None

    @extend_schema_field({"type": ["string", "null"]})
    def get_team(self, rule: Rule) -> str | None:
        return rule.team.public_id if rule.team else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_teammate(self, rule: Rule) -> str | None:
        return rule.teammate.public_id if rule.teammate else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_vip_owner(self, rule: Rule) -> str | None:
        return rule.vip_owner.public_id if rule.vip_owner else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_priority(self, rule: Rule) -> str | None:
        return asking.word_of(rule.priority)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_tags(self, rule: Rule) -> list[str]:
        return sorted(tag.public_id for tag in rule.tags.all())

    @extend_schema_field({"type": ["string", "null"], "enum": [*Rule.Way.values, None]})
    def get_sharing(self, rule: Rule) -> str | None:
        return rule.sharing or None

    @extend_schema_field({"type": ["string", "null"]})
    def get_policy(self, rule: Rule) -> str | None:
        return rule.policy.public_id if rule.policy else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_tells(self, rule: Rule) -> list[str]:
        return sorted(mate.public_id for mate in rule.tells.all())

    @extend_schema_field({"type": ["string", "null"]})
    def get_fault(self, rule: Rule) -> str | None:
        return asking.standing(rule, self.spoken).fault or rule.broken or None


class RuleChangesSerializer(StrictSerializer):
    """What may be written of a rule; rows by their ids, null for none."""

    name = CleanCharField(max_bytes=4 * NAME_LENGTH, required=False)
    is_on = FlagField(required=False)
    moment = serializers.ChoiceField(Rule.Moment.choices, required=False)
    since = serializers.ChoiceField(Rule.Since.choices, required=False, allow_null=True)
    after_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MINUTES_MAX, help_text=AFTER
    )
    counts = serializers.ChoiceField(Rule.Counts.choices, required=False)
    includes_past = FlagField(required=False, help_text=PAST)
    condition = serializers.JSONField(required=False, help_text=CONDITION)
    goes_on = FlagField(required=False)
    team = IdField(required=False, allow_null=True)
    teammate = IdField(required=False, allow_null=True)
    priority = serializers.ChoiceField(
        Conversation.Priority.words(), required=False, allow_null=True
    )
    tags = serializers.ListField(child=IdField(), required=False, max_length=TAGS_MAX)
    people_only = FlagField(required=False)
    for_vips = serializers.ChoiceField(Rule.ForVips.choices, required=False)
    vip_owner = IdField(required=False, allow_null=True)
    sharing = serializers.ChoiceField(Rule.Way.choices, required=False, allow_null=True)
    policy = IdField(required=False, allow_null=True)
    is_complaint = FlagField(required=False)
    tells = serializers.ListField(child=IdField(), required=False, max_length=TELLS_MAX)
    says = serializers.DictField(
        child=CleanCharField(max_bytes=settings.MESSAGE_MAX_KB * 1024),
        required=False,
        help_text=SAYS,
    )
    closes = FlagField(required=False)


class NewRuleSerializer(RuleChangesSerializer):
    name = CleanCharField(max_bytes=4 * NAME_LENGTH)
    condition = serializers.JSONField(help_text=CONDITION)


class OrderSerializer(StrictSerializer):
    """All rules, in the order in which they are to be asked."""

    rules = serializers.ListField(child=IdField(), max_length=RULES_MAX)


class RulesAddress(AdminsAddress):
    """What the addresses of rules share."""

    def rule(self, public_id: str) -> Rule:
        found: Rule | None = asking.with_all(Rule.objects).filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such rule.")
        return found

    def answer(self, rule: Rule, **more: Any) -> Response:
        return Response(RuleSerializer(rule, context={}).data, **more)


class RulesView(RulesAddress):
    @operation(
        "assignment_rules_list",
        "List rules",
        description="In the order in which they are asked. For admins.",
        query=PageQuery,
        answers={200: page_of("Rule", RuleSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        rows = asking.with_all(Rule.objects.all())
        return page_answer(rows, RuleSerializer, query, order=ORDER)

    @operation(
        "assignment_rules_create",
        "Make a rule",
        description="It is asked after the others. For admins.",
        body=NewRuleSerializer,
        answers={201: RuleSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewRuleSerializer, request.data)
        made = actions.save_rule(Rule(), by=self.doer, **given)
        return self.answer(self.rule(made.public_id), status=201)


class RuleView(RulesAddress):
    @operation("assignment_rules_get", "Get a rule", answers={200: RuleSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(self.rule(id))

    @operation(
        "assignment_rules_update",
        "Change a rule",
        description="What is left out stays as it is. For admins.",
        body=RuleChangesSerializer,
        answers={200: RuleSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(RuleChangesSerializer, request.data)
        if set(given) == {"is_on"}:
            # One that is broken by now can be switched off all the same.
            actions.switch_rule(self.rule(id), by=self.doer, is_on=given["is_on"])
        else:
            actions.save_rule(self.rule(id), by=self.doer, **given)
        return self.answer(self.rule(id))

    @operation(
        "assignment_rules_delete",
        "Delete a rule",
        description="Answers with the rule as it was. What it decided stays explained.",
        answers={200: RuleSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        rule = self.rule(id)
        said = RuleSerializer(rule, context={}).data
        actions.delete_rule(rule, by=self.doer)
        return Response(said)


class OrderView(RulesAddress):
    @operation(
        "assignment_rules_order",
        "Put the rules in order",
        description="Names all of them. For admins.",
        body=OrderSerializer,
        answers={200: OrderSerializer},
    )
    def put(self, request: Request) -> Response:
        names = checked(OrderSerializer, request.data)["rules"]
        actions.arrange_rules(names, by=self.doer)
        return Response({"rules": names})
