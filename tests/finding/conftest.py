import uuid

import pytest

from ground.journal import reactions
from inbox.actions import note, reply, start
from inbox.finding import search


@pytest.fixture
def say(line):
    """say(dora, "words"): a conversation; say(conversation, "words", by=ben): one message more,
    a note with kind="note". What is said is found at once."""

    def said(where, body, *, by=None, kind="reply", **more):
        key = {"client_id": uuid.uuid4(), "body": body, **more}
        if by is None and not hasattr(where, "last_seq"):
            posted = start(where, line=line, identity=None, **key)
        else:
            posted = (note if kind == "note" else reply)(where, by=by or where.contact, **key)
        reactions.run_owed()
        return posted.conversation

    return said


@pytest.fixture
def found():
    """found("words", ben): the excerpts' conversations that a teammate finds, newest first."""

    def names(text, viewer, **more):
        result = search(text, viewer=viewer, **more)
        assert result.faults == []
        return [hit.conversation.public_id for hit in result.hits]

    return names
