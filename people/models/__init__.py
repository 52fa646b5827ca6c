from people.models.attribute import Attribute
from people.models.company import Company
from people.models.contact import Contact, Identity
from people.models.device import Device
from people.models.distinction import Distinction
from people.models.event import Event
from people.models.merge import ContactMerge
from people.models.note import ContactNote
from people.models.segment import Segment
from people.models.tag import Tag
from people.models.tagging import ContactTagging
from people.models.teammate import Membership, Role, Team, Teammate
from people.models.token import ApiToken

__all__ = [
    "ApiToken",
    "Attribute",
    "Company",
    "Contact",
    "ContactMerge",
    "ContactNote",
    "ContactTagging",
    "Device",
    "Distinction",
    "Event",
    "Identity",
    "Membership",
    "Role",
    "Segment",
    "Tag",
    "Team",
    "Teammate",
]
