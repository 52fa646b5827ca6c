"""Who may change people."""

from ground.journal.recording import Automation
from ground.web.problems import NotAllowed
from people.models import ApiToken, Contact, Teammate
from people.models.teammate import Capability
from people.models.token import Scope

# Whoever can be the doer (`by=`) of an action. None is the system itself.
Actor = Teammate | Contact | ApiToken | Automation | None

SCOPES = {
    Capability.MANAGE: Scope.CONVERSATIONS_WRITE,
    Capability.EDIT_CONTACTS: Scope.CONTACTS_WRITE,
    Capability.MERGE_CONTACTS: Scope.CONTACTS_WRITE,
    Capability.EXPORT: Scope.CONVERSATIONS_READ,
}


def may(by: Actor, capability: Capability) -> bool:
    """Whether the doer may do what the capability names. Automation acts on rules people wrote."""
    match by:
        case Teammate():
            return by.can(capability)
        case ApiToken():
            has_scope = SCOPES.get(capability) in by.scopes
            return has_scope and (by.teammate is None or by.teammate.can(capability))
        case Contact():
            return False
    return True


def require(by: Actor, capability: Capability) -> None:
    """Raises NotAllowed unless the doer may do what the capability names."""
    if not may(by, capability):
        raise NotAllowed(f"Your role does not let you do this: {capability.label.lower()}.")


def require_admin(by: Teammate | None) -> None:
    """Raises NotAllowed for a teammate who is no active admin; None is the command line."""
    if by is not None and not (by.is_active and by.is_admin):
        raise NotAllowed("Only an admin may do this.")
