"""REST: how teams share out, how much each teammate is given, and what holds for all rules."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import (
    FlagField,
    IdField,
    MomentField,
    PageQuery,
    Reference,
    StrictSerializer,
    WholeField,
    checked,
    page_answer,
)
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from people.models import Tag, Team, Teammate
from routing import actions
from routing.actions.arranging import LANGUAGES_MAX, drop_workload
from routing.actions.ruling import TAGS_MAX
from routing.api.address import AdminsAddress
from routing.models import RoutingSettings, Sharing, Workload
from routing.models.settings import DAYS_MAX
from routing.models.sharing import CAPACITY_MAX

WEEK_MINUTES = 60 * 24 * 7
FORTNIGHT_HOURS = 24 * 14
WEEK_HOURS = 24 * 7
YEAR_DAYS = 366


def all_teams(viewer: Any) -> Any:
    return Team.objects.all()


def id_of(row: Any) -> str | None:
    return row.public_id if row is not None else None


# ---- teams ---------------------------------------------------------------------------------------


class SharingSerializer(serializers.Serializer):
    """How a team shares out what lies with it and is nobody's."""

    team = serializers.CharField(source="team.public_id")
    way = serializers.ChoiceField(Sharing.Way.choices)
    capacity = serializers.IntegerField(help_text="Places of each, unless their workload says.")
    quiet_hours = serializers.IntegerField()
    needs_presence = serializers.BooleanField()
    previous_owner_first = serializers.BooleanField()
    skills = serializers.ChoiceField(Sharing.Skills.choices)
    takes_back = serializers.ChoiceField(Sharing.TakesBack.choices)
    overflow_team = serializers.SerializerMethodField(
        help_text="The team that gets what nobody of this one has in time."
    )
    overflow_minutes = serializers.IntegerField()
    version = serializers.IntegerField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_overflow_team(self, sharing: Sharing) -> str | None:
        return id_of(sharing.overflow_team)


class SharingChangesSerializer(StrictSerializer):
    """What may be written of it."""

    way = serializers.ChoiceField(Sharing.Way.choices, required=False)
    capacity = WholeField(min_value=1, max_value=CAPACITY_MAX, required=False)
    quiet_hours = WholeField(min_value=1, max_value=FORTNIGHT_HOURS, required=False)
    needs_presence = FlagField(required=False)
    previous_owner_first = FlagField(required=False)
    skills = serializers.ChoiceField(Sharing.Skills.choices, required=False)
    takes_back = serializers.ChoiceField(Sharing.TakesBack.choices, required=False)
    overflow_team = Reference(all_teams, noun="team", required=False, allow_null=True)
    overflow_minutes = WholeField(min_value=1, max_value=WEEK_MINUTES, required=False)


class SharingsView(AdminsAddress):
    @operation(
        "team_sharing_list",
        "List how teams share out",
        description="Those of which somebody has said it. For admins.",
        query=PageQuery,
        answers={200: page_of("Sharing", SharingSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        rows = Sharing.objects.select_related("team", "overflow_team")
        return page_answer(rows, SharingSerializer, query, order=["id"])


class SharingView(AdminsAddress):
    def sharing(self, team: str) -> Sharing:
        """As it is, or as it is for a team of which nobody has said anything."""
        found = Team.objects.filter(public_id=team).first()
        if found is None:
            raise NotFound("There is no such team.")
        rows = Sharing.objects.select_related("team", "overflow_team")
        return rows.filter(team=found).first() or Sharing(team=found)

    @operation(
        "team_sharing_get",
        "Get how a team shares out",
        description="For admins.",
        answers={200: SharingSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(SharingSerializer(self.sharing(id)).data)

    @operation(
        "team_sharing_update",
        "Change how a team shares out",
        description="What is left out stays as it is. For admins.",
        body=SharingChangesSerializer,
        answers={200: SharingSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        held = self.sharing(id)
        given = checked(SharingChangesSerializer, request.data, viewer=self.viewer)
        actions.arrange_sharing(held.team, by=self.teammate, **given)
        return Response(SharingSerializer(self.sharing(id)).data)


# ---- teammates -----------------------------------------------------------------------------------


class WorkloadSerializer(serializers.Serializer):
    """How much, and what, a teammate is given; without one they are as their teams say."""

    teammate = serializers.CharField(source="teammate.public_id")
    capacity = serializers.IntegerField(allow_null=True, help_text="null: as the team says.")
    tags = serializers.SerializerMethodField(help_text="Topics that they are good at.")
    languages = serializers.ListField(child=serializers.CharField())
    is_narrow = serializers.BooleanField(help_text="They are given nothing else.")
    ramp_from = serializers.DateField(allow_null=True)
    ramp_days = serializers.IntegerField()
    ramp_first = serializers.IntegerField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_tags(self, workload: Workload) -> list[str]:
        tags = workload.tags.all() if workload.pk else ()
        return sorted(tag.public_id for tag in tags)


class WorkloadChangesSerializer(StrictSerializer):
    """What may be written of it."""

    capacity = WholeField(min_value=0, max_value=CAPACITY_MAX, required=False, allow_null=True)
    tags = serializers.ListField(
        child=Reference(lambda viewer: Tag.objects.all(), noun="tag"),
        required=False,
        max_length=TAGS_MAX,
    )
    languages = serializers.ListField(
        child=CleanCharField(max_bytes=8), required=False, max_length=LANGUAGES_MAX
    )
    is_narrow = FlagField(required=False)
    ramp_from = serializers.DateField(required=False, allow_null=True)
    ramp_days = WholeField(min_value=1, max_value=YEAR_DAYS, required=False)
    ramp_first = WholeField(min_value=0, max_value=CAPACITY_MAX, required=False)


class WorkloadsView(AdminsAddress):
    @operation(
        "workloads_list",
        "List workloads",
        description="Of teammates who have one of their own. For admins.",
        query=PageQuery,
        answers={200: page_of("Workload", WorkloadSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        rows = Workload.objects.select_related("teammate").prefetch_related("tags")
        return page_answer(rows, WorkloadSerializer, query, order=["id"])


class WorkloadView(AdminsAddress):
    def workload(self, teammate: str) -> Workload:
        found = Teammate.objects.filter(public_id=teammate).first()
        if found is None:
            raise NotFound("There is no such teammate.")
        return Workload.objects.filter(teammate=found).first() or Workload(teammate=found)

    @operation(
        "workloads_get",
        "Get a teammate's workload",
        description="For admins.",
        answers={200: WorkloadSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(WorkloadSerializer(self.workload(id)).data)

    @operation(
        "workloads_update",
        "Change a teammate's workload",
        description="What is left out stays as it is. For admins.",
        body=WorkloadChangesSerializer,
        answers={200: WorkloadSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        mate = self.workload(id).teammate
        given = checked(WorkloadChangesSerializer, request.data, viewer=self.viewer)
        actions.arrange_workload(mate, by=self.teammate, **given)
        return Response(WorkloadSerializer(self.workload(id)).data)

    @operation(
        "workloads_delete",
        "Drop a teammate's workload",
        description="They are given work as their teams say. Answers with what it was.",
        answers={200: WorkloadSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        held = self.workload(id)
        said = WorkloadSerializer(held).data
        drop_workload(held.teammate, by=self.teammate)
        return Response(said)


# ---- the house -----------------------------------------------------------------------------------

SCORES = [(0, "no rating"), (1, "1"), (2, "2"), (3, "3")]


class RoutingSettingsSerializer(serializers.Serializer):
    """What holds for all rules, what becomes of complaints, and what is said of delays."""

    triage_team = serializers.SerializerMethodField(help_text="Who gets what no rule takes.")
    vip_segment = serializers.SerializerMethodField(help_text="Who the VIPs are.")
    simulated_days = serializers.IntegerField(help_text="How far back a rule is tried.")
    complaint_score = serializers.ChoiceField(
        SCORES, help_text="A rating of at most this is a complaint; 0 for none."
    )
    complaint_team = serializers.SerializerMethodField(help_text="Who follows complaints up.")
    complaint_hours = serializers.IntegerField(help_text="Office hours in which they answer.")
    tells_delay = serializers.BooleanField(
        help_text="Whether messengers say by themselves when replies take longer than usual."
    )
    delay_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when they say it whatever the queue."
    )

    @extend_schema_field({"type": ["string", "null"]})
    def get_triage_team(self, settings: RoutingSettings) -> str | None:
        return id_of(settings.triage_team)

    @extend_schema_field({"type": ["string", "null"]})
    def get_vip_segment(self, settings: RoutingSettings) -> str | None:
        return id_of(settings.vip_segment)

    @extend_schema_field({"type": ["string", "null"]})
    def get_complaint_team(self, settings: RoutingSettings) -> str | None:
        return id_of(settings.complaint_team)


class RoutingSettingsChangesSerializer(StrictSerializer):
    """What may be written of it; null for none."""

    triage_team = IdField(required=False, allow_null=True)
    vip_segment = IdField(required=False, allow_null=True)
    simulated_days = WholeField(min_value=1, max_value=DAYS_MAX, required=False)
    complaint_score = WholeField(min_value=0, max_value=3, required=False)
    complaint_team = Reference(all_teams, noun="team", required=False, allow_null=True)
    complaint_hours = WholeField(min_value=1, max_value=WEEK_HOURS, required=False)
    tells_delay = FlagField(required=False)
    delay_until = MomentField(required=False, allow_null=True)


class RoutingSettingsView(AdminsAddress):
    @operation(
        "routing_settings_get",
        "Get the settings of routing",
        description="For admins.",
        answers={200: RoutingSettingsSerializer},
    )
    def get(self, request: Request) -> Response:
        return Response(RoutingSettingsSerializer(RoutingSettings.current()).data)

    @operation(
        "routing_settings_update",
        "Change the settings of routing",
        description="What is left out stays as it is. For admins.",
        body=RoutingSettingsChangesSerializer,
        answers={200: RoutingSettingsSerializer},
    )
    def patch(self, request: Request) -> Response:
        given = checked(RoutingSettingsChangesSerializer, request.data, viewer=self.viewer)
        actions.arrange_routing(by=self.teammate, **given)
        return Response(RoutingSettingsSerializer(RoutingSettings.current()).data)
