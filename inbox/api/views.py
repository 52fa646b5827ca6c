"""REST: saved views. Their conversations are `conversations?view=view-{id}`."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.conditions import Snapshot
from ground.web.api import (
    EmptyBody,
    FlagField,
    PageQuery,
    Reference,
    StrictSerializer,
    checked,
    page_answer,
)
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from inbox import actions, asking, default_views
from inbox.actions.saved_views import NAME_LENGTH
from inbox.models import SavedView
from people.api.references import TeammateReferenceSerializer, TeamReferenceSerializer
from people.bearer import TokenView
from people.models import Team
from people.models.token import Scope


class SavedViewSerializer(serializers.Serializer):
    """A list of conversations by a condition. `faults` says what it asks for in vain."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    icon = serializers.ChoiceField(SavedView.Icon.choices)
    condition = serializers.SerializerMethodField(
        help_text="A condition over conversations; `hidden` is a team that the token may not see."
    )
    owner = TeammateReferenceSerializer()
    team = TeamReferenceSerializer(allow_null=True)
    is_shared = serializers.BooleanField(help_text="With everybody.")
    faults = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @property
    def spoken(self) -> Snapshot:
        if "spoken" not in self.context:
            self.context["spoken"] = asking.language(self.context["viewer"])
        return self.context["spoken"]

    @extend_schema_field(serializers.JSONField())
    def get_condition(self, view: SavedView) -> Any:
        return asking.as_known(view.condition, self.spoken)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_faults(self, view: SavedView) -> list[str]:
        return list(default_views.of_saved(view, self.spoken, is_shown=True).faults)


class SavedViewChangesSerializer(StrictSerializer):
    """What may be written of a view. It is shared with a `team`, with everybody, or with nobody."""

    name = CleanCharField(max_bytes=4 * NAME_LENGTH, required=False)
    icon = serializers.ChoiceField(SavedView.Icon.choices, required=False)
    condition = serializers.JSONField(
        required=False, help_text="A condition over conversations, see the page on conditions."
    )
    team = Reference(Team.objects.visible_to, noun="team", required=False, allow_null=True)
    is_shared = FlagField(required=False)


class NewSavedViewSerializer(SavedViewChangesSerializer):
    """A view of the token's teammate."""

    name = CleanCharField(max_bytes=4 * NAME_LENGTH)
    condition = serializers.JSONField(
        help_text="A condition over conversations, see the page on conditions."
    )


class SavedViewsAddress(TokenView):
    """What the addresses of views share."""

    not_for_apps = "An app has no views of its own. Use a teammate's token."
    reads, writes = Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE

    def saved(self, public_id: str) -> SavedView:
        """Raises NotFound for what does not exist and for what the token may not see, alike."""
        shown = SavedView.objects.visible_to(self.viewer).select_related("owner", "team")
        found = shown.filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such view.")
        return found

    def answer(self, view: SavedView, **more: Any) -> Response:
        shown = SavedViewSerializer(view, context={"viewer": self.viewer}).data
        return Response(shown, **more)


class SavedViewsView(SavedViewsAddress):
    @operation(
        "views_list",
        "List saved views",
        description="Those that the token's teammate sees; for an app, everybody's. By name.",
        query=PageQuery,
        answers={200: page_of("SavedView", SavedViewSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        views = SavedView.objects.visible_to(self.viewer).select_related("owner", "team")
        order = ("name", "id")
        return page_answer(views, SavedViewSerializer, query, order=order, viewer=self.viewer)

    @operation(
        "views_create",
        "Save a view",
        description="As the token's teammate.",
        body=NewSavedViewSerializer,
        answers={201: SavedViewSerializer},
    )
    def post(self, request: Request) -> Response:
        owner = self.teammate
        given = checked(NewSavedViewSerializer, request.data, viewer=self.viewer)
        return self.answer(actions.save_view(SavedView(), by=owner, **given), status=201)


class SavedViewView(SavedViewsAddress):
    @operation("views_get", "Get a saved view", answers={200: SavedViewSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(self.saved(id))

    @operation(
        "views_update",
        "Change a saved view",
        description="What is left out stays as it is.",
        body=SavedViewChangesSerializer,
        answers={200: SavedViewSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        view, owner = self.saved(id), self.teammate
        given = checked(SavedViewChangesSerializer, request.data, viewer=self.viewer)
        return self.answer(actions.save_view(view, by=owner, **given))

    @operation(
        "views_delete",
        "Delete a saved view",
        description="Answers with the view as it was. PUT brings it back.",
        answers={200: SavedViewSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        view = self.saved(id)
        actions.delete_view(view, by=self.teammate)
        return self.answer(view)

    @operation(
        "views_restore",
        "Bring a deleted view back",
        description="As it was when it was deleted. Leaves one that is there as it is.",
        body=EmptyBody,
        answers={200: SavedViewSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        checked(EmptyBody, request.data)
        return self.answer(actions.restore_view(id, by=self.teammate))
