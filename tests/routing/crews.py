"""Teams that share out, as tests of it set them up."""

import uuid

from ground.journal.models import Decision
from inbox.actions import assign, start
from people.actions import create_teammate
from routing.actions.arranging import arrange_sharing


def share(team, way="balanced", *, by=None, **wanted):
    """A team that shares out; nobody need have an inbox open, unless told."""
    return arrange_sharing(team, by=by, way=way, **({"needs_presence": False} | wanted))


def hire(name, role, *teams):
    email = f"{name.lower()}@lumen.test"
    return create_teammate(by=None, email=email, name=name, role=role, teams=teams)


def ask(contact, line, team=None, **more):
    """A conversation that a contact begins, with a team if told; nothing has followed yet."""
    made = start(
        contact, line=line, identity=None, body="Hello", client_id=uuid.uuid4(), **more
    ).conversation
    return assign(made, by=None, team=team) if team else made


def owners(conversations):
    for each in conversations:
        each.refresh_from_db()
    return [str(each.assignee or "") for each in conversations]


def why(conversation):
    """The last decision about who gets it."""
    return Decision.objects.filter(
        decider="routing.allocator", subject_id=conversation.public_id
    ).latest("id")


def refused(conversation):
    found = why(conversation).explanation["candidates"]
    return {each["name"]: each["refused"] for each in found}
