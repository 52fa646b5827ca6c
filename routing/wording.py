"""What rules give, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ground.meaning import LANGUAGES
from inbox.models import Conversation
from inbox.naming import A_PRIVATE_TEAM
from people.models import Tag, Team, Teammate
from routing.engine import FAST, OWNER, PASSES
from routing.models import Policy

Names = Mapping[str, str]
# Lengths of time as people choose them, in minutes.
UNITS = (("day", 24 * 60), ("hour", 60), ("minute", 1))
LASTING = {
    "waiting": "without an answer",
    "unassigned": "with nobody",
    "silent": "of silence",
}
GONE = "(gone)"
WAYS = {
    "nobody": "shared out to nobody",
    "round_robin": "shared out in turn",
    "balanced": "shared out balanced",
}


def names_in(said: Iterable[Mapping[str, Any]], viewer: Teammate | None) -> dict[str, str]:
    """The names of teams, teammates and tags that rules or results speak of, by public id. A
    team that the viewer (None: an app) may not see is only said to be one."""
    ids = {name for says in said for name in ids_of(says)}
    if not ids:
        return {}
    hidden = set(Team.objects.hidden_from(viewer).values_list("public_id", flat=True))
    return {
        name: A_PRIVATE_TEAM if name in hidden else label for name, label in names_of(ids).items()
    }


def ids_of(says: Mapping[str, Any]) -> Iterable[str]:
    for name in ("team", "teammate", "vip_owner", "owner", "triage", "policy"):
        if says.get(name):
            yield says[name]
    for name in ("tags", "tells"):
        yield from says.get(name) or ()


def gifts(says: Mapping[str, Any], names: Names) -> list[str]:
    """What a rule that says this gives, each in a few words."""
    found = gifts_of(says, names)
    if says.get("for_vips") == OWNER:
        found.append(f"VIPs: {names.get(says.get('vip_owner') or '', GONE)} first")
    if says.get("for_vips") == FAST:
        found.append("VIPs: the fast lane")
    return found


def gifts_of(says: Mapping[str, Any], names: Names) -> list[str]:
    """What a rule or a decision gives to anybody."""
    found = []
    if team := says.get("team"):
        found.append(names.get(team, GONE))
    if mate := says.get("teammate"):
        found.append(names.get(mate, GONE))
    if priority := says.get("priority"):
        found.append(f"{Conversation.Priority.of(priority).label} priority")
    found += [f"#{names.get(tag, GONE)}" for tag in says.get("tags") or ()]
    if says.get("people_only"):
        found.append("people only")
    if texts := says.get("says"):
        found.append(told_in(texts))
    if says.get("closes"):
        found.append("closed")
    return [*found, *results_of(says, names)]


def results_of(says: Mapping[str, Any], names: Names) -> list[str]:
    """How it is dealt with, and who is told."""
    found = []
    if way := says.get("sharing"):
        found.append(WAYS.get(way, GONE))
    if policy := says.get("policy"):
        found.append(f"service level {names.get(policy, GONE)}")
    # A rule says that it is one, a result by which rule.
    if says.get("is_complaint") or says.get("complaint_by"):
        found.append("followed up as a complaint")
    if tells := says.get("tells"):
        found.append(f"calls {', '.join(names.get(mate, GONE) for mate in tells)}")
    return found


def told_in(texts: Any) -> str:
    """A text by language, or only that there is one."""
    if not isinstance(texts, Mapping):
        return "a text to the customer"
    return f"a text in {', '.join(LANGUAGES.get(name, name) for name in sorted(texts))}"


def moment_of(says: Mapping[str, Any]) -> str:
    """When a rule by time is asked; nothing of others."""
    if says.get("moment") != PASSES:
        return ""
    lasting = LASTING.get(says.get("since") or "", "")
    counted = ", in office hours" if says.get("counts") == "office" else ""
    return f"{length(says.get('after_minutes') or 0)} {lasting}{counted}"


def length(minutes: int) -> str:
    """A length of time in full: 1 day 12 hours."""
    found = []
    for name, size in UNITS:
        count, minutes = divmod(minutes, size)
        if count:
            found.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(found)


def names_in_full(said: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """As `names_in`, for admins, who see every team."""
    ids = {name for says in said for name in ids_of(says)}
    return names_of(ids)


def names_of(ids: set[str]) -> dict[str, str]:
    found = {row.public_id: row.name for row in Team.objects.filter(public_id__in=ids)}
    if any(name.startswith("sla_") for name in ids):
        found |= {row.public_id: row.name for row in Policy.objects.filter(public_id__in=ids)}
    for model in (Teammate, Tag):
        found |= {row.public_id: str(row) for row in model.objects.filter(public_id__in=ids)}
    return found
