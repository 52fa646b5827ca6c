"""Everything that changes rules, and what rules do."""

from routing.actions.arranging import (
    arrange_routing,
    arrange_settings,
    arrange_sharing,
    arrange_workload,
)
from routing.actions.ordering import arrange_policies, arrange_rules
from routing.actions.routing import route_all
from routing.actions.ruling import change_settings, delete_rule, save_rule, switch_rule
from routing.actions.telling_waits import settle_waits, tell_waits

__all__ = [
    "arrange_policies",
    "arrange_routing",
    "arrange_rules",
    "arrange_settings",
    "arrange_sharing",
    "arrange_workload",
    "change_settings",
    "delete_rule",
    "route_all",
    "save_rule",
    "settle_waits",
    "switch_rule",
    "tell_waits",
]
