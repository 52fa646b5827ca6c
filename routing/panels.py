"""What the customer's record shows of routing."""

from __future__ import annotations

from inbox.record import Glance, Panel, Values
from routing import why, wording
from routing.models import RuleEdition


def read_why(glance: Glance) -> Values:
    """How the rules decided last on this conversation, and the way to all of it."""
    last = why.decisions_on(glance.conversation).only("result", "created_at").first()
    if last is None:
        return {"headline": ""}
    wanted = last.result.get("wanted", {})
    names = wording.names_in([wanted, last.result], glance.viewer)
    took = RuleEdition.objects.filter(rule=wanted.get("took") or "").order_by("-version")[:1]
    editions = {(each.rule, each.version): each for each in took}
    return {"headline": why.headline(last.result, editions, names), "at": last.created_at}


WHY = Panel("routing/_why.html", read_why)
