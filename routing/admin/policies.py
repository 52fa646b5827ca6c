"""Service levels: what is promised to whom, what happens when it is late, and what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from ground import conditions
from ground.conditions import Condition, Not, Snapshot, has_set_form
from ground.web.problems import Invalid
from inbox.models import Conversation
from inbox.preview import Preview, preview_of
from people.admin.asking import BLANK, Draft
from people.models import Team, Teammate
from routing import asking, kept, levels
from routing.actions import arrange_policies
from routing.actions.promising import NAME_LENGTH, PROMISED, STEPS_MAX, delete_policy, save_policy
from routing.admin.ordered import OrderedAdmin
from routing.models import Policy
from routing.spans import minutes_from, text_of

SPANS = (*PROMISED.values(), "soon_minutes")
FLAGS = ("is_on", "by_rules_only", "pauses_snoozed", "pauses_waiting")
TARGETS = {
    "any": "Any of them",
    "first": "First answer",
    "next": "Further answers",
    "resolution": "Closing",
}
BEFORE, AFTER = "before", "after"
ONLY_BY_RULES = "Only where a rule gives it"
# A preview asks so many levels above.
ABOVE_MAX = 20


@dataclass(frozen=True)
class Shown:
    """Which share of one kind of promise was kept, of how many."""

    label: str
    percent: int
    size: int


@dataclass(frozen=True)
class Row:
    """A service level as the list shows it."""

    stored: Policy
    says: str
    promises: list[str]
    fault: str
    shares: list[Shown]


@dataclass(frozen=True)
class Seen:
    """What the preview shows: the condition in words, and the open conversations for which the
    level would hold now, None where they cannot be listed. `before`: levels above take others."""

    words: str
    now: Preview | None
    before: bool = False


@admin.register(Policy)
class PolicyAdmin(OrderedAdmin):
    """The first that holds, from the top on, is the one."""

    noun = "service level"
    subject = asking.SUBJECT
    titles = asking.TITLES
    is_of_one = True
    fields_template = "admin/routing/policy/_fields.html"
    preview_template = "admin/routing/policy/_preview.html"
    list_template = "admin/routing/policy/list.html"

    def language(self) -> Snapshot:
        return asking.language()

    def sound(self, tree: Any, spoken: Snapshot) -> Condition:
        return asking.sound({"all": []} if tree == BLANK else tree, spoken)

    def written_of(self, row: Policy) -> dict[str, Any]:
        spans = {name: getattr(row, name) for name in SPANS}
        return {
            "name": row.name,
            "counts": row.counts,
            **{name: "" if value is None else text_of(value) for name, value in spans.items()},
            **{name: getattr(row, name) for name in FLAGS},
            "steps": [step_written(step) for step in row.steps],
        }

    def written_in(self, post: QueryDict) -> dict[str, Any]:
        words = ("name", "counts", *SPANS)
        columns = [post.getlist(f"step_{part}") for part in ("target", "span", "side", "do")]
        rows = zip(*columns, strict=False)
        steps = [dict(zip(("target", "span", "side", "do"), row, strict=True)) for row in rows]
        return {
            **{name: post.get(name, "") for name in words},
            **{name: post.get(name) == "on" for name in FLAGS},
            "steps": [step for step in steps if step["do"]][: STEPS_MAX + 1],
        }

    def keep_row(self, draft: Draft, by: Any) -> Policy:
        tree = {"all": []} if draft.tree == BLANK else draft.tree
        fields = dict(draft.fields)
        for name in SPANS:
            is_optional = name != "soon_minutes"
            fields[name] = span(fields[name], name, is_optional=is_optional)
        fields["steps"] = [step_read(step) for step in fields["steps"]]
        return save_policy(draft.row, by=by, condition=tree, **fields)

    def preview(self, draft: Draft, condition: Condition | None, spoken: Snapshot) -> Seen | None:
        if condition is None:
            return None
        words = asking.in_words(condition.to_json(), spoken)
        if not has_set_form(condition, asking.SUBJECT, registry=spoken):
            return Seen(words, None)
        before = conditions_before(draft.row, spoken)
        rows = asking.like_this(condition, spoken).open()
        for other in before:
            rows = conditions.filter(rows, Not(other), now=timezone.now(), registry=spoken)
        return Seen(words, preview_of(rows), before=bool(before))

    def more(self, draft: Draft, spoken: Snapshot) -> dict[str, Any]:
        blank = {"target": "any", "span": "", "side": AFTER, "do": ""}
        steps = draft.fields["steps"]
        mates = list(Teammate.objects.active().order_by("name"))
        return {
            "name_length": NAME_LENGTH,
            "counts": Policy.Counts.choices,
            "targets": TARGETS.items(),
            "steps": [*steps, *[blank] * min(2, max(0, STEPS_MAX - len(steps)))],
            "does": [
                ("Tell", [(f"notify {mate.public_id}", f"Tell {mate}") for mate in mates]),
                (
                    "Give to a team",
                    [(f"team {team.public_id}", f"Give to {team}") for team in Team.objects.all()],
                ),
                (
                    "Give to a person",
                    [(f"teammate {mate.public_id}", f"Give to {mate}") for mate in mates],
                ),
                (
                    "Raise the priority",
                    [
                        (f"priority {word}", f"Raise to {label.lower()}")
                        for word, label in Conversation.Priority.words()
                        if word in ("high", "urgent")
                    ],
                ),
            ],
        }

    # ---- the list --------------------------------------------------------------------------------

    def in_their_order(self) -> list[Policy]:
        return list(Policy.objects.all())

    def arrange(self, order: Sequence[str], by: Any) -> None:
        arrange_policies(order, by=by)

    def switch(self, row: Policy, by: Any) -> Policy:
        return save_policy(row, by=by, is_on=not row.is_on)

    def listed(
        self, request: HttpRequest, rows: list[Policy], present: list[Policy], *, tried: str | None
    ) -> dict[str, Any]:
        spoken = asking.language()
        shares = kept.shares([row.pk for row in rows], timezone.now())
        return {
            "title": "Service levels",
            "rows": [row_of(row, spoken, shares.get(row.pk, [])) for row in rows],
            "days": kept.DAYS,
        }

    def delete_model(self, request: HttpRequest, obj: Policy) -> None:
        delete_policy(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        for policy in queryset:
            delete_policy(policy, by=request.user)


def row_of(policy: Policy, spoken: Snapshot, shares: Sequence[kept.Share]) -> Row:
    promised = ((TARGETS[target], getattr(policy, name)) for target, name in PROMISED.items())
    condition = levels.condition_of(policy, spoken)
    return Row(
        policy,
        ONLY_BY_RULES if policy.by_rules_only else asking.in_words(policy.condition, spoken),
        [f"{label} in {text_of(minutes)}" for label, minutes in promised if minutes],
        "" if condition else "It asks for what is gone.",
        [
            Shown(TARGETS[each.target], each.percent, each.kept + each.missed)
            for each in shares
            if each.percent is not None
        ],
    )


def conditions_before(policy: Policy, spoken: Snapshot) -> list[Condition]:
    """Of those levels that are on and asked before one, as far as lists can be asked them."""
    rows = Policy.objects.filter(is_on=True, by_rules_only=False)
    above = rows.filter(position__lt=policy.position) if policy.pk else rows
    found = [levels.condition_of(each, spoken) for each in above[:ABOVE_MAX]]
    return [
        each
        for each in found
        if each is not None and has_set_form(each, asking.SUBJECT, registry=spoken)
    ]


def span(text: str, field: str, *, is_optional: bool) -> int | None:
    if is_optional and not text.strip():
        return None
    minutes = minutes_from(text)
    if minutes is None:
        raise Invalid(errors={field: ["Write a time like “30 min” or “4 h”."]})
    return minutes


def step_written(step: dict[str, Any]) -> dict[str, str]:
    return {
        "target": step["target"],
        "span": text_of(abs(step["minutes"])),
        "side": BEFORE if step["minutes"] < 0 else AFTER,
        "do": f"{step['do']} {step['value']}",
    }


def step_read(step: dict[str, str]) -> dict[str, Any]:
    minutes = span(step["span"] or "0", "steps", is_optional=False) or 0
    do, _, value = step["do"].partition(" ")
    signed = -minutes if step["side"] == BEFORE else minutes
    return {"target": step["target"], "minutes": signed, "do": do, "value": value}
