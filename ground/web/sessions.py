"""Sessions in the database, asked only for keys that it could have given out."""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile("[a-z0-9]{32}")


# Named as Django names it: its signatures on stored sessions contain the name.
class SessionStore(db.SessionStore):
    """Django's, but a cookie that holds no key (too long, NUL) is no session, not an error."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))
