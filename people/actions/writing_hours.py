"""Writing office hours field by field, as programs do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from ground.hours.models import WEEKDAYS, OfficeHours, OwnDay, stored
from ground.hours.special import countries, subdivisions
from ground.hours.writing import Unclear, windows_from
from ground.web.problems import Invalid, NotFound
from people.actions.fields import checked_fields, one_line
from people.actions.hours import hours_saved, make_room_for_default
from people.models import Teammate
from people.permissions import require_admin

NAME_LENGTH = OfficeHours._meta.get_field("name").max_length or 0
OWN_DAYS_MAX = 200
LINE_LENGTH = 200
DAYS_MAX = 366


def write_hours(hours: OfficeHours, *, by: Teammate | None, **wanted: Any) -> OfficeHours:
    """Makes new office hours, or gives some other fields: `name`, `zone`, `country`, `subdivision`,
    `is_default`, `weekly` (seven lines from Monday on, such as “9:00–17:00”), and `own_days`, which
    replace those that there are: each {"name", "first_on", "last_on", "is_yearly", "hours"}.

    Raises NotAllowed, NotFound, and Invalid for all that is wrong, by field.
    """
    require_admin(by)
    with transaction.atomic():
        is_new = hours.pk is None
        held = OfficeHours() if is_new else found_again(hours)
        before = None if is_new else held.state
        if is_new:
            wanted = {"name": None, **wanted}
        fields = checked_fields(wanted, checks_for(held))
        own_days: list[OwnDay] | None = fields.pop("own_days", None)
        for name, value in fields.items():
            setattr(held, name, value)
        check_region(held)
        make_room_for_default(held)
        held.save()
        if own_days is not None:
            held.own_days.all().delete()
            for day in own_days:
                day.office_hours = held
            OwnDay.objects.bulk_create(own_days)
        return hours_saved(OfficeHours.objects.get(pk=held.pk), by=by, before=before)


def found_again(hours: OfficeHours) -> OfficeHours:
    held = OfficeHours.objects.select_for_update().filter(pk=hours.pk).first()
    if held is None:
        raise NotFound("These office hours have been deleted.")
    return held


# ---- checks --------------------------------------------------------------------------------------


def checks_for(hours: OfficeHours) -> Mapping[str, Callable[[Any], Any]]:
    return {
        "name": lambda name: free_name(hours, name),
        "zone": sound_zone,
        "weekly": sound_week,
        "country": sound_country,
        "subdivision": lambda code: one_line(code, "subdivision", max_length=10),
        "is_default": lambda value: sound_default(hours, value),
        "own_days": sound_days,
    }


def free_name(hours: OfficeHours, name: Any) -> str:
    name = one_line(name, "name", max_length=NAME_LENGTH)
    if not name:
        raise Invalid(errors={"name": ["Give the office hours a name."]})
    if OfficeHours.objects.filter(name=name).exclude(pk=hours.pk).exists():
        raise Invalid(errors={"name": ["There are office hours of this name."]})
    return name


def sound_zone(zone: Any) -> str:
    if not isinstance(zone, str) or zone not in available_timezones():
        raise Invalid(errors={"zone": ["Write a time zone such as Europe/Berlin."]})
    return zone


def sound_country(code: Any) -> str:
    if code and code not in {known for known, _ in countries()}:
        raise Invalid(errors={"country": ["No public holidays are known of this country."]})
    return code or ""


def sound_default(hours: OfficeHours, value: Any) -> bool:
    if hours.is_default and not value:
        said = "Make other hours the house's own; these then are not any more."
        raise Invalid(errors={"is_default": [said]})
    return bool(value)


def sound_week(lines: Any) -> list[list[list[str]]]:
    if not isinstance(lines, list) or len(lines) != len(WEEKDAYS):
        raise Invalid(errors={"week": ["Write seven lines, from Monday on."]})
    return [windows(line, "week") for line in lines]


def windows(line: Any, field: str) -> list[list[str]]:
    try:
        return stored(windows_from(one_line(line, field, max_length=LINE_LENGTH)))
    except Unclear as unclear:
        raise Invalid(errors={field: [str(unclear)]}) from None


def sound_days(days: Any) -> list[OwnDay]:
    if not isinstance(days, list) or len(days) > OWN_DAYS_MAX:
        raise Invalid(errors={"own_days": [f"{OWN_DAYS_MAX} days are the most."]})
    return [sound_day(day) for day in days]


def sound_day(day: Mapping[str, Any]) -> OwnDay:
    name = one_line(day["name"], "own_days", max_length=NAME_LENGTH)
    first: date = day["first_on"]
    last: date | None = day.get("last_on")
    if not name:
        raise Invalid(errors={"own_days": ["Give each day a name."]})
    if last is not None and not 0 <= (last - first).days <= DAYS_MAX:
        said = f"“{name}” ends before it begins, or more than a year later."
        raise Invalid(errors={"own_days": [said]})
    return OwnDay(
        name=name,
        first_on=first,
        last_on=last,
        is_yearly=day.get("is_yearly", False),
        windows=windows(day.get("hours", ""), "own_days"),
    )


def check_region(hours: OfficeHours) -> None:
    """Raises Invalid for a region that its country does not have."""
    if not hours.subdivision:
        return
    known = subdivisions(hours.country) if hours.country else ()
    if hours.subdivision not in known:
        raise Invalid(errors={"subdivision": ["There is no such region."]})
