"""How teams share out, and how much each teammate is given: set by admins."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from ground.journal import record
from ground.web.problems import Invalid
from people.models import Tag, Team, Teammate
from people.permissions import require_admin
from routing import kinds
from routing.actions.circles import check_no_circle
from routing.actions.ruling import change_settings, one_at_a_time
from routing.models import RoutingSettings, Sharing, Workload

LANGUAGES_MAX = 20
COMPLAINTS = ("complaint_score", "complaint_team", "complaint_hours")
DELAYS = ("tells_delay", "delay_until")
WORKLOAD = ("capacity", "languages", "is_narrow", "ramp_from", "ramp_days", "ramp_first")


def arrange_sharing(team: Team, *, by: Teammate | None, **wanted: Any) -> Sharing:
    """Sets how a team shares out: the fields of `Sharing`. Raises NotAllowed and Invalid."""
    require_admin(by)
    with transaction.atomic():
        # Two teams must not go on to each other at the same moment.
        one_at_a_time()
        sharing = Sharing.objects.filter(team=team).first()
        is_new = sharing is None
        sharing = sharing or Sharing(team=team)
        before = {name: told(getattr(sharing, name)) for name in wanted}
        for name, value in wanted.items():
            setattr(sharing, name, value)
        after = {name: told(getattr(sharing, name)) for name in wanted}
        changed = {name: value for name, value in after.items() if before[name] != value}
        if not is_new and not changed:
            return sharing
        check(sharing, wanted)
        check_no_circle(sharing=sharing)
        sharing.version += 0 if is_new else 1
        sharing.save()
        record(
            kinds.SHARING_CHANGED,
            by=by,
            subject=team,
            before={} if is_new else {name: before[name] for name in changed},
            after=after if is_new else changed,
        )
    return sharing


def arrange_settings(*, by: Teammate | None, **wanted: Any) -> RoutingSettings:
    """Sets what becomes of complaints (`complaint_score`, `complaint_team`, `complaint_hours`) and
    what is said of unusual delays (`tells_delay`, `delay_until`). Raises NotAllowed and Invalid."""
    require_admin(by)
    with transaction.atomic():
        one_at_a_time()
        settings = RoutingSettings.current()
        before = {name: told(getattr(settings, name)) for name in wanted}
        for name, value in wanted.items():
            setattr(settings, name, value)
        check(settings, wanted)
        after = {name: told(value) for name, value in wanted.items()}
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            settings.save()
            record(
                kinds.ROUTING_CHANGED,
                by=by,
                subject=settings,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return settings


def arrange_routing(*, by: Teammate | None, **wanted: Any) -> RoutingSettings:
    """Sets both what holds for all rules and the rest of the settings, or nothing of it. Raises
    NotAllowed and Invalid."""
    require_admin(by)
    own = {name: wanted.pop(name) for name in (*COMPLAINTS, *DELAYS) if name in wanted}
    with transaction.atomic():
        if wanted:
            change_settings(by=by, **wanted)
        if own:
            arrange_settings(by=by, **own)
    return RoutingSettings.current()


def drop_workload(teammate: Teammate, *, by: Teammate | None) -> None:
    """They are given work as their teams say. Raises NotAllowed."""
    require_admin(by)
    with transaction.atomic():
        Teammate.objects.select_for_update(no_key=True).get(pk=teammate.pk)
        workload = Workload.objects.filter(teammate=teammate).first()
        if workload is None:
            return
        before = {name: told(getattr(workload, name)) for name in WORKLOAD}
        before["tags"] = sorted(tag.public_id for tag in workload.tags.all())
        record(
            kinds.WORKLOAD_CHANGED,
            by=by,
            subject=teammate,
            topics=[],
            before=before,
            after=dict.fromkeys(before),
        )
        workload.delete()


def arrange_workload(
    teammate: Teammate, *, by: Teammate | None, tags: list[Tag] | None = None, **wanted: Any
) -> Workload:
    """Sets how much and what a teammate is given: the fields of `Workload`. Raises NotAllowed and
    Invalid."""
    require_admin(by)
    with transaction.atomic():
        Teammate.objects.select_for_update(no_key=True).get(pk=teammate.pk)
        workload = Workload.objects.filter(teammate=teammate).first() or Workload(teammate=teammate)
        before = {name: told(getattr(workload, name)) for name in wanted}
        if "languages" in wanted:
            wanted["languages"] = sound_languages(wanted["languages"])
        for name, value in wanted.items():
            setattr(workload, name, value)
        after = {name: told(getattr(workload, name)) for name in wanted}
        check(workload, wanted)
        if tags is not None:
            before["tags"] = sorted(t.public_id for t in workload.tags.all()) if workload.pk else []
            after["tags"] = sorted(t.public_id for t in tags)
        changed = [name for name in after if before[name] != after[name]]
        workload.save()
        if tags is not None:
            workload.tags.set(tags)
        if changed:
            record(
                kinds.WORKLOAD_CHANGED,
                by=by,
                subject=teammate,
                topics=[],
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return workload


def check(row: models.Model, wanted: dict[str, Any]) -> None:
    """Raises Invalid for what its fields do not take."""
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - set(wanted))
    except ValidationError as wrong:
        raise Invalid(errors=dict(wrong.message_dict)) from None


def sound_languages(codes: list[str]) -> list[str]:
    """Codes as conversations have them: the language without its country, each once."""
    found = list(dict.fromkeys(str(code).strip().lower().partition("-")[0] for code in codes))
    sound = [code for code in found if code]
    if len(sound) > LANGUAGES_MAX or any(not is_code(code) for code in sound):
        raise Invalid(errors={"languages": ["Write codes of two or three letters: en, de."]})
    return sound


def is_code(code: str) -> bool:
    return code.isascii() and code.isalpha() and len(code) in (2, 3)


def told(value: Any) -> Any:
    """A field's value as the journal has it."""
    if hasattr(value, "public_id"):
        return value.public_id
    return value.isoformat() if hasattr(value, "isoformat") else value
