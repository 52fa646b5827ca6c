import uuid
from datetime import timedelta

import pytest
from django.db.models import F

from ground.journal.reactions import run_owed
from inbox.actions import reply
from inbox.models import Conversation
from messenger import away
from messenger.models import Notice
from tests.messenger.away import Mailbox


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    settings.EMAIL_SERVER, settings.EMAIL_FROM = box.settings(), "support@lumen.test"
    yield box
    box.close()


@pytest.fixture
def subscribe():
    """subscribe(visitor, browser): the visitor's messenger asks to be notified in that browser."""

    def posted(visitor, browser, **changes):
        to = browser.recipient
        keys = {"p256dh": to.p256dh, "auth": to.auth}
        content = {"endpoint": to.endpoint, "keys": keys, "locale": "en"}
        return visitor.call("post", "push", {**content, **changes})

    return posted


@pytest.fixture
def talk(browser):
    """A visitor with a conversation that they have left."""
    visitor = browser()
    visitor.name = visitor.start("Where is my coat?").json()["conversation"]["id"]
    visitor.conversation = Conversation.objects.get(public_id=visitor.name)
    return visitor


@pytest.fixture
def answer(ben):
    """answer(conversation, body): Ben replies, and the reply's reactions have run."""

    def said(conversation, body="It is on its way.", by=None, **fields):
        posted = reply(conversation, by=by or ben, body=body, client_id=uuid.uuid4(), **fields)
        run_owed()
        return posted.message

    return said


@pytest.fixture
def pass_time():
    """pass_time(minutes=20): what has been written lies that much longer back."""

    def passed(**span):
        for column in ("due_at", "tried_at", "lease_until"):
            known = Notice.objects.exclude(**{column: None})
            known.update(**{column: F(column) - timedelta(**span)})

    return passed


@pytest.fixture
def tell(pass_time):
    """tell(): an hour later, what is due is sent; tell(minutes=1) after a minute."""

    def told(**span):
        pass_time(**(span or {"hours": 1}))
        return away.tell_due()

    return told


@pytest.fixture
def remembering(monkeypatch):
    """What is remembered for a moment stays so, however slow the machine: for counting queries."""
    monkeypatch.setattr("messenger.visitors.REMEMBERED_SECONDS", 600)
