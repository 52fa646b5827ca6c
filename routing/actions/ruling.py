"""Writing rules, switching them on and off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model, Value
from django.db.models.functions import Lower

from ground.conditions import InvalidCondition
from ground.journal import record
from ground.web.problems import Invalid, NotAllowed, NotFound
from inbox.models import Conversation
from people.actions.fields import checked_fields, one_line
from people.models import ApiToken, Contact, Segment, Tag, Team, Teammate
from people.permissions import Actor, require_admin
from routing import asking, kinds, texts
from routing.actions import setting_times
from routing.actions.circles import check_no_circle
from routing.actions.results import ROWS, check_results, gives_more, make_shareable, result_checks
from routing.models import RoutingSettings, Rule, RuleEdition
from routing.models.settings import DAYS_MAX

NAME_LENGTH = Rule._meta.get_field("name").max_length or 0
RULES_MAX = 1_000
TAGS_MAX = 20
# Any number that nobody else locks by.
WRITING = 0x72756C65


def save_rule(rule: Rule, *, by: Actor, **wanted: Any) -> Rule:
    """Makes a new rule, at the end, or gives one other fields: `name`, `moment`, `condition`,
    `goes_on`, `team`, `teammate`, `priority`, `tags`, `people_only`, `for_vips`, `vip_owner`,
    `is_on`, `sharing`, `policy`, `is_complaint`, `tells`, `says`, `closes`; of one by time `since`,
    `after_minutes`, `counts`; rows by their public ids, a priority by its word. A rule by time
    leaves alone what was over before it was written, or asked for something else, or was switched
    on, unless it `includes_past`.

    A condition that stays need not be sound. Raises NotAllowed for who is no admin, NotFound for a
    rule that is gone, and Invalid for all that is wrong, by field.
    """
    only_admins(by)
    with transaction.atomic():
        one_at_a_time()
        is_new = rule.pk is None
        held = Rule(position=next_position()) if is_new else found_again(rule)
        before = {} if is_new else state_of(held)
        includes_past = truth("includes_past")(wanted.pop("includes_past", False))
        if not is_new and wanted.get("condition") == held.condition:
            del wanted["condition"]
        if is_new:
            wanted = {"name": None, "condition": None, **wanted}
        fields = checked_fields(wanted, checks_for(held))
        rows = {name: fields.pop(name) for name in ROWS if name in fields}
        for name, value in fields.items():
            setattr(held, name, value)
        check_whole(held, rows)
        check_no_circle(rule=held)
        held.broken = ""
        make_shareable(held)
        if is_new:
            held.save()
        for name, wanted_rows in rows.items():
            if is_new or set(getattr(held, name).all()) != set(wanted_rows):
                getattr(held, name).set(wanted_rows)
        after = state_of(held)
        changed = [name for name in after if is_new or before[name] != after[name]]
        reaches_back = setting_times.begin(held, before, after, includes_past=includes_past)
        if not changed and not reaches_back:
            held.save(update_fields=["broken"])
            return held
        if not is_new and set(changed) - {"is_on"}:
            held.version += 1
        held.save()
        keep_edition(held)
        record(
            kinds.RULE_CREATED if is_new else kinds.RULE_CHANGED,
            by=by,
            subject=held,
            before={} if is_new else {name: before[name] for name in changed},
            after={name: after[name] for name in changed}
            | {"version": held.version}
            | ({"includes_past": True} if reaches_back else {}),
        )
    return held


def switch_rule(rule: Rule, *, by: Actor, is_on: bool) -> Rule:
    """Raises NotAllowed and NotFound, and Invalid for one that would make a circle."""
    only_admins(by)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(rule)
        if held.is_on != is_on:
            before = state_of(held)
            held.is_on = is_on
            check_no_circle(rule=held)
            setting_times.begin(held, before, state_of(held), includes_past=False)
            held.save(update_fields=["is_on", "passes_from", "updated_at"])
            record(
                kinds.RULE_SWITCHED,
                by=by,
                subject=held,
                before={"is_on": not is_on},
                after={"is_on": is_on},
            )
    return held


def delete_rule(rule: Rule, *, by: Actor) -> None:
    """What it decided stays explained. Raises NotAllowed and NotFound."""
    only_admins(by)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(rule)
        record(kinds.RULE_DELETED, by=by, subject=held, before=state_of(held))
        held.delete()


def change_settings(*, by: Actor, **wanted: Any) -> RoutingSettings:
    """Sets `triage_team`, `vip_segment` (public ids or None) or `simulated_days`. Raises NotAllowed
    and Invalid."""
    only_admins(by)
    with transaction.atomic():
        one_at_a_time()
        held = RoutingSettings.current()
        fields = checked_fields(
            wanted,
            {
                "triage_team": found(Team, "team", "triage_team"),
                "vip_segment": found(Segment, "segment", "vip_segment"),
                "simulated_days": sound_days,
            },
        )
        before = {name: shown(getattr(held, name)) for name in fields}
        after = {name: shown(value) for name, value in fields.items()}
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            for name in changed:
                setattr(held, name, fields[name])
            held.save()
            record(
                kinds.ROUTING_CHANGED,
                by=by,
                subject=held,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return held


# ---- checks --------------------------------------------------------------------------------------


def only_admins(by: Actor) -> None:
    """Rules decide over everybody's work. An app is nobody's, so it may not either."""
    if isinstance(by, ApiToken | Contact):
        raise NotAllowed("Only an admin may do this. Use a token that acts as one.")
    require_admin(by if isinstance(by, Teammate) else None)


def one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])


def found_again(rule: Rule) -> Rule:
    held: Rule | None = asking.with_all(Rule.objects).filter(pk=rule.pk).first()
    if held is None:
        raise NotFound("This rule has been deleted.")
    return held


def next_position() -> int:
    if Rule.objects.count() >= RULES_MAX:
        raise Invalid(errors={"name": [f"{RULES_MAX:,} rules are the most."]})
    last: int = Rule.objects.aggregate(last=Max("position"))["last"] or 0
    return last + 1


def state_of(rule: Rule) -> dict[str, Any]:
    return {**asking.said_by(rule), "is_on": rule.is_on}


def keep_edition(rule: Rule) -> None:
    RuleEdition.objects.update_or_create(
        rule=rule.public_id,
        version=rule.version,
        defaults={"name": rule.name, "says": asking.said_by(rule)},
    )


def shown(value: Any) -> Any:
    return getattr(value, "public_id", value)


def checks_for(rule: Rule) -> Mapping[str, Callable[[Any], Any]]:
    return {
        "name": lambda name: free_name(rule, name),
        "condition": sound_tree,
        "moment": one_of(Rule.Moment.values, "moment"),
        **setting_times.CHECKS,
        "says": texts.sound_texts,
        "closes": truth("closes"),
        "for_vips": one_of(Rule.ForVips.values, "for_vips"),
        "goes_on": truth("goes_on"),
        "people_only": truth("people_only"),
        "is_on": truth("is_on"),
        "team": found(Team, "team", "team"),
        "teammate": found(Teammate, "teammate", "teammate"),
        "vip_owner": found(Teammate, "teammate", "vip_owner"),
        "priority": sound_priority,
        "tags": sound_tags,
        **result_checks(),
    }


def free_name(rule: Rule, name: Any) -> str:
    name = one_line(name, "name", max_length=NAME_LENGTH)
    if not name:
        raise Invalid(errors={"name": ["Give the rule a name."]})
    same = Rule.objects.alias(folded=Lower("name")).filter(folded=Lower(Value(name)))
    if same.exclude(pk=rule.pk).exists():
        raise Invalid(errors={"name": ["There is a rule of this name."]})
    return name


def sound_tree(tree: Any) -> Any:
    try:
        return asking.sound(tree, asking.language()).to_json()
    except InvalidCondition as wrong:
        raise Invalid(errors={"condition": list(wrong.errors.values())}) from None


def one_of(known: Sequence[str], field: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise Invalid(errors={field: [f"Expected one of: {', '.join(known)}."]})
        return value

    return check


def truth(field: str) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        if not isinstance(value, bool):
            raise Invalid(errors={field: ["Expected true or false."]})
        return value

    return check


def found(model: Any, noun: str, field: str) -> Callable[[Any], Model | None]:
    """A row by its public id; None for nothing."""

    def check(name: Any) -> Model | None:
        if name is None or name == "":
            return None
        row: Model | None = None
        if isinstance(name, str) and len(name) <= 40 and name.isprintable():
            row = model.objects.filter(public_id=name).first()
        if row is None:
            raise Invalid(errors={field: [f"This {noun} is gone."]})
        return row

    return check


def sound_priority(word: Any) -> Conversation.Priority | None:
    if word is None or word == "":
        return None
    if not isinstance(word, str) or word not in dict(Conversation.Priority.words()):
        raise Invalid(errors={"priority": ["There is no such priority."]})
    return Conversation.Priority.of(word)


def sound_tags(names: Any) -> list[Tag]:
    if not isinstance(names, list | tuple) or not all(isinstance(each, str) for each in names):
        raise Invalid(errors={"tags": ["Expected a list of tags."]})
    wanted = set(names)
    if len(wanted) > TAGS_MAX:
        raise Invalid(errors={"tags": [f"A rule puts {TAGS_MAX} tags on at most."]})
    if not all(len(each) <= 40 and each.isprintable() for each in wanted):
        raise Invalid(errors={"tags": ["A tag is gone."]})
    tags = list(Tag.objects.filter(public_id__in=wanted))
    if len(tags) < len(wanted):
        raise Invalid(errors={"tags": ["A tag is gone."]})
    archived = [tag.name for tag in tags if tag.is_archived]
    if archived:
        raise Invalid(errors={"tags": [f"This tag is archived: {archived[0]}."]})
    return tags


def sound_days(days: Any) -> int:
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= DAYS_MAX:
        raise Invalid(errors={"simulated_days": [f"Expected 1 to {DAYS_MAX} days."]})
    return days


def check_whole(rule: Rule, rows: Mapping[str, Sequence[Any]]) -> None:
    """What fields must be together, with the rows that are to be its tags and whom it tells, where
    these are given. Raises Invalid."""
    tags, tells = (held_or(rule, name, rows) for name in ROWS)
    if rule.for_vips != Rule.ForVips.OWNER:
        rule.vip_owner = None
    elif rule.vip_owner is None:
        raise Invalid(errors={"vip_owner": ["Say who has the VIPs first."]})
    if rule.for_vips != Rule.ForVips.SAME and RoutingSettings.current().vip_segment is None:
        said = "Say in the routing settings first which segment the VIPs are."
        raise Invalid(errors={"for_vips": [said]})
    setting_times.check(rule)
    gives = [rule.team, rule.teammate, rule.priority is not None, tags, rule.people_only]
    gives += [bool(rule.says), rule.closes]
    is_for_vips = rule.for_vips != Rule.ForVips.SAME
    check_results(rule, tells)
    if not any([*gives, is_for_vips, gives_more(rule, tells)]):
        said = (
            "Say what becomes of such a conversation: a team, a person, a priority, tags, a text."
        )
        raise Invalid(errors={"team": [said]})
    for field in ("teammate", "vip_owner"):
        check_can_have(getattr(rule, field), rule.team, field)


def held_or(rule: Rule, name: str, rows: Mapping[str, Sequence[Any]]) -> Sequence[Any]:
    if name in rows:
        return rows[name]
    return list(getattr(rule, name).all()) if rule.pk is not None else []


def check_can_have(mate: Teammate | None, team: Team | None, field: str) -> None:
    if mate is None:
        return
    if not mate.is_active:
        raise Invalid(errors={field: [f"{mate} is deactivated."]})
    if team is None or not team.is_private or mate.is_admin:
        return
    if not mate.memberships.filter(team=team).exists():
        raise Invalid(errors={field: [f"{mate} is not in that private team."]})
