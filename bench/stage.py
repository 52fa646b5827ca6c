"""Sets the stage in the product whose DATA_DIR the environment names: a messenger and its agents.

`python -m bench.stage AGENTS` prints, as JSON, the app id, and a session and an API token
of each agent.
"""

import json
import os
import sys
from typing import Any

import django

TEAMS = 12


def set_stage(agents: int) -> dict[str, Any]:
    """Makes a messenger, teams (one of them private) and agents who are logged in."""
    from inbox.models import Line
    from messenger.models import Installation
    from people.actions import create_teammate, create_token
    from people.models import Role, Team
    from people.models.teammate import Capability
    from people.models.token import Scope

    line = Line.objects.create(kind="messenger", name="Bench")
    installation = Installation.objects.create(line=line, name="Bench")
    role = Role.objects.create(name="Bench agent", capabilities=list(Capability.values))
    team, *_ = [Team.objects.create(name=f"Bench {number}") for number in range(1, TEAMS)]
    # Nobody is in it: what a list has to leave out.
    Team.objects.create(name="Bench private", is_private=True)
    mates = [
        create_teammate(
            by=None,
            email=f"agent-{number}@bench.test",
            name=f"Agent {number}",
            role=role,
            teams=[team],
        )
        for number in range(1, agents + 1)
    ]
    return {
        "app": installation.public_id,
        "team": team.public_id,
        "agents": [
            {
                "name": f"agent-{number}",
                "id": mate.public_id,
                "session": session_of(mate),
                "token": create_token(teammate=mate, name="Bench", scopes=Scope.values)[1],
            }
            for number, mate in enumerate(mates, 1)
        ],
    }


def session_of(teammate: Any) -> str:
    """The key of a new session, as if the teammate had logged in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(teammate.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = teammate.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(set_stage(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
