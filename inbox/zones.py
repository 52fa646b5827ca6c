"""In which time zone a teammate reads and writes dates: the one that their browser is in."""

from zoneinfo import ZoneInfo

from django.conf import settings

from ground.web.zones import zone_named
from inbox import attention
from people.models import Teammate

SUBJECT = "zone"


def zone_of(teammate: Teammate) -> ZoneInfo:
    """What a page of theirs said last, else that of their quiet hours, else the house's own."""
    said = zone_named((teammate.preferences.get(SUBJECT) or {}).get("name"))
    quiet = attention.wishes_of(teammate).quiet
    return said or (quiet.zone if quiet else ZoneInfo(settings.TIME_ZONE))
