"""Looks at what happened and why; the one change is to replay what failed."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from ground.journal.kinds import KINDS
from ground.journal.models import Decision, Entry, Reaction
from ground.journal.reactions import revive

COUNT_MAX = 2000
BY_SUBJECT = "A whole public id: of who did it, or of what it happened to."


class CappedPaginator(Paginator):
    """Counts no further than anybody pages."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNT_MAX].count()


class Look(ModelAdmin):
    """The journal is written by actions only; nobody edits history."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KindFilter(admin.SimpleListFilter):
    """The kinds that rooms declare, without asking a large table for its own."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in sorted(KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(Look):
    list_display = ("id", "kind", "actor", "subject", "created_at")
    list_filter = (KindFilter,)
    search_fields = ("=subject_id", "=actor_id")
    search_help_text = BY_SUBJECT
    fields = (
        "kind",
        "meaning",
        "actor",
        "subject",
        "before",
        "after",
        "topics",
        "cause",
        "depth",
        "created_at",
    )

    @admin.display(description="Who")
    def actor(self, entry: Entry) -> str:
        return f"{entry.actor_type} {entry.actor_id}".strip()

    @admin.display(description="What")
    def subject(self, entry: Entry) -> str:
        return f"{entry.subject_type} {entry.subject_id}"

    @admin.display(description="Meaning")
    def meaning(self, entry: Entry) -> str:
        return KINDS.get(entry.kind, "A kind that no room declares any more.")


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    states = {
        "dead": {"dead_at__isnull": False},
        "owed": {"dead_at": None, "done_at": None},
        "done": {"done_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("dead", "Dead letters"), ("owed", "Owed"), ("done", "Done")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> QuerySet[Reaction]:
        return queryset.filter(**self.states.get(self.value() or "", {}))


@admin.register(Reaction)
class ReactionAdmin(Look):
    """What followed from what happened. A dead letter failed too often and waits for a person."""

    list_display = ("id", "name", "entry", "state", "attempts", "error_line", "created_at")
    list_filter = (StateFilter,)
    list_select_related = ("entry",)
    search_fields = ("=entry__subject_id", "=name")
    search_help_text = "A whole public id of what it happened to, or a reaction's whole name."
    actions = ("replay",)

    @admin.display(description="State")
    def state(self, reaction: Reaction) -> str:
        if reaction.dead_at:
            return "Dead letter"
        return "Done" if reaction.done_at else "Owed"

    @admin.display(description="Error")
    def error_line(self, reaction: Reaction) -> str:
        return reaction.error[:100]

    @admin.action(description="Replay the selected dead letters", permissions=["view"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        count = revive(Reaction.objects.filter(pk__in=queryset.values("pk")))
        messages.success(request, f"{count} will be tried again.")


@admin.register(Decision)
class DecisionAdmin(Look):
    """Why automation did what it did."""

    list_display = ("id", "decider", "subject", "outcome", "created_at")
    search_fields = ("=subject_id", "=decider")
    search_help_text = "The whole public id of whom it was about, or the decider's whole name."
    fields = ("decider", "version", "subject", "facts", "why", "result", "cause", "entry")
    readonly_fields = ("why",)

    @admin.display(description="About")
    def subject(self, decision: Decision) -> str:
        return f"{decision.subject_type} {decision.subject_id}"

    @admin.display(description="Result")
    def outcome(self, decision: Decision) -> str:
        return ", ".join(f"{name}: {value}" for name, value in decision.result.items())[:200]

    @admin.display(description="Why")
    def why(self, decision: Decision) -> SafeString:
        explanation = decision.explanation
        if "clauses" in explanation:
            said = ((tick(one["holds"]), one["says"]) for one in explanation["clauses"])
            return format_html_join("", "<div>{} {}</div>", said)
        return reason(explanation.get("tree", explanation))


def tick(truth: bool | None) -> str:
    return "–" if truth is None else ("✓" if truth else "✗")


def reason(tree: dict[str, Any]) -> SafeString:
    """A condition's stored reasons as nested lines: what was asked, what was read, what held."""
    truth = tree.get("truth")
    for word, title in (("all", "All of"), ("any", "Any of"), ("not", "Not")):
        if word in tree:
            parts = tree[word] if isinstance(tree[word], list) else [tree[word]]
            lines = format_html_join("", "{}", ((reason(part),) for part in parts))
            return format_html(
                '<div>{} {}<div style="padding-left:1.5em">{}</div></div>',
                tick(truth),
                title,
                lines,
            )
    if "fact" not in tree:
        return conditional_escape(tree)
    asked = " ".join(str(tree[name]) for name in ("fact", "op", "value") if name in tree)
    read = "not asked" if tree.get("skipped") else f"it was {tree.get('read')!r}"
    return format_html("<div>{} {} ({})</div>", tick(truth), asked, read)
