import uuid

import pytest

from ground.journal.reactions import run_owed
from inbox.actions import reply, start
from people.models import Team
from routing.actions import change_settings, save_rule
from routing.models import Rule

PYTHON = {"fact": "conversation.first_words", "op": "contains", "value": "python"}
DEVELOPERS = {"fact": "conversation.page", "op": "contains", "value": "/developers"}
ALWAYS = {"all": []}


@pytest.fixture
def technical(db):
    return Team.objects.create(name="Technical")


@pytest.fixture
def triage(ada):
    team = Team.objects.create(name="Triage")
    change_settings(by=ada, triage_team=team.public_id)
    return team


@pytest.fixture
def ruled(ada):
    """ruled("Python", PYTHON, team=technical.public_id): a rule that ada wrote."""

    def written(name, condition=ALWAYS, **gives):
        return save_rule(Rule(), by=ada, name=name, condition=condition, **gives)

    return written


@pytest.fixture
def begin(line):
    """begin(dora, "Hello"): a conversation, after the rules were asked about it."""

    def started(contact, body="Where is my coat?", **options):
        made = start(
            contact, line=line, identity=None, body=body, client_id=uuid.uuid4(), **options
        ).conversation
        run_owed()
        made.refresh_from_db()
        return made

    return started


@pytest.fixture
def write(line):
    """write(conversation, "More"): the customer writes on, and the rules were asked."""

    def wrote(conversation, body="And another thing"):
        reply(conversation, by=conversation.contact, body=body, client_id=uuid.uuid4())
        run_owed()
        conversation.refresh_from_db()
        return conversation

    return wrote
