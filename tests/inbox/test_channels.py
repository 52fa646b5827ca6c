"""By which channel a conversation runs is seen in its row, wherever the row comes from."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.actions import reply, start
from inbox.actions.thread import lock
from inbox.models import Binding, Conversation, Line
from people.actions import create_token
from people.models import Contact
from people.models.token import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(conversation):
    """The conversation goes on by mail."""
    conversation.bindings.update(is_preferred=False)
    line = Line.objects.create(kind="email", name="Shop <mail>")
    Binding.objects.create(conversation=conversation, line=line)
    return line


def rows(page):
    return page.content.decode().split('<li id="row-')[1:]


def test_a_row_says_the_channel_by_icon_and_word(conversation, ben, browser_of):
    (row,) = rows(browser_of(ben).get("/inbox/all/"))
    assert 'title="Shop messenger"' in row
    assert "#chat" in row
    assert '<span class="sr">Messenger </span>' in row


def test_it_is_the_channel_by_which_the_conversation_is_answered_now(mailbox, ben, browser_of):
    (row,) = rows(browser_of(ben).get("/inbox/all/"))
    assert 'title="Shop &lt;mail&gt;"' in row
    assert "#mail" in row
    assert "Messenger" not in row


def test_a_line_of_an_unknown_kind_is_a_box_and_none_is_nothing(conversation, ben, browser_of):
    Line.objects.update(kind="pigeon")
    (row,) = rows(browser_of(ben).get("/inbox/all/"))
    assert "#box" in row
    assert '<span class="sr">Pigeon </span>' in row
    conversation.bindings.all().delete()
    (row,) = rows(browser_of(ben).get("/inbox/all/"))
    assert "row-channel" not in row


def test_rows_that_come_live_have_the_channel_without_asking(
    mailbox, conversation, ben, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        reply(conversation, by=ben, body="Hello", client_id=uuid.uuid4())
    (row,) = [
        frame["html"]
        for _, frame in published
        if frame["type"] == "conversation" and "html" in frame
    ]
    assert "#mail" in row
    held = lock(conversation)
    with CaptureQueriesContext(connection) as asked:
        assert held.shown_line == {"kind": "email", "name": "Shop <mail>"}
        assert held.preferred_binding_id == conversation.bindings.get(is_preferred=True).pk
    assert len(asked) == 1


def test_channels_cost_no_query_a_row(line, ben, browser_of):
    browser, costs = browser_of(ben), []
    for size in (25, 100):
        while Conversation.objects.count() < size:
            who = Contact.objects.create(name="Customer")
            start(who, line=line, identity=None, body="Hello", client_id=uuid.uuid4())
        with CaptureQueriesContext(connection) as asked:
            page = browser.get(f"/inbox/all/?limit={size}").content.decode()
        assert page.count("row-channel") == size
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_the_api_names_the_channel(mailbox, conversation, ada, client):
    _, secret = create_token(by=ada, name="S", scopes=[Scope.CONVERSATIONS_READ], teammate=ada)
    head = {"authorization": f"Bearer {secret}"}
    answer = client.get(f"/api/v1/conversations/{conversation.public_id}", headers=head)
    assert answer.json()["channel"] == "email"
