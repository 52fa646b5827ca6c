"""Writing service levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Lower

from ground.journal import record
from ground.web.problems import Invalid, NotFound, StateConflict
from inbox.models import Conversation
from people.actions.fields import checked_fields, one_line
from people.models import Team, Teammate
from people.permissions import Actor
from routing import kinds
from routing.actions.circles import check_no_circle
from routing.actions.ruling import one_at_a_time, one_of, only_admins, sound_tree, truth
from routing.deadlines import Target
from routing.models import Policy

NAME_LENGTH = Policy._meta.get_field("name").max_length or 0
POLICIES_MAX = 100
STEPS_MAX = 10
MINUTES_MAX = 366 * 24 * 60
DOES = ("notify", "teammate", "team", "priority")
PROMISED = {
    Target.FIRST: "first_minutes",
    Target.NEXT: "next_minutes",
    Target.RESOLUTION: "resolution_minutes",
}
FIELDS = (
    *("name", "is_on", "position", "condition", "by_rules_only", "counts", *PROMISED.values()),
    *("soon_minutes", "pauses_snoozed", "pauses_waiting", "steps"),
)


def save_policy(policy: Policy, *, by: Actor, **wanted: Any) -> Policy:
    """Makes a new policy, at the end, or gives one other fields. Raises NotAllowed for who is no
    admin, NotFound for one that is gone, and Invalid for all that is wrong, by field."""
    only_admins(by)
    with transaction.atomic():
        one_at_a_time()
        is_new = policy.pk is None
        held = Policy(position=next_position()) if is_new else found_again(policy)
        before = {} if is_new else state_of(held)
        if not is_new and wanted.get("condition") == held.condition:
            del wanted["condition"]
        if is_new:
            wanted = {"name": None, "condition": None, **wanted}
        for name, value in checked_fields(wanted, checks_for(held)).items():
            setattr(held, name, value)
        check_whole(held)
        after = state_of(held)
        changed = [name for name in after if is_new or before[name] != after[name]]
        if not changed:
            return held
        held.version += 0 if is_new else 1
        held.save()
        record(
            kinds.POLICY_CREATED if is_new else kinds.POLICY_CHANGED,
            by=by,
            subject=held,
            before={} if is_new else {name: before[name] for name in changed},
            after={name: after[name] for name in changed} | {"version": held.version},
        )
    return held


def delete_policy(policy: Policy, *, by: Actor) -> None:
    """What it promised is promised no more; what was kept and missed stays. Raises NotAllowed,
    NotFound, and StateConflict while rules give it."""
    only_admins(by)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(policy)
        rule = held.rules.first()
        if rule is not None:
            raise StateConflict(f"The rule “{rule}” gives this service level. Change it first.")
        record(kinds.POLICY_DELETED, by=by, subject=held, before=state_of(held))
        held.delete()


def found_again(policy: Policy) -> Policy:
    held = Policy.objects.filter(pk=policy.pk).first()
    if held is None:
        raise NotFound("This service level has been deleted.")
    return held


def next_position() -> int:
    if Policy.objects.count() >= POLICIES_MAX:
        raise Invalid(errors={"name": [f"{POLICIES_MAX} service levels are the most."]})
    last: int = Policy.objects.aggregate(last=Max("position"))["last"] or 0
    return last + 1


def state_of(policy: Policy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in FIELDS}


# ---- checks --------------------------------------------------------------------------------------


def checks_for(policy: Policy) -> Mapping[str, Callable[[Any], Any]]:
    return {
        "name": lambda name: free_name(policy, name),
        "is_on": truth("is_on"),
        "position": whole("position", 0, 1_000_000),
        "condition": sound_tree,
        "by_rules_only": truth("by_rules_only"),
        "counts": one_of(Policy.Counts.values, "counts"),
        **{name: promised(name) for name in PROMISED.values()},
        "soon_minutes": whole("soon_minutes", 0, MINUTES_MAX),
        "pauses_snoozed": truth("pauses_snoozed"),
        "pauses_waiting": truth("pauses_waiting"),
        "steps": sound_steps,
    }


def free_name(policy: Policy, name: Any) -> str:
    name = one_line(name, "name", max_length=NAME_LENGTH)
    if not name:
        raise Invalid(errors={"name": ["Give the service level a name."]})
    same = Policy.objects.alias(folded=Lower("name")).filter(folded=Lower(Value(name)))
    if same.exclude(pk=policy.pk).exists():
        raise Invalid(errors={"name": ["There is a service level of this name."]})
    return name


def whole(field: str, least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Invalid(errors={field: [f"Expected a whole number from {least} to {most:,}."]})
        return value

    return check


def promised(field: str) -> Callable[[Any], int | None]:
    check = whole(field, 1, MINUTES_MAX)
    return lambda value: None if value is None else check(value)


def sound_steps(steps: Any) -> list[dict[str, Any]]:
    if not isinstance(steps, list) or not all(isinstance(each, dict) for each in steps):
        raise Invalid(errors={"steps": ["Expected a list of steps."]})
    if len(steps) > STEPS_MAX:
        raise Invalid(errors={"steps": [f"{STEPS_MAX} steps are the most."]})
    found = [sound_step(each) for each in steps]
    return sorted(found, key=lambda step: (step["minutes"], step["do"], step["value"]))


def sound_step(step: dict[str, Any]) -> dict[str, Any]:
    if set(step) != {"target", "minutes", "do", "value"}:
        raise Invalid(
            errors={"steps": ["A step has a target, minutes, what to do, and with whom."]}
        )
    one_of(("any", *map(str, Target)), "steps")(step["target"])
    whole("steps", -MINUTES_MAX, MINUTES_MAX)(step["minutes"])
    one_of(DOES, "steps")(step["do"])
    value = step["value"]
    if not isinstance(value, str) or not named(step["do"], value):
        raise Invalid(
            errors={"steps": ["A step names a team, a person or a priority that is gone."]}
        )
    return dict(step)


def named(do: str, value: str) -> bool:
    if not value.isprintable() or len(value) > 40:
        return False
    if do == "priority":
        return value in dict(Conversation.Priority.words())
    if do == "team":
        return Team.objects.filter(public_id=value).exists()
    return Teammate.objects.active().filter(public_id=value).exists()


def check_whole(policy: Policy) -> None:
    """What fields must be together. Raises Invalid."""
    given = {target for target, name in PROMISED.items() if getattr(policy, name) is not None}
    if not given:
        said = "Promise something: a first answer, further answers, or a resolution."
        raise Invalid(errors={"first_minutes": [said]})
    for step in policy.steps:
        if step["target"] != "any" and step["target"] not in given:
            raise Invalid(errors={"steps": ["A step waits for what is not promised here."]})
    check_no_circle(policy=policy)
