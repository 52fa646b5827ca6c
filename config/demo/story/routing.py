"""What the shop's rules say of whatever comes from now on."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ruled:
    """A rule; team, `tells` (keys of the cast) and `more` as `routing.actions.save_rule` has them
    by their ids."""

    name: str
    condition: dict[str, Any]
    team: str | None = None
    tells: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


UPSET = {"fact": "conversation.sentiment", "op": "is", "value": "upset"}

# In their order. Whoever is upset is looked at by the lead, wherever they are sent.
RULES = [
    Ruled(
        "Upset from the start", UPSET, tells=("ada",), more={"priority": "high", "goes_on": True}
    ),
    Ruled(
        "Developers",
        {
            "any": [
                {"fact": "conversation.first_words", "op": "contains", "value": "python"},
                {"fact": "conversation.page", "op": "contains", "value": "/developers"},
            ]
        },
        team="Workshop",
    ),
    Ruled(
        "Weddings",
        {"fact": "conversation.first_words", "op": "contains", "value": "wedding"},
        team="Support",
    ),
]
