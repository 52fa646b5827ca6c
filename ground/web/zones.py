"""Time zones by their IANA names, such as Europe/Madrid."""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

NAME_MAX = 64
NO_SUCH_ZONE = "There is no such time zone."

# Listing them reads a folder tree, and every first message asks.
names = cache(available_timezones)


def zone_named(name: object) -> ZoneInfo | None:
    """The zone of exactly that name; None when this machine knows none."""
    return ZoneInfo(name) if isinstance(name, str) and name in names() else None


@extend_schema_field({"type": "string", "maxLength": NAME_MAX, "example": "Europe/Madrid"})
class TimeZoneField(serializers.Field):
    """The name of a time zone in a query; its value is the zone."""

    default_error_messages = {"invalid": NO_SUCH_ZONE}

    def to_internal_value(self, data: Any) -> ZoneInfo:
        zone = zone_named(data)
        if zone is None:
            self.fail("invalid")
        return zone

    def to_representation(self, value: Any) -> str:
        return str(value)
