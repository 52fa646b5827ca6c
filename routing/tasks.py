"""The reactions of routing."""

from ground.journal.models import Entry
from ground.journal.reactions import together
from routing import actions


@together
def route(entries: list[Entry]) -> None:
    """Customers wrote: the rules are asked about their conversations."""
    actions.route_all(entries)
