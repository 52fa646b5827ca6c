"""Whose log-in a session is, where there is no request to ask."""

from django.contrib.auth import get_user

from ground.web.sessions import SessionStore
from people.models import Teammate


class SessionHolder:
    """As much of a request as Django needs to know its user."""

    def __init__(self, session: SessionStore) -> None:
        self.session = session


def teammate_in(session_key: str) -> Teammate | None:
    """The active teammate who is logged in by a session; None when it is over."""
    user = get_user(SessionHolder(SessionStore(session_key)))
    return user if isinstance(user, Teammate) and user.is_active else None
