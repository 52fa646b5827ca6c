"""REST: teammates and teams."""

from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web import files
from ground.web.api import PageQuery, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from people.api.references import TeammateReferenceSerializer, TeamReferenceSerializer
from people.bearer import TokenView
from people.models import Team, Teammate
from people.models.token import Scope

BY_NAME = ("name", "id")


class TeammateSerializer(serializers.Serializer):
    """Somebody who answers. `teams` are those that the token may see."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    is_admin = serializers.BooleanField()
    is_active = serializers.BooleanField()
    is_away = serializers.BooleanField()
    teams = TeamReferenceSerializer(many=True)
    created_at = serializers.DateTimeField()
    avatar = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_avatar(self, teammate: Teammate) -> str | None:
        url = files.public_url(teammate.avatar_key)
        return url and urljoin(settings.SITE_URL, url)


class TeamSerializer(serializers.Serializer):
    """A group of teammates that conversations can be given to."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    is_private = serializers.BooleanField()
    teammates = TeammateReferenceSerializer(many=True)
    created_at = serializers.DateTimeField()


def teammates_for(viewer: Teammate | None) -> QuerySet[Teammate]:
    """Everybody, each with those of their teams that the viewer may see."""
    teams = Prefetch("teams", queryset=Team.objects.visible_to(viewer))
    return Teammate.objects.select_related("role").prefetch_related(teams)


def teams_for(viewer: Teammate | None) -> QuerySet[Team]:
    return Team.objects.visible_to(viewer).prefetch_related("teammates")


class TeammatesView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation(
        "teammates_list",
        "List teammates",
        description="By name. Teammates who have left are in it, with `is_active` false.",
        query=PageQuery,
        answers={200: page_of("Teammate", TeammateSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(teammates_for(self.viewer), TeammateSerializer, query, order=BY_NAME)


class TeammateView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation("teammates_get", "Get a teammate", answers={200: TeammateSerializer})
    def get(self, request: Request, id: str) -> Response:
        found = teammates_for(self.viewer).filter(public_id=id).first()
        if found is None:
            raise NotFound("There is no such teammate.")
        return Response(TeammateSerializer(found).data)


class TeamsView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation(
        "teams_list",
        "List teams",
        description="By name: public teams and the private ones that the token may see.",
        query=PageQuery,
        answers={200: page_of("Team", TeamSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(teams_for(self.viewer), TeamSerializer, query, order=BY_NAME)


class TeamView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation("teams_get", "Get a team", answers={200: TeamSerializer})
    def get(self, request: Request, id: str) -> Response:
        found = teams_for(self.viewer).filter(public_id=id).first()
        if found is None:
            raise NotFound("There is no such team.")
        return Response(TeamSerializer(found).data)
