"""When a rule by time is asked, as somebody writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ground.web.problems import Invalid
from inbox.actions.thread import database_now
from routing.models import Rule

MINUTES_MAX = 60 * 24 * 90
# What makes another rule of one by time: what was over before is not its business.
SAYS_WHEN = ("moment", "since", "after_minutes", "counts", "condition")


def sound_minutes(minutes: Any) -> int | None:
    if minutes is None:
        return None
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= MINUTES_MAX:
        said = "Expected 1 minute to 90 days."
        raise Invalid(errors={"after_minutes": [said]})
    return minutes


def sound_since(since: Any) -> str:
    return "" if since is None else among(["", *Rule.Since.values], "since")(since)


def among(known: list[str], field: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise Invalid(errors={field: [f"Expected one of: {', '.join(filter(None, known))}."]})
        return value

    return check


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "since": sound_since,
    "after_minutes": sound_minutes,
    "counts": among(Rule.Counts.values, "counts"),
}


def check(rule: Rule) -> None:
    """What a rule needs to say when, and what it cannot do then. Raises Invalid."""
    if rule.moment == Rule.Moment.BEGINS and rule.closes:
        said = "A conversation that begins cannot be closed at once: nobody would have read it."
        raise Invalid(errors={"closes": [said]})
    if rule.moment != Rule.Moment.PASSES:
        rule.since, rule.after_minutes, rule.counts = "", None, Rule.Counts.WALL
        return
    if not rule.since:
        raise Invalid(errors={"since": ["Say what is to last so long."]})
    if rule.after_minutes is None:
        raise Invalid(errors={"after_minutes": ["Say after how long."]})


def begin(
    rule: Rule, before: Mapping[str, Any], after: Mapping[str, Any], *, includes_past: bool
) -> bool:
    """Sets from when on a rule by time counts what is over: from now, where it is another rule or
    was off. Returns whether it reaches back from now on, and did not before."""
    if rule.moment != Rule.Moment.PASSES:
        rule.passes_from = None
        return False
    if includes_past:
        reached, rule.passes_from = rule.passes_from is None and bool(before), None
        return not reached
    is_another = not before or any(before[name] != after[name] for name in SAYS_WHEN)
    if is_another or (after["is_on"] and not before["is_on"]):
        rule.passes_from = database_now()
    return False
