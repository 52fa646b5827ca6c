"""Counting how often conversations are handed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ground.journal.models import Entry
from inbox.models import Conversation
from routing.handing import Answered, Given, handed
from routing.models import Handing, RoutingSettings

ASSIGNED, SENT, CLOSED = "conversation.assigned", "message.sent", "conversation.closed"
# So far back it is looked for what happened in one conversation.
EVENTS_MAX = 500


def count_hands(given: Mapping[str, Entry]) -> int:
    """Conversations were given to somebody, by their public ids: counts anew how often each was
    handed on. Returns how many were."""
    settings = RoutingSettings.current()
    triage = settings.triage_team.public_id if settings.triage_team else ""
    pks = dict(Conversation.objects.filter(public_id__in=given).values_list("public_id", "pk"))
    rows = []
    for name, events in happened(pks).items():
        found = handed(events, triage)
        if found.moves or found.asked_again:
            at = given[name].created_at
            rows.append(
                Handing(
                    conversation_id=pks[name],
                    moves=found.moves,
                    asked_again=found.asked_again,
                    moved_at=at,
                )
            )
    Handing.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["conversation"],
        update_fields=["moves", "asked_again", "moved_at"],
    )
    return len(rows)


def happened(names: Mapping[str, int]) -> dict[str, list[Given | Answered]]:
    """What was given and answered in conversations since each began, or began anew, in order."""
    found: dict[str, list[Given | Answered]] = defaultdict(list)
    told = Entry.objects.filter(
        subject_type="conversation", subject_id__in=names, kind__in=(ASSIGNED, SENT, CLOSED)
    )
    latest = told.order_by("-id").values_list(
        "subject_id", "kind", "actor_type", "actor_id", "after"
    )[: EVENTS_MAX * max(1, len(names))]
    for name, kind, actor_type, actor_id, after in reversed(latest):
        if kind == CLOSED:
            found[name] = []
        elif kind == ASSIGNED:
            found[name].append(Given(said(after, "team"), said(after, "assignee")))
        elif actor_type == "teammate":
            found[name].append(Answered(actor_id))
    return found


def said(after: Mapping[str, str | None], field: str) -> str | None:
    return after[field] or "" if field in after else None
