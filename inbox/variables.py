"""What macros may say of those who write: one pass of plain substitution, never a template."""

import re
from collections.abc import Mapping

from inbox.models import Conversation
from people.models import Teammate

VARIABLES = (
    "contact.name",
    "contact.first_name",
    "contact.email",
    "company.name",
    "teammate.name",
    "teammate.first_name",
)
VALUE_LENGTH = 200
_PLACE = re.compile(r"\{\{ *([a-z_.]{1,40}) *(?:\| *([^{}|\n]{1,80}?) *)?\}\}")
_SPACE = re.compile(r"\s+")
# What would make formatting, or a link, of a name that a stranger gave themselves.
_MARKS = re.compile(r"([\\`*_\[\]<>~&]|(?<=\w)[.@](?=\w)|:(?=/))")


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each {{variable}} replaced by its value, or by what follows its "|".

    A name that is not in `values`, or has no value and nothing to say instead, stays as it is
    written: the teammate sees it before the customer does. Values are never read again.
    """

    def value(place: re.Match[str]) -> str:
        known = values.get(place[1])
        if known:
            return escaped(known)
        return place[2] if place[2] and known is not None else place[0]

    return _PLACE.sub(value, text)


def escaped(value: str) -> str:
    """A value as Markdown that reads as the value itself, on one line."""
    return _MARKS.sub(r"\\\1", _SPACE.sub(" ", value).strip()[:VALUE_LENGTH])


def values_for(conversation: Conversation, teammate: Teammate) -> dict[str, str]:
    """Every variable's value, "" where it is not known."""
    return {
        **values_of(conversation),
        "teammate.name": str(teammate),
        "teammate.first_name": first_of(teammate.name),
    }


def values_of(conversation: Conversation) -> dict[str, str]:
    """Those of who wrote, for a text that is in nobody's name."""
    contact = conversation.contact
    return {
        "contact.name": contact.name,
        "contact.first_name": first_of(contact.name),
        "contact.email": contact.email,
        "company.name": contact.company.name if contact.company else "",
    }


def fault_of(text: str) -> str:
    """Why a text that nobody looks at before it is sent must not be, as a sentence; "" when it may:
    each place in it has to become something."""
    for place in _PLACE.finditer(text):
        name, instead = place[1], place[2]
        if name not in VARIABLES:
            return f"There is nothing called {place[0]}."
        if name.startswith("teammate."):
            return f"{place[0]} is nobody's name here: no person writes this."
        if not instead:
            return f"Say what stands there while it is not known: {{{{{name}|…}}}}."
    return ""


def first_of(name: str) -> str:
    return name.split()[0] if name.strip() else ""
