"""The demo's story: a small homeware shop, who buys there, and what they wrote.

Times are minutes since the step before; a talk's `ago` is how long before now it began.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

SHOP = "Harbor & Pine"
DOMAIN = "harborpine.example"
GREETING = "Questions about an order, a lamp or a return? We are here."
COLOR = "#0B6B5D"


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


@dataclass(frozen=True)
class Step:
    verb: str
    who: str
    text: str = ""
    after: int = 3
    to: str | None = None
    team: str | None = None
    file: str = ""


@dataclass(frozen=True)
class Talk:
    who: str
    ago: timedelta
    page: tuple[str, str]
    steps: tuple[Step, ...]
    seen_by: tuple[str, ...] = ()
    is_unread_by_contact: bool = False


def says(who: str, text: str, after: int = 3, file: str = "") -> Step:
    return Step("says", who, text, after, file=file)


def notes(who: str, text: str, after: int = 2) -> Step:
    return Step("notes", who, text, after)


def gives(who: str, *, to: str | None = None, team: str | None = None, after: int = 1) -> Step:
    return Step("gives", who, after=after, to=to, team=team)


def closes(who: str, after: int = 2) -> Step:
    return Step("closes", who, after=after)


def snoozes(who: str, days: int, after: int = 1) -> Step:
    """Until the given number of days from now."""
    return Step("snoozes", who, str(days), after)


ROLES = {
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
TEAMS = {"Support": False, "Orders": False, "Billing": True}
MATES = {
    "ada": Mate("Ada Byrne", "Admin"),
    "ben": Mate("Ben Okafor", "Agent", "Support"),
    "cleo": Mate("Cleo Marchand", "Agent", "Billing"),
}

ATTRIBUTES = [
    ("contact", "orders", "Orders", "number", []),
    ("contact", "spent", "Spent so far", "number", []),
    ("contact", "newsletter", "Reads the newsletter", "boolean", []),
    ("contact", "style", "Style", "choice", ["Nordic", "Industrial", "Classic"]),
    ("contact", "last_order", "Last order", "text", []),
    ("company", "industry", "Industry", "text", []),
    ("company", "terms", "Payment terms", "choice", ["Prepaid", "14 days", "30 days"]),
]

FIRMS = {
    "acme": Firm("Acme", "Trade Plus", 4320, {"industry": "Interior design", "terms": "30 days"}),
    "globex": Firm("Globex", "Trade", 860, {"industry": "Offices", "terms": "14 days"}),
    "northwind": Firm("Northwind Hotels", "Trade Plus", 9150, {"industry": "Hotels"}),
    "kessel": Firm("Studio Kessel", "Trade", 640, {"industry": "Architecture", "terms": "Prepaid"}),
}

CUSTOMERS = {
    "dora": Customer(
        "Dora Lindqvist",
        "dora@acme.example",
        "acme",
        timezone="Europe/Stockholm",
        attributes={"orders": 14, "spent": 8210, "style": "Nordic", "last_order": "HP-5521"},
    ),
    "emil": Customer(
        "Emil Novak",
        "emil@globex.example",
        "globex",
        timezone="Europe/Prague",
        attributes={"orders": 3, "spent": 1290, "newsletter": True, "last_order": "HP-5498"},
    ),
    "maya": Customer(
        "Maya Ortiz",
        "maya.ortiz@mail.example",
        locale="es",
        timezone="Europe/Madrid",
        attributes={"orders": 2, "spent": 340, "last_order": "HP-5530"},
    ),
    "hugo": Customer(
        "Hugo Bianchi",
        "hugo@northwind.example",
        "northwind",
        timezone="Europe/Rome",
        attributes={"orders": 31, "spent": 41200, "style": "Classic", "last_order": "HP-5511"},
    ),
    "priya": Customer(
        "Priya Raman",
        "priya@kessel.example",
        "kessel",
        timezone="Europe/Berlin",
        attributes={"orders": 6, "spent": 2870, "style": "Industrial", "last_order": "HP-5475"},
    ),
    "sven": Customer(
        "Sven Aalto",
        "sven.aalto@mail.example",
        timezone="Europe/Helsinki",
        attributes={"orders": 1, "spent": 79, "newsletter": False, "last_order": "HP-5527"},
    ),
    "grace": Customer(
        "Grace Adeyemi",
        "grace.adeyemi@mail.example",
        attributes={"orders": 5, "spent": 615, "newsletter": True, "last_order": "HP-5519"},
    ),
    "tomas": Customer(
        "Tomás Herrera",
        "tomas@acme.example",
        "acme",
        timezone="Europe/Stockholm",
        attributes={"orders": 4, "spent": 1980, "last_order": "HP-5460"},
    ),
    "ines": Customer(
        "Inès Laurent",
        "ines.laurent@mail.example",
        locale="fr",
        timezone="Europe/Paris",
        attributes={"orders": 2, "spent": 198, "style": "Classic", "last_order": "HP-5502"},
    ),
    "noah": Customer(
        "Noah Fischer",
        "noah.fischer@mail.example",
        locale="de",
        timezone="Europe/Berlin",
        attributes={"orders": 3, "spent": 455, "last_order": "HP-5488"},
    ),
}

STRANGERS = {
    "otto": Stranger("Otto", "otto@elsewhere.example", timezone="Europe/Vienna"),
    "ruth": Stranger("Ruth", "ruth.k@mail.example"),
    "liam": Stranger("Liam Walsh", timezone="Europe/Dublin"),
    "jonas": Stranger("Jonas", "jonas.w@mail.example", locale="de", timezone="Europe/Berlin"),
    "guest": Stranger(timezone="America/New_York"),
    "passer": Stranger(timezone="Europe/Lisbon"),
}


def days(count: float) -> timedelta:
    return timedelta(days=count)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


TALKS = (
    Talk(
        "maya",
        hours(0.4),
        ("orders", "Your orders"),
        (
            says("maya", "Hi! Can I still change the delivery of HP-5530?"),
            says("maya", "I'm out on Tuesday, and the gate code has changed as well.", 1),
        ),
    ),
    Talk(
        "guest",
        hours(0.7),
        ("lamps", "Lamps"),
        (
            says(
                "guest",
                "Do you ship the Fjord floor lamp to the US? And does it come with a 110 V plug?",
            ),
        ),
    ),
    Talk(
        "dora",
        hours(1.5),
        ("orders", "Your orders"),
        (
            says(
                "dora",
                "Hi! We need 12 of the Birch pendants for a client in Malmö, delivered "
                "to the site by the 4th. Is that realistic?",
            ),
            gives("ada", to="ben", team="Support", after=4),
            says(
                "ben",
                "Hello Dora! Nine are in Gothenburg now, the other three arrive on Thursday. "
                "One delivery on the 3rd would work. Shall I hold all twelve for you?",
                6,
            ),
            notes(
                "ben",
                "Acme is on Trade Plus: free freight above 1,000. I've asked the warehouse to put "
                "nine aside until noon.",
                3,
            ),
            says("dora", "Yes please, hold them. Same terms as last time?", 11),
            says("dora", "And can the driver call me half an hour before?", 1),
        ),
    ),
    Talk(
        "sven",
        hours(3),
        ("lamps", "Lamps"),
        (
            says(
                "sven",
                "My lamp arrived today with a crack in the foot. Photo attached. I'd like a new "
                "one rather than the money back.",
                file="cracked-foot.png",
            ),
            gives("ben", to="ben", team="Support", after=5),
            says(
                "ben",
                "Oh no, that is not how it should arrive. Thank you for the photo, that's all I "
                "need. A new one leaves us today. You needn't send the cracked one back.",
                4,
            ),
            says("sven", "That was quick. Thanks a lot!", 9),
        ),
        seen_by=("ada",),
    ),
    Talk(
        "emil",
        hours(5),
        ("account", "Your account"),
        (
            says(
                "emil",
                "Invoice 2026-1184 has our old address on it and our accountant won't take it. "
                "Could you send a corrected one?",
            ),
            gives("ben", team="Billing", after=8),
            gives("cleo", to="cleo", after=3),
            says(
                "cleo",
                "Hello Emil, of course. Is Vodičkova 20, Prague 1 the right address, and does the "
                "VAT number stay the same?",
                6,
            ),
            says("emil", "Yes to both. We need it before the end of the month, please.", 35),
            notes("cleo", "Corrected in the ledger as 2026-1184/K. Waiting for the PDF run.", 10),
        ),
        seen_by=("ada", "cleo"),
    ),
    Talk(
        "ruth",
        hours(7),
        ("returns", "Returns"),
        (
            says("ruth", "How long do I have to return something I bought as a present?"),
            says(
                "ben",
                "Until **31 January** for everything bought from November on, and you don't need "
                "the receipt if you have the order number.",
                12,
            ),
            says("ruth", "Perfect, thank you.", 4),
            closes("ben"),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "hugo",
        hours(9),
        ("trade", "Trade accounts"),
        (
            says(
                "hugo",
                "We're refitting two floors in Turin in February: 84 rooms, two bedside lamps"
                " each, "
                "one desk lamp. What price could you do, and can you deliver floor by floor?",
            ),
            gives("ada", to="ada", after=20),
            notes(
                "ada",
                "84 × 2 Dune + 84 × Ledger. Checked with purchasing: 22 % is possible if they "
                "commit to both floors.",
                25,
            ),
            says(
                "ada",
                "Hello Hugo, gladly. For both floors together:\n\n"
                "- 168 × Dune bedside lamp\n- 84 × Ledger desk lamp\n"
                "- delivery in two parts, labelled by floor\n\n"
                "I can offer 22 % below list. I'll send the written quote by tomorrow noon.",
                10,
            ),
            says(
                "hugo", "That sounds good. Please include spare shades, about five per floor.", 45
            ),
        ),
        seen_by=("ada",),
    ),
    Talk(
        "jonas",
        hours(11),
        ("tables", "Tables"),
        (says("jonas", "Gibt es den Esstisch Linde auch in 2,20 m? Im Shop sehe ich nur 1,80 m."),),
    ),
    Talk(
        "grace",
        days(1.1),
        ("orders", "Your orders"),
        (
            says("grace", "Order HP-5519 says delivered, but nothing is here. I was home all day."),
            gives("ben", to="ben", team="Orders", after=15),
            says(
                "ben",
                "Hello Grace, I'm sorry. The carrier's photo shows a blue door with the number 14. "
                "Is that yours?",
                10,
            ),
            says("grace", "No, mine is green and it's number 41!", 6),
            says(
                "ben",
                "That explains it. I've asked them to fetch it and bring it to you. They have"
                " until "
                "tomorrow evening. If it isn't with you by then, I send a new one.",
                5,
            ),
            snoozes("ben", 1),
        ),
        seen_by=("ada", "ben"),
        is_unread_by_contact=True,
    ),
    Talk(
        "priya",
        days(1.4),
        ("lamps", "Lamps"),
        (
            says(
                "priya",
                "Do you have CAD files for the Girder wall light? DWG or STEP, either is fine.",
            ),
            says(
                "ben",
                "Hi Priya! Both: they are under “Downloads” on the product page once you are "
                "logged "
                "in with your trade account. Tell me if you can't see them.",
                40,
            ),
            says("priya", "Found them, thanks. The STEP file of the small one seems empty.", 70),
            notes("ben", "It is, 0 bytes. Asked Mika to export it again.", 15),
            gives("ben", to="ben", team="Support"),
            snoozes("ben", 3),
        ),
        seen_by=("ben",),
    ),
    Talk(
        "liam",
        days(1.7),
        ("", "Harbor & Pine"),
        (
            says("liam", "do you have a shop in dublin"),
            says(
                "ben",
                "Not in Dublin, but our partner Folk & Form on Drury Street shows most of our "
                "lamps. We deliver to Ireland in three to five days.",
                5,
            ),
            closes("ben", 30),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "tomas",
        days(2.2),
        ("account", "Your account"),
        (
            says(
                "tomas", "I can't log in: it says my account is locked. Dora told me to ask here."
            ),
            says(
                "ada",
                "Hi Tomás, too many tries with an old password. I've unlocked it. The link to"
                " set a "
                "new one is in your mailbox.",
                18,
            ),
            says("tomas", "It works. I had caps lock on, most likely. Sorry!", 7),
            says("ada", "Happens to the best of us. Have a good day!", 2),
            closes("ada"),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "ines",
        days(2.6),
        ("returns", "Returns"),
        (
            says(
                "ines",
                "Bonjour, j'aimerais échanger la lampe Dune grise contre la beige. C'est "
                "possible ?",
            ),
            gives("ben", to="ben", team="Support", after=25),
            says(
                "ben",
                "Bonjour Inès, bien sûr. Je vous envoie l'étiquette de retour, et la beige "
                "part dès "
                "que la grise est en route.",
                9,
            ),
            says("ines", "Merci beaucoup, c'est très aimable.", 31),
            closes("ben", 4),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "otto",
        days(3),
        ("lamps", "Lamps"),
        (
            says("otto", "Is the Fjord dimmable?"),
            says(
                "ben",
                "Yes, with any trailing-edge dimmer, and the bulb that comes with it is dimmable, "
                "too.",
                7,
            ),
            says("otto", "Great. And how long is the cable?", 3),
            says("ben", "2.4 m, the last 30 cm after the switch.", 2),
            closes("ben", 60),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "hugo",
        days(3.5),
        ("account", "Your account"),
        (
            says(
                "hugo",
                "We were charged twice for HP-5511: once on the 14th, once on the 15th. 1,840"
                " each.",
            ),
            gives("ada", to="cleo", team="Billing", after=12),
            notes(
                "cleo",
                "Confirmed: the payment provider retried after a time-out. Both were captured.",
                30,
            ),
            says(
                "cleo",
                "Hello Hugo, you are right, and I apologize. The second payment goes back to your "
                "card today. Banks usually need three to five working days to show it.",
                5,
            ),
            says("hugo", "Thank you for the quick answer.", 55),
            snoozes("cleo", 2),
        ),
        seen_by=("ada", "cleo"),
    ),
    Talk(
        "noah",
        days(4.2),
        ("orders", "Your orders"),
        (
            says("noah", "Wann kommt HP-5488 an? Der Link zur Sendungsverfolgung ist leer."),
            says(
                "ben",
                "Hallo Noah, das Paket ist gestern erst beim Spediteur angekommen. Morgen zwischen "
                "9 und 13 Uhr ist es bei dir. Den neuen Link habe ich dir gemailt.",
                22,
            ),
            says("noah", "Super, danke!", 8),
            closes("ben"),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "passer",
        days(5),
        ("tables", "Tables"),
        (says("passer", "Hello, is anybody there?"), closes("ben", 600)),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "dora",
        days(6.3),
        ("trade", "Trade accounts"),
        (
            says("dora", "Could you add my colleague Tomás to our trade account?"),
            gives("ben", to="ben", team="Support", after=6),
            says("ben", "Done! He gets an invitation by mail and may order up to 5,000.", 14),
            says("dora", "Perfect.", 20),
            closes("ben", 5),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "maya",
        days(8),
        ("returns", "Returns"),
        (
            says("maya", "The shade I got is oat, but I ordered clay. Can I swap it?"),
            gives("ben", to="ben", team="Orders", after=10),
            says("ben", "Our mistake, Maya. The clay one is on its way; keep the oat one.", 13),
            says("maya", "Really? That's so kind. Gracias!", 5),
            closes("ben", 3),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "emil",
        days(9.5),
        ("tables", "Tables"),
        (
            says("emil", "What does the Linde table weigh? Our lift takes 90 kg."),
            says("ben", "62 kg in two parcels of 38 and 24 kg, so the lift will do.", 30),
            closes("ben", 15),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "grace",
        days(11),
        ("lamps", "Lamps"),
        (
            says("grace", "Will the Ledger lamp be on sale this month?"),
            says(
                "ben",
                "I can't promise, but everything with a desk in the picture will be 15 % off from "
                "the 24th. You didn't hear it from me. 🙂",
                16,
            ),
            says("grace", "My lips are sealed. Thanks!", 4),
            closes("ben"),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "priya",
        days(13),
        ("account", "Your account"),
        (
            says("priya", "Our card was declined at checkout though it works elsewhere."),
            gives("ben", team="Billing", after=9),
            gives("cleo", to="cleo", after=2),
            says(
                "cleo",
                "Hello Priya, your bank asked for a confirmation that did not arrive in time. "
                "I've extended the window, so please try once more.",
                12,
            ),
            says("priya", "Went through. Thank you, Cleo!", 25),
            closes("cleo", 2),
        ),
        seen_by=("ada", "cleo"),
    ),
    Talk(
        "hugo",
        days(15),
        ("orders", "Your orders"),
        (
            says("hugo", "Three of the forty Dune lamps hum when dimmed. Is that a known thing?"),
            gives("ben", to="ben", team="Support", after=14),
            notes(
                "ben",
                "Batch 2609 has a bad driver; the supplier knows. Replacement drivers are free.",
                8,
            ),
            says(
                "ben",
                "It is, and it's easily cured: one batch left the factory with a weak driver."
                " Three "
                "new ones are in today's mail, they click in without tools.",
                5,
            ),
            says("hugo", "Replaced, silent. Well done.", 4300),
            closes("ben", 30),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "tomas",
        days(17),
        ("returns", "Returns"),
        (
            says("tomas", "Is there a fee for returning trade orders?"),
            says("ben", "None within 30 days; after that we take back unopened boxes at 10 %.", 11),
            closes("ben", 45),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "sven",
        days(19),
        ("lamps", "Lamps"),
        (
            says("sven", "Which bulb fits the Fjord? The page says E27 and E14."),
            says("ada", "E27. The page was wrong, and I've just corrected it. Thank you!", 8),
            closes("ada", 6),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "ines",
        days(22),
        ("", "Harbor & Pine"),
        (
            says("ines", "Do you gift-wrap?"),
            says("ben", "Yes, for 4 €. Tick the box at checkout and add a line for the card.", 5),
            says("ines", "Lovely, merci.", 2),
            closes("ben"),
        ),
        seen_by=("ada", "ben"),
    ),
)

# What contacts did: who, days ago, event, metadata.
EVENTS = (
    ("dora", 14.0, "order.placed", {"order": "HP-5521", "total": 1180}),
    ("emil", 20.0, "order.placed", {"order": "HP-5498", "total": 430}),
    ("maya", 1.5, "order.placed", {"order": "HP-5530", "total": 189}),
    ("hugo", 8.0, "order.placed", {"order": "HP-5511", "total": 1840}),
    ("priya", 13.0, "order.placed", {"order": "HP-5475", "total": 612}),
    ("sven", 4.0, "order.placed", {"order": "HP-5527", "total": 79}),
    ("grace", 5.0, "order.placed", {"order": "HP-5519", "total": 145}),
    ("ines", 24.0, "order.placed", {"order": "HP-5502", "total": 99}),
    ("noah", 9.0, "order.placed", {"order": "HP-5488", "total": 210}),
    ("otto", 2.9, "cart.left", {"items": 1, "total": 249}),
)
