"""What the customer's record shows of routing."""

from __future__ import annotations

from inbox.record import Glance, Panel, Values
from routing import why, wording
from routing.engine import PASSES
from routing.models import RuleEdition


def read_why(glance: Glance) -> Values:
    """How the rules decided last on this conversation, and the way to all of it."""
    # That a rule by time did not hold is nothing that became of it.
    made = why.decisions_on(glance.conversation).exclude(
        explanation__moment=PASSES, result__wanted={}
    )
    last = made.only("result", "created_at").first()
    if last is None:
        return {"headline": ""}
    wanted = last.result.get("wanted", {})
    names = wording.names_in([wanted, last.result], glance.viewer)
    named = [wanted.get("took") or "", wanted.get("says") or "", *wanted.get("rules", [])[:1]]
    rows = RuleEdition.objects.filter(rule__in=named)
    latest = rows.order_by("rule", "-version").distinct("rule")
    editions = {(each.rule, each.version): each for each in latest}
    return {"headline": why.headline(last.result, editions, names), "at": last.created_at}


WHY = Panel("routing/_why.html", read_why)
