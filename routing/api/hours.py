"""REST: office hours, by which everything counts that counts time. For admins."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.hours.models import WEEKDAYS, OfficeHours, OwnDay, windows_of
from ground.hours.writing import text_of
from ground.web.api import FlagField, PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from people.actions import delete_hours
from people.actions.writing_hours import LINE_LENGTH, NAME_LENGTH, OWN_DAYS_MAX, write_hours
from routing.api.address import AdminsAddress

LINE = "Such as 9:00–12:00, 13:00–17:00, or closed."
WEEK = f"Seven lines, from Monday on. {LINE}"
PK_DIGITS = 9


class OwnDaySerializer(serializers.Serializer):
    """A day, or several in a row, on which a house works otherwise or not at all."""

    name = serializers.CharField()
    first_on = serializers.DateField()
    last_on = serializers.DateField(allow_null=True)
    is_yearly = serializers.BooleanField()
    hours = serializers.SerializerMethodField(help_text=LINE)

    def get_hours(self, day: OwnDay) -> str:
        return text_of(windows_of(day.windows))


class OfficeHoursSerializer(serializers.Serializer):
    """When a team, a teammate or the whole house works."""

    id = serializers.CharField(source="pk")
    name = serializers.CharField()
    zone = serializers.CharField()
    week = serializers.SerializerMethodField(help_text=WEEK)
    country = serializers.CharField(allow_blank=True, help_text="Of its public holidays.")
    subdivision = serializers.CharField(allow_blank=True)
    is_default = serializers.BooleanField(help_text="The house's own.")
    own_days = OwnDaySerializer(many=True)
    updated_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_week(self, hours: OfficeHours) -> list[str]:
        return [text for _, text in hours.week]


class OwnDayChangesSerializer(StrictSerializer):
    name = CleanCharField(max_bytes=4 * NAME_LENGTH)
    first_on = serializers.DateField()
    last_on = serializers.DateField(required=False, allow_null=True)
    is_yearly = FlagField(required=False)
    hours = CleanCharField(max_bytes=LINE_LENGTH, required=False, help_text=LINE)


class OfficeHoursChangesSerializer(StrictSerializer):
    """What may be written of office hours; `own_days` replace those that there are."""

    name = CleanCharField(max_bytes=4 * NAME_LENGTH, required=False)
    zone = CleanCharField(max_bytes=64, required=False)
    week = serializers.ListField(
        child=CleanCharField(max_bytes=LINE_LENGTH),
        required=False,
        min_length=len(WEEKDAYS),
        max_length=len(WEEKDAYS),
        help_text=WEEK,
    )
    country = CleanCharField(max_bytes=2, required=False, allow_null=True)
    subdivision = CleanCharField(max_bytes=10, required=False, allow_null=True)
    is_default = FlagField(required=False)
    own_days = OwnDayChangesSerializer(many=True, required=False, max_length=OWN_DAYS_MAX)


class NewOfficeHoursSerializer(OfficeHoursChangesSerializer):
    name = CleanCharField(max_bytes=4 * NAME_LENGTH)


def written(serializer: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """The checked fields, as the action takes them."""
    given = dict(checked(serializer, data))
    if "week" in given:
        given["weekly"] = given.pop("week")
    return given


class HoursAddress(AdminsAddress):
    """What the addresses of office hours share."""

    def hours(self, id: str) -> OfficeHours:
        is_number = id.isascii() and id.isdecimal() and len(id) <= PK_DIGITS
        rows = OfficeHours.objects.prefetch_related("own_days")
        found: OfficeHours | None = rows.filter(pk=int(id)).first() if is_number else None
        if found is None:
            raise NotFound("There are no such office hours.")
        return found

    def answer(self, hours: OfficeHours, **more: Any) -> Response:
        return Response(OfficeHoursSerializer(hours).data, **more)


class ManyHoursView(HoursAddress):
    @operation(
        "office_hours_list",
        "List office hours",
        description="By name. For admins.",
        query=PageQuery,
        answers={200: page_of("OfficeHours", OfficeHoursSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        rows = OfficeHours.objects.prefetch_related("own_days")
        return page_answer(rows, OfficeHoursSerializer, query, order=["name", "id"])

    @operation(
        "office_hours_create",
        "Set up office hours",
        description="The first that there are become the house's own. For admins.",
        body=NewOfficeHoursSerializer,
        answers={201: OfficeHoursSerializer},
    )
    def post(self, request: Request) -> Response:
        given = written(NewOfficeHoursSerializer, request.data)
        made = write_hours(OfficeHours(), by=self.teammate, **given)
        return self.answer(self.hours(str(made.pk)), status=201)


class HoursView(HoursAddress):
    @operation("office_hours_get", "Get office hours", answers={200: OfficeHoursSerializer})
    def get(self, request: Request, id: str) -> Response:
        return self.answer(self.hours(id))

    @operation(
        "office_hours_update",
        "Change office hours",
        description="What is left out stays as it is. For admins.",
        body=OfficeHoursChangesSerializer,
        answers={200: OfficeHoursSerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        given = written(OfficeHoursChangesSerializer, request.data)
        write_hours(self.hours(id), by=self.teammate, **given)
        return self.answer(self.hours(id))

    @operation(
        "office_hours_delete",
        "Delete office hours",
        description="Answers with them as they were. Those that somebody works by are kept.",
        answers={200: OfficeHoursSerializer},
        conflict=ProblemSerializer,
    )
    def delete(self, request: Request, id: str) -> Response:
        hours = self.hours(id)
        said = OfficeHoursSerializer(hours).data
        delete_hours(hours, by=self.teammate)
        return Response(said)
