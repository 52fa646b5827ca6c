"""REST: segments. Their contacts are `contacts?segment={id}`."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.conditions import Snapshot
from ground.web.api import PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from people import actions, segments
from people.actions.segments import DESCRIPTION_LENGTH, NAME_LENGTH
from people.api.teams import BY_NAME
from people.bearer import TokenView
from people.models import Segment
from people.models.token import Scope

CONDITION = "A condition over contacts, see the page on conditions."


class SegmentSerializer(serializers.Serializer):
    """A group of contacts by a condition. `faults` says what it asks for in vain."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    description = serializers.CharField()
    condition = serializers.JSONField(help_text=CONDITION)
    faults = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @property
    def spoken(self) -> Snapshot:
        if "spoken" not in self.context:
            self.context["spoken"] = segments.language()
        return self.context["spoken"]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_faults(self, segment: Segment) -> list[str]:
        return segments.faults(segment, self.spoken)


class SegmentChangesSerializer(StrictSerializer):
    """What may be written of a segment."""

    name = CleanCharField(max_bytes=4 * NAME_LENGTH, required=False)
    description = CleanCharField(max_bytes=4 * DESCRIPTION_LENGTH, required=False, allow_blank=True)
    condition = serializers.JSONField(required=False, help_text=CONDITION)


class NewSegmentSerializer(SegmentChangesSerializer):
    name = CleanCharField(max_bytes=4 * NAME_LENGTH)
    condition = serializers.JSONField(help_text=CONDITION)


class SegmentsAddress(TokenView):
    """What the addresses of segments share."""

    reads, writes = Scope.CONTACTS_READ, Scope.CONVERSATIONS_WRITE

    def segment(self, public_id: str) -> Segment:
        found = Segment.objects.filter(public_id=public_id).first()
        if found is None:
            raise NotFound("There is no such segment.")
        return found

    def answer(self, segment: Segment, **more: Any) -> Response:
        return Response(SegmentSerializer(segment, context={}).data, **more)


class SegmentsView(SegmentsAddress):
    @operation(
        "segments_list",
        "List segments",
        description="By name.",
        query=PageQuery,
        answers={200: page_of("Segment", SegmentSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(Segment.objects.all(), SegmentSerializer, query, order=BY_NAME)

    @operation(
        "segments_create",
        "Make a segment",
        description="It may not ask for segments.",
        body=NewSegmentSerializer,
        answers={201: SegmentSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewSegmentSerializer, request.data)
        return self.answer(actions.create_segment(by=self.doer, **given), status=201)


class SegmentView(SegmentsAddress):
    @operation("segments_get", "Get a segment", answers={200: SegmentSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(self.segment(id))

    @operation(
        "segments_update",
        "Change a segment",
        description="What is left out stays as it is.",
        body=SegmentChangesSerializer,
        answers={200: SegmentSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(SegmentChangesSerializer, request.data)
        return self.answer(actions.change_segment(self.segment(id), by=self.doer, **given))

    @operation(
        "segments_delete",
        "Delete a segment",
        description="Answers with the segment as it was.",
        answers={200: SegmentSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        segment = self.segment(id)
        actions.delete_segment(segment, by=self.doer)
        return self.answer(segment)
