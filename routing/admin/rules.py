"""Rules: a list in the order in which they are asked, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from ground.conditions import Condition, Snapshot, has_set_form
from inbox.models import Conversation
from inbox.preview import Preview, preview_of
from people.admin.asking import BLANK, Draft
from people.models import Segment, Tag, Team, Teammate
from routing import asking, lately, trying, wording
from routing.actions import (
    arrange_rules,
    change_settings,
    delete_rule,
    save_rule,
    switch_rule,
)
from routing.actions.ruling import NAME_LENGTH
from routing.admin import timed
from routing.admin.ordered import TRYING, OrderedAdmin
from routing.models import Policy, RoutingSettings, Rule
from routing.models.settings import DAYS_MAX

FLAGS = ("goes_on", "people_only", "is_complaint", "is_on")
WORDS = (
    *("name", "moment", "team", "teammate", "sharing", "priority", "policy"),
    *("for_vips", "vip_owner"),
)
ROWS = ("tags", "tells")


@dataclass(frozen=True)
class Row:
    """A rule as the list shows it."""

    stored: Rule
    says: str
    gives: list[str]
    fault: str
    matches: int
    # When one by time is asked, in words.
    moment: str = ""


@dataclass(frozen=True)
class Seen:
    """What the preview of a rule shows: its condition in words, and what is like this now. `now`
    is None where that cannot be listed, `tried` where it was not asked for."""

    words: str
    now: Preview | None
    tried: trying.Tried | None = None


@admin.register(Rule)
class RuleAdmin(OrderedAdmin):
    """Who looks at a conversation first. Rules are asked from top to bottom."""

    noun = "rule"
    subject = asking.SUBJECT
    titles = asking.TITLES
    is_of_one = True
    fields_template = "admin/routing/rule/_fields.html"
    preview_template = "admin/routing/rule/_preview.html"
    list_template = "admin/routing/rule/list.html"
    tried_template = "admin/routing/rule/_tried_part.html"

    # ---- the form --------------------------------------------------------------------------------

    def language(self) -> Snapshot:
        return asking.language()

    def sound(self, tree: Any, spoken: Snapshot) -> Condition:
        return asking.sound({"all": []} if tree == BLANK else tree, spoken)

    def written_of(self, row: Rule) -> dict[str, Any]:
        if not row.pk:
            return {
                **dict.fromkeys(WORDS, ""),
                "moment": Rule.Moment.BEGINS,
                "for_vips": Rule.ForVips.SAME,
                **dict.fromkeys(FLAGS, False),
                "is_on": True,
                **{name: [] for name in ROWS},
                **timed.written_of(row),
            }
        said = {**asking.said_by(row), "is_on": row.is_on}
        return {name: said[name] for name in (*WORDS, *FLAGS, *ROWS)} | timed.written_of(row)

    def written_in(self, post: QueryDict) -> dict[str, Any]:
        words = {name: post.get(name, "") for name in WORDS}
        flags = {name: post.get(name) == "on" for name in FLAGS}
        rows = {name: [each for each in post.getlist(name) if each] for name in ROWS}
        return {**words, **flags, **rows, **timed.written_in(post)}

    def keep_row(self, draft: Draft, by: Any) -> Rule:
        tree = {"all": []} if draft.tree == BLANK else draft.tree
        own = {name: draft.fields[name] for name in (*WORDS, *FLAGS, *ROWS)}
        return save_rule(draft.row, by=by, condition=tree, **own, **timed.wanted(draft.fields))

    def preview(self, draft: Draft, condition: Condition | None, spoken: Snapshot) -> Seen | None:
        if condition is None:
            return None
        words = asking.in_words(condition.to_json(), spoken)
        if draft.do in TRYING:
            own = timed.tried(draft.fields)
            says = {**draft.fields, **own, "condition": condition.to_json()}
            rule = draft.row.public_id if draft.row.pk else ""
            so_far = draft.so_far if draft.do == "go-on" else ""
            return Seen(words, None, trying.try_rule(rule, says, spoken, so_far))
        if not has_set_form(condition, asking.SUBJECT, registry=spoken):
            return Seen(words, None)
        return Seen(words, preview_of(asking.like_this(condition, spoken)))

    def more(self, draft: Draft, spoken: Snapshot) -> dict[str, Any]:
        fields = draft.fields
        kept, told = fields["tags"], fields["tells"]
        mates = Teammate.objects.order_by("name")
        settings = RoutingSettings.current()
        return {
            "name_length": NAME_LENGTH,
            "moments": Rule.Moment.choices,
            "ways": Rule.ForVips.choices,
            "teams": list(Team.objects.all()),
            "mates": [mate for mate in mates if mate.is_active],
            "callable": [mate for mate in mates if mate.is_active or mate.public_id in told],
            "shares": Rule.Way.choices,
            "policies": [
                policy
                for policy in Policy.objects.all()
                if policy.is_on or policy.public_id == fields["policy"]
            ],
            "priorities": Conversation.Priority.words(),
            "tags": [
                tag for tag in Tag.objects.all() if not tag.is_archived or tag.public_id in kept
            ],
            "vips": settings.vip_segment,
            "days": settings.simulated_days,
            **timed.more(draft.fields, draft.do),
            "modules": ["routing/admin/trying.js"],
            "lately": lately.decided_by(draft.row.public_id) if draft.row.pk else [],
        }

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        delete_rule(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        for rule in queryset:
            delete_rule(rule, by=request.user)

    # ---- the list --------------------------------------------------------------------------------

    def in_their_order(self) -> list[Rule]:
        return asking.in_their_order()

    def arrange(self, order: Sequence[str], by: Any) -> None:
        arrange_rules(order, by=by)

    def switch(self, row: Rule, by: Any) -> Rule:
        return switch_rule(row, by=by, is_on=not row.is_on)

    def carry_out(self, request: HttpRequest, do: str, name: str, order: list[str]) -> str:
        if do != "settings":
            return super().carry_out(request, do, name, order)
        post = request.POST
        days = post.get("simulated_days", "")
        change_settings(
            by=request.user,  # type: ignore[arg-type]
            triage_team=post.get("triage_team", ""),
            vip_segment=post.get("vip_segment", ""),
            simulated_days=int(days) if days.isascii() and days.isdecimal() else None,
        )
        return "The settings of routing are saved."

    def listed(
        self, request: HttpRequest, rows: list[Rule], present: list[Rule], *, tried: str | None
    ) -> dict[str, Any]:
        do = request.POST.get("do", "")
        so_far = request.POST.get("so_far", "") if do.startswith("go-on") else ""
        return {
            "title": "Rules",
            "rows": rows_of(rows, request.user),
            "tried": None if tried is None else trying.try_named(tried, rows, present, so_far),
            "settings": RoutingSettings.current(),
            "teams": list(Team.objects.all()),
            "segments": list(Segment.objects.all()),
            "days": lately.DAYS,
            "days_max": DAYS_MAX,
        }


def rows_of(rules: Sequence[Rule], viewer: Any) -> list[Row]:
    """As many questions for one rule as for all of them."""
    spoken = asking.language()
    said = {rule.public_id: asking.said_by(rule) for rule in rules}
    names = wording.names_in(said.values(), viewer)
    matches: Mapping[str, int] = lately.matched(said)
    return [
        Row(
            rule,
            asking.in_words(rule.condition, spoken),
            wording.gifts(said[rule.public_id], names),
            asking.standing(rule, spoken).fault or rule.broken,
            matches.get(rule.public_id, 0),
            wording.moment_of(said[rule.public_id]),
        )
        for rule in rules
    ]
