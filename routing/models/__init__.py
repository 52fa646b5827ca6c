from routing.models.beginning import Beginning
from routing.models.edition import RuleEdition
from routing.models.expectation import Expectation
from routing.models.handing import Handing
from routing.models.handling import Handling
from routing.models.match import RuleMatch
from routing.models.order import RuleOrder
from routing.models.pace import Pace
from routing.models.policy import Clock, Policy, Promise
from routing.models.rule import Rule
from routing.models.settings import RoutingSettings
from routing.models.sharing import Sharing, Turn, Workload

__all__ = [
    "Beginning",
    "Clock",
    "Expectation",
    "Handing",
    "Handling",
    "Pace",
    "Policy",
    "Promise",
    "RoutingSettings",
    "Rule",
    "RuleEdition",
    "RuleMatch",
    "RuleOrder",
    "Sharing",
    "Turn",
    "Workload",
]
