"""Who plays in the demo: the staff of a small workshop, and its customers."""

from dataclasses import dataclass, field
from typing import Any

SHOP = "Thimble & Thread"
DOMAIN = "thimble.example"


@dataclass(frozen=True)
class Mate:
    name: str
    role: str
    team: str | None = None


@dataclass(frozen=True)
class Firm:
    name: str
    plan: str
    monthly_spend: int
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Customer:
    """Somebody the shop's own server vouches for."""

    name: str
    email: str
    firm: str | None = None
    locale: str = "en"
    timezone: str = "Europe/London"
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stranger:
    """A visitor without an account; what they said of themselves is a claim."""

    name: str = ""
    email: str = ""
    locale: str = "en"
    timezone: str = "Europe/London"


ROLES: dict[str, dict[str, Any]] = {
    "Admin": {"is_admin": True},
    "Agent": {
        "capabilities": [
            "conversations.reply",
            "conversations.note",
            "conversations.manage",
            "contacts.edit",
            "contacts.merge",
        ]
    },
}
TEAMS = {"Support": False, "Workshop": False, "Billing": True}
SHARES_OUT = "Workshop"
# The shop's own hours, on the holidays of Scotland; Billing comes in later.
HOURS: dict[str, dict[str, Any]] = {
    "Shop": {
        "zone": "Europe/London",
        "weekly": [[["9:00", "18:00"]]] * 5 + [[["10:00", "16:00"]], []],
        "country": "GB",
        "subdivision": "SCT",
    },
    "Billing": {
        "zone": "Europe/London",
        "weekly": [[["10:00", "12:30"], ["13:30", "17:00"]]] * 5 + [[], []],
        "country": "GB",
        "subdivision": "SCT",
    },
}
MATES = {
    "ada": Mate("Ada Byrne", "Admin"),
    "ben": Mate("Ben Okafor", "Agent", "Support"),
    "cleo": Mate("Cleo Marchand", "Agent", "Billing"),
}

ATTRIBUTES = [
    ("contact", "orders", "Orders", "number", []),
    ("contact", "spent", "Spent so far", "number", []),
    ("contact", "newsletter", "Reads the newsletter", "boolean", []),
    ("contact", "fit", "Fit", "choice", ["Straight", "Easy", "Long"]),
    ("contact", "last_order", "Last order", "text", []),
    ("company", "industry", "Industry", "text", []),
    ("company", "terms", "Payment terms", "choice", ["Prepaid", "14 days", "30 days"]),
]

# Name, description, and the condition that says who is in it.
SEGMENTS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "House account",
        "Pays by the month, and knows the workshop by name.",
        {"fact": "company.plan", "op": "is", "value": "House account"},
    ),
    (
        "Spent over 1,000",
        "Repairs are free of charge.",
        {"fact": "contact.attributes.spent", "op": "more_than", "value": 1000},
    ),
]

FIRMS = {
    "acme": Firm("Acme", "House account", 1320, {"industry": "Restaurants", "terms": "30 days"}),
    "globex": Firm("Globex", "Trade", 460, {"industry": "Theater", "terms": "14 days"}),
    "northwind": Firm("Northwind Hotels", "House account", 3150, {"industry": "Hotels"}),
    "kessel": Firm("Studio Kessel", "Trade", 240, {"industry": "Film", "terms": "Prepaid"}),
}

CUSTOMERS = {
    "dora": Customer(
        "Dora Lindqvist",
        "dora@acme.example",
        "acme",
        timezone="Europe/Stockholm",
        attributes={"orders": 14, "spent": 4210, "fit": "Easy", "last_order": "TT-5521"},
    ),
    "emil": Customer(
        "Emil Novak",
        "emil@globex.example",
        "globex",
        timezone="Europe/Prague",
        attributes={"orders": 3, "spent": 690, "newsletter": True, "last_order": "TT-5498"},
    ),
    "maya": Customer(
        "Maya Ortiz",
        "maya.ortiz@mail.example",
        locale="es",
        timezone="Europe/Madrid",
        attributes={"orders": 2, "spent": 119, "last_order": "TT-5530"},
    ),
    "hugo": Customer(
        "Hugo Bianchi",
        "hugo@northwind.example",
        "northwind",
        timezone="Europe/Rome",
        attributes={"orders": 31, "spent": 21200, "last_order": "TT-5511"},
    ),
    "priya": Customer(
        "Priya Raman",
        "priya@kessel.example",
        "kessel",
        timezone="Europe/Berlin",
        attributes={"orders": 6, "spent": 870, "fit": "Long", "last_order": "TT-5475"},
    ),
    "sven": Customer(
        "Sven Aalto",
        "sven.aalto@mail.example",
        timezone="Europe/Helsinki",
        attributes={"orders": 1, "spent": 95, "newsletter": False, "last_order": "TT-5527"},
    ),
    "grace": Customer(
        "Grace Adeyemi",
        "grace.adeyemi@mail.example",
        attributes={"orders": 5, "spent": 615, "newsletter": True, "last_order": "TT-5519"},
    ),
    "tomas": Customer(
        "Tomás Herrera",
        "tomas@acme.example",
        "acme",
        timezone="Europe/Stockholm",
        attributes={"orders": 4, "spent": 380, "last_order": "TT-5460"},
    ),
    "ines": Customer(
        "Inès Laurent",
        "ines.laurent@mail.example",
        locale="fr",
        timezone="Europe/Paris",
        attributes={"orders": 2, "spent": 198, "fit": "Straight", "last_order": "TT-5502"},
    ),
    "noah": Customer(
        "Noah Fischer",
        "noah.fischer@mail.example",
        locale="de",
        timezone="Europe/Berlin",
        attributes={"orders": 3, "spent": 455, "last_order": "TT-5488"},
    ),
}

STRANGERS = {
    "otto": Stranger("Otto", "otto@elsewhere.example", timezone="Europe/Vienna"),
    "ruth": Stranger("Ruth", "ruth.k@mail.example"),
    "liam": Stranger("Liam Walsh", timezone="Europe/Dublin"),
    "jonas": Stranger("Jonas", "jonas.w@mail.example", locale="de", timezone="Europe/Berlin"),
    "guest": Stranger(timezone="America/New_York"),
    "caller": Stranger("Top Rank Team", "hello@toprank.example", timezone="America/Chicago"),
    "passer": Stranger(timezone="Europe/Lisbon"),
}
