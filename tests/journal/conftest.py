import pytest

from ground.journal import reactions
from ground.journal.kinds import KINDS
from people.models import Team

KIND = "test.happened"


@pytest.fixture
def happened(monkeypatch):
    """A kind that no room declares, for tests of the journal alone."""
    monkeypatch.setitem(KINDS, KIND, "Something happened in a test.")
    return KIND


@pytest.fixture
def subject(db):
    return Team.objects.create(name="Subject")


@pytest.fixture
def react_with(monkeypatch, happened):
    """react_with(handler): the handler reacts to the test kind; returns its name."""

    def register(handler, name="test.react"):
        monkeypatch.setitem(reactions.registry(), happened, [name])
        monkeypatch.setattr(reactions, "handler", lambda asked: handler)
        return name

    return register
