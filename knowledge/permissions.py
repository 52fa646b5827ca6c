"""Who may write what everybody reads."""

from __future__ import annotations

from ground.web.problems import NotAllowed
from people.models import ApiToken, Contact, Teammate
from people.permissions import Actor, require_admin


def only_editors(by: Actor) -> None:
    """Raises NotAllowed for who is no admin. An app is nobody's, so it may not either."""
    if isinstance(by, ApiToken | Contact):
        raise NotAllowed("Only an admin may do this. Use a token that acts as one.")
    require_admin(by if isinstance(by, Teammate) else None)
