"""Rules: a list in the order in which they are asked, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from ground.conditions import Condition, Snapshot, has_set_form
from ground.web.problems import Problem
from inbox.models import Conversation
from inbox.preview import Preview, preview_of
from people.admin.asking import BLANK, AskingAdmin, Draft
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
from routing.models import RoutingSettings, Rule
from routing.models.settings import DAYS_MAX

FLAGS = ("goes_on", "people_only", "is_on")
WORDS = ("name", "moment", "team", "teammate", "priority", "for_vips", "vip_owner")


@dataclass(frozen=True)
class Row:
    """A rule as the list shows it."""

    rule: Rule
    says: str
    gives: list[str]
    fault: str
    matches: int


@dataclass(frozen=True)
class Seen:
    """What the preview of a rule shows: its condition in words, and what is like this now. `now`
    is None where that cannot be listed, `tried` where it was not asked for."""

    words: str
    now: Preview | None
    tried: trying.Tried | None = None


@admin.register(Rule)
class RuleAdmin(AskingAdmin):
    """Who looks at a conversation first. Rules are asked from top to bottom."""

    noun = "rule"
    subject = asking.SUBJECT
    titles = asking.TITLES
    is_of_one = True
    fields_template = "admin/routing/rule/_fields.html"
    preview_template = "admin/routing/rule/_preview.html"

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
                "goes_on": False,
                "people_only": False,
                "is_on": True,
                "tags": [],
            }
        said = {**asking.said_by(row), "is_on": row.is_on}
        return {name: said[name] for name in (*WORDS, *FLAGS, "tags")}

    def written_in(self, post: QueryDict) -> dict[str, Any]:
        words = {name: post.get(name, "") for name in WORDS}
        flags = {name: post.get(name) == "on" for name in FLAGS}
        return {**words, **flags, "tags": [tag for tag in post.getlist("tags") if tag]}

    def keep_row(self, draft: Draft, by: Any) -> Rule:
        tree = {"all": []} if draft.tree == BLANK else draft.tree
        return save_rule(draft.row, by=by, condition=tree, **draft.fields)

    def preview(self, draft: Draft, condition: Condition | None, spoken: Snapshot) -> Seen | None:
        if condition is None:
            return None
        words = asking.in_words(condition.to_json(), spoken)
        if draft.do == "try":
            says = {**draft.fields, "condition": condition.to_json()}
            rule = draft.row.public_id if draft.row.pk else ""
            return Seen(words, None, trying.try_rule(rule, says, spoken))
        if not has_set_form(condition, asking.SUBJECT, registry=spoken):
            return Seen(words, None)
        return Seen(words, preview_of(asking.like_this(condition, spoken)))

    def more(self, draft: Draft, spoken: Snapshot) -> dict[str, Any]:
        mates = Teammate.objects.active().order_by("name")
        kept = draft.fields["tags"]
        settings = RoutingSettings.current()
        return {
            "name_length": NAME_LENGTH,
            "moments": Rule.Moment.choices,
            "ways": Rule.ForVips.choices,
            "teams": list(Team.objects.all()),
            "mates": list(mates),
            "priorities": Conversation.Priority.words(),
            "tags": [
                tag for tag in Tag.objects.all() if not tag.is_archived or tag.public_id in kept
            ],
            "vips": settings.vip_segment,
            "days": settings.simulated_days,
            "lately": lately.decided_by(draft.row.public_id) if draft.row.pk else [],
        }

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        delete_rule(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        for rule in queryset:
            delete_rule(rule, by=request.user)

    # ---- the list --------------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """GET: the rules in their order. POST (`do`): `up …`, `down …` draw another order, which
        `try` goes through the last days with, and `arrange` saves; `switch …` and `settings` save
        at once."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.show_list(request, [])
        if not self.has_change_permission(request):
            raise PermissionDenied
        do, _, name = request.POST.get("do", "").partition(" ")
        order = request.POST.getlist("order")
        if do in ("up", "down"):
            return self.show_list(request, moved(order, name, -1 if do == "up" else 1))
        if do == "try":
            return self.show_list(request, order, is_tried=True)
        try:
            said = self.carry_out(request, do, name, order)
        except Problem as problem:
            texts = [text for each in (problem.errors or {}).values() for text in each]
            messages.error(request, " ".join(texts) or problem.detail)
            return self.show_list(request, [], status=problem.status)
        if said:
            messages.success(request, said)
        return redirect(request.get_full_path())

    def carry_out(self, request: HttpRequest, do: str, name: str, order: list[str]) -> str:
        """Does what a button of the list asks for; says so. Raises Problem."""
        by: Any = request.user
        if do == "arrange":
            arrange_rules(order, by=by)
            return "The rules are asked in this order from now on."
        if do == "settings":
            post = request.POST
            days = post.get("simulated_days", "")
            change_settings(
                by=by,
                triage_team=post.get("triage_team", ""),
                vip_segment=post.get("vip_segment", ""),
                simulated_days=int(days) if days.isascii() and days.isdecimal() else None,
            )
            return "The settings of routing are saved."
        rule = Rule.objects.filter(public_id=name[:40]).first() if name.isprintable() else None
        if do == "switch" and rule is not None:
            switched = switch_rule(rule, by=by, is_on=not rule.is_on)
            return f"The rule “{rule}” is {'on' if switched.is_on else 'off'}."
        return ""

    def show_list(
        self,
        request: HttpRequest,
        order: Sequence[str],
        *,
        is_tried: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        rules = asking.in_their_order()
        shown = in_order(rules, order)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Rules",
            "rows": rows_of(shown, request.user),
            "is_moved": shown != rules,
            "tried": trying.try_order(shown, rules) if is_tried else None,
            "settings": RoutingSettings.current(),
            "teams": list(Team.objects.all()),
            "segments": list(Segment.objects.all()),
            "days": lately.DAYS,
            "days_max": DAYS_MAX,
        }
        return TemplateResponse(request, "admin/routing/rule/list.html", context, status=status)


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
        )
        for rule in rules
    ]


def in_order(rules: list[Rule], order: Sequence[str]) -> list[Rule]:
    """The rules in an order of public ids, where it names them all."""
    by_name = {rule.public_id: rule for rule in rules}
    if sorted(order) != sorted(by_name):
        return rules
    return [by_name[name] for name in order]


def moved(order: list[str], name: str, by: int) -> list[str]:
    """An order with one name a place further up or down."""
    if name not in order:
        return order
    at = order.index(name)
    to = min(max(at + by, 0), len(order) - 1)
    rest = [*order[:at], *order[at + 1 :]]
    return [*rest[:to], name, *rest[to:]]
