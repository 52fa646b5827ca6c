"""REST: service levels, what is promised to whom. For admins."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.conditions import Snapshot
from ground.web.api import (
    FlagField,
    IdField,
    PageQuery,
    StrictSerializer,
    WholeField,
    checked,
    page_answer,
)
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from routing import actions, asking, levels
from routing.actions.promising import (
    DOES,
    MINUTES_MAX,
    NAME_LENGTH,
    POLICIES_MAX,
    STEPS_MAX,
    delete_policy,
    save_policy,
)
from routing.api.address import AdminsAddress
from routing.deadlines import Target
from routing.models import Policy

CONDITION = "A condition over conversations, see the page on conditions."
TARGETS = [("any", "Any of them"), *((str(each), str(each)) for each in Target)]
ORDER = ["position", "id"]
VALUE = "The id of a team or a teammate, or a priority."
GONE = "It asks for what is gone."


class LevelStepSerializer(StrictSerializer):
    """What happens as a deadline comes nearer and passes."""

    target = serializers.ChoiceField(TARGETS, help_text="What is due; any of them.")
    minutes = WholeField(
        min_value=-MINUTES_MAX,
        max_value=MINUTES_MAX,
        help_text="Of counted time after the deadline; before it when negative.",
    )
    do = serializers.ChoiceField(
        [(each, each) for each in DOES],
        help_text="Tell a teammate, give it to a teammate or a team, or raise the priority.",
    )
    value = IdField(help_text=VALUE)


class ServiceLevelSerializer(serializers.Serializer):
    """What is promised to conversations of which a condition holds. `fault` says why it is passed
    over; null while it is sound."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    position = serializers.IntegerField()
    is_on = serializers.BooleanField()
    condition = serializers.JSONField(help_text=CONDITION)
    by_rules_only = serializers.BooleanField(help_text="It holds only where a rule gives it.")
    counts = serializers.ChoiceField(Policy.Counts.choices)
    first_minutes = serializers.IntegerField(allow_null=True)
    next_minutes = serializers.IntegerField(allow_null=True)
    resolution_minutes = serializers.IntegerField(allow_null=True)
    soon_minutes = serializers.IntegerField()
    pauses_snoozed = serializers.BooleanField()
    pauses_waiting = serializers.BooleanField()
    steps = LevelStepSerializer(many=True)
    version = serializers.IntegerField()
    fault = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @property
    def spoken(self) -> Snapshot:
        if "spoken" not in self.context:
            self.context["spoken"] = asking.language()
        return self.context["spoken"]

    @extend_schema_field({"type": ["string", "null"]})
    def get_fault(self, policy: Policy) -> str | None:
        return None if levels.condition_of(policy, self.spoken) else GONE


class ServiceLevelChangesSerializer(StrictSerializer):
    """What may be written of a service level; null for what is not promised."""

    name = CleanCharField(max_bytes=4 * NAME_LENGTH, required=False)
    is_on = FlagField(required=False)
    condition = serializers.JSONField(required=False, help_text=CONDITION)
    by_rules_only = FlagField(required=False)
    counts = serializers.ChoiceField(Policy.Counts.choices, required=False)
    first_minutes = WholeField(min_value=1, max_value=MINUTES_MAX, required=False, allow_null=True)
    next_minutes = WholeField(min_value=1, max_value=MINUTES_MAX, required=False, allow_null=True)
    resolution_minutes = WholeField(
        min_value=1, max_value=MINUTES_MAX, required=False, allow_null=True
    )
    soon_minutes = WholeField(min_value=0, max_value=MINUTES_MAX, required=False)
    pauses_snoozed = FlagField(required=False)
    pauses_waiting = FlagField(required=False)
    steps = LevelStepSerializer(many=True, required=False, max_length=STEPS_MAX)


class NewServiceLevelSerializer(ServiceLevelChangesSerializer):
    name = CleanCharField(max_bytes=4 * NAME_LENGTH)
    condition = serializers.JSONField(help_text=CONDITION)


class LevelOrderSerializer(StrictSerializer):
    """All service levels, in the order in which they are asked."""

    levels = serializers.ListField(child=IdField(), max_length=POLICIES_MAX)


class LevelsAddress(AdminsAddress):
    """What the addresses of service levels share."""

    def level(self, public_id: str) -> Policy:
        found: Policy | None = Policy.objects.filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such service level.")
        return found

    def answer(self, policy: Policy, **more: Any) -> Response:
        return Response(ServiceLevelSerializer(policy, context={}).data, **more)


def written(serializer: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """The checked fields, as the action takes them."""
    given = dict(checked(serializer, data))
    if "steps" in given:
        given["steps"] = [dict(step) for step in given["steps"]]
    return given


class LevelsView(LevelsAddress):
    @operation(
        "service_levels_list",
        "List service levels",
        description="In the order in which they are asked. For admins.",
        query=PageQuery,
        answers={200: page_of("ServiceLevel", ServiceLevelSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(Policy.objects.all(), ServiceLevelSerializer, query, order=ORDER)

    @operation(
        "service_levels_create",
        "Promise something",
        description="It is asked after the others. For admins.",
        body=NewServiceLevelSerializer,
        answers={201: ServiceLevelSerializer},
    )
    def post(self, request: Request) -> Response:
        given = written(NewServiceLevelSerializer, request.data)
        made = save_policy(Policy(), by=self.doer, **given)
        return self.answer(self.level(made.public_id), status=201)


class LevelView(LevelsAddress):
    @operation("service_levels_get", "Get a service level", answers={200: ServiceLevelSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(self.level(id))

    @operation(
        "service_levels_update",
        "Change a service level",
        description="What is left out stays as it is. All that is unfinished is reckoned anew.",
        body=ServiceLevelChangesSerializer,
        answers={200: ServiceLevelSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        given = written(ServiceLevelChangesSerializer, request.data)
        save_policy(self.level(id), by=self.doer, **given)
        return self.answer(self.level(id))

    @operation(
        "service_levels_delete",
        "Delete a service level",
        description="Answers with it as it was. One that a rule gives is kept.",
        answers={200: ServiceLevelSerializer},
        conflict=ProblemSerializer,
    )
    def delete(self, request: Request, id: str) -> Response:
        policy = self.level(id)
        said = ServiceLevelSerializer(policy, context={}).data
        delete_policy(policy, by=self.doer)
        return Response(said)


class LevelOrderView(LevelsAddress):
    @operation(
        "service_levels_order",
        "Put the service levels in order",
        description="Names all of them. For admins.",
        body=LevelOrderSerializer,
        answers={200: LevelOrderSerializer},
    )
    def put(self, request: Request) -> Response:
        names = checked(LevelOrderSerializer, request.data)["levels"]
        actions.arrange_policies(names, by=self.doer)
        return Response({"levels": names})
