"""Service levels: what is promised to whom, what happens when it is late, and what was kept."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from ground.conditions import Condition, Snapshot, has_set_form
from ground.web.problems import Invalid
from inbox.models import Conversation
from inbox.preview import preview_of
from people.admin.asking import BLANK, AskingAdmin, Draft
from people.models import Team, Teammate
from routing import asking, kept
from routing.actions.promising import NAME_LENGTH, PROMISED, STEPS_MAX, delete_policy, save_policy
from routing.admin.rules import Seen
from routing.models import Policy
from routing.spans import minutes_from, text_of

SPANS = (*PROMISED.values(), "soon_minutes")
FLAGS = ("is_on", "pauses_snoozed", "pauses_waiting")
TARGETS = {
    "any": "Any of them",
    "first": "First answer",
    "next": "Further answers",
    "resolution": "Closing",
}
BEFORE, AFTER = "before", "after"


@admin.register(Policy)
class PolicyAdmin(AskingAdmin):
    """The first that holds, from the smallest position on, is the one."""

    noun = "service level"
    subject = asking.SUBJECT
    titles = asking.TITLES
    is_of_one = True
    fields_template = "admin/routing/policy/_fields.html"
    preview_template = "admin/routing/rule/_preview.html"
    search_fields = ("name", "=public_id")
    ordering = ("position", "id")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        # One language and one sum for all rows.
        spoken = asking.language()
        shares = kept.shares(list(Policy.objects.values_list("pk", flat=True)), timezone.now())

        @admin.display(description="For whom")
        def says(policy: Policy) -> str:
            return asking.in_words(policy.condition, spoken)

        @admin.display(description="Promises")
        def promises(policy: Policy) -> str:
            given = ((TARGETS[target], getattr(policy, name)) for target, name in PROMISED.items())
            said = [f"{label} in {text_of(minutes)}" for label, minutes in given if minutes]
            return f"{', '.join(said)}; {policy.get_counts_display().lower()}"

        @admin.display(description=f"Kept, of the last {kept.DAYS} days")
        def share(policy: Policy) -> str:
            said = [
                f"{TARGETS[each.target]} {each.percent}% of {each.kept + each.missed}"
                for each in shares.get(policy.pk, [])
                if each.percent is not None
            ]
            return ", ".join(said) or "–"

        return ("name", "position", "is_on", says, promises, share)

    def language(self) -> Snapshot:
        return asking.language()

    def sound(self, tree: Any, spoken: Snapshot) -> Condition:
        return asking.sound({"all": []} if tree == BLANK else tree, spoken)

    def written_of(self, row: Policy) -> dict[str, Any]:
        spans = {name: getattr(row, name) for name in SPANS}
        return {
            "name": row.name,
            "position": str(row.position) if row.pk else "",
            "counts": row.counts,
            **{name: "" if value is None else text_of(value) for name, value in spans.items()},
            **{name: getattr(row, name) for name in FLAGS},
            "steps": [step_written(step) for step in row.steps],
        }

    def written_in(self, post: QueryDict) -> dict[str, Any]:
        words = ("name", "position", "counts", *SPANS)
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
        position = fields.pop("position").strip()
        if position:
            fields["position"] = number(position, "position")
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
        return Seen(words, preview_of(asking.like_this(condition, spoken)))

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

    def delete_model(self, request: HttpRequest, obj: Policy) -> None:
        delete_policy(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        for policy in queryset:
            delete_policy(policy, by=request.user)


def number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid(errors={field: ["Write a whole number."]})
    return int(text)


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
