"""What the shop's rules and service levels say of whatever comes from now on."""

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
        "Upset on the way",
        UPSET,
        tells=("ada",),
        more={"moment": "writes", "priority": "high", "goes_on": True},
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
    Ruled(
        "Nobody has answered for five minutes",
        {"all": []},
        more={
            "moment": "passes",
            "since": "waiting",
            "after_minutes": 5,
            "counts": "office",
            "priority": "high",
        },
    ),
    Ruled(
        "Three days of silence",
        {"fact": "conversation.priority", "op": "is_not", "value": "urgent"},
        more={
            "moment": "passes",
            "since": "silent",
            "after_minutes": 3 * 24 * 60,
            "says": {
                "en": "We have not heard from you for a while, so we close this for now."
                " Write here at any time: it opens again, with all that was said.",
                "de": "Da wir länger nichts von Ihnen gehört haben, schließen wir das vorerst."
                " Schreiben Sie jederzeit hier weiter: dann geht es an dieser Stelle weiter.",
                "es": "Hace días que no sabemos de ti, así que de momento lo cerramos."
                " Escribe aquí cuando quieras: se abre de nuevo, con todo lo dicho.",
                "fr": "Sans nouvelles de votre part depuis quelques jours, nous fermons pour"
                " l'instant. Écrivez ici quand vous voulez : la conversation reprendra.",
            },
            "closes": True,
        },
    ),
]

# Name, condition, and what is promised.
LEVELS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "House accounts",
        {"fact": "company.plan", "op": "is", "value": "House account"},
        {"counts": "office", "first_minutes": 30, "next_minutes": 60, "soon_minutes": 10},
    ),
]
