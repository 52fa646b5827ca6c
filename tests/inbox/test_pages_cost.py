"""The hot pages cost the same however much is on them."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.reactions import run_quick
from inbox.actions import note, start
from inbox.models import Attachment, Message
from people.models import Contact, Team
from tests.inbox.state import SCRIPT

pytestmark = pytest.mark.django_db


def fill(line, count):
    """So many contacts with a conversation each."""
    for number in range(count):
        contact = Contact.objects.create(name=f"Customer {number}")
        start(contact, line=line, identity=None, body="Hello", client_id=uuid.uuid4())


def talk(conversation, teammate, count):
    """So many messages in one thread, some with files."""
    for number in range(count):
        posted = note(conversation, by=teammate, body=f"Note {number}", client_id=uuid.uuid4())
        if number % 10 == 0:
            Attachment.objects.create(
                message=posted.message,
                key=f"key-{uuid.uuid4()}",
                name="a.txt",
                content_type="text/plain",
                size=1,
            )


def queries_of(browser, path, part=""):
    headers = SCRIPT | {"HX-Target": part} if part else {}
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path, headers=headers).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.fixture
def browser(browser_of, ben):
    return browser_of(ben)


def statements_of(owed):
    """What the database is asked until all that is owed, so much, is done."""
    with CaptureQueriesContext(connection) as captured:
        assert run_quick() == owed
    return [query["sql"][:60] for query in captured.captured_queries]


def test_what_follows_many_messages_asks_as_much_as_what_follows_one(line):
    asked = []
    for count in (1, 7):
        fill(line, count)
        asked.append(statements_of(7 * count))
    assert len(asked[0]) == len(asked[1]) <= 39, asked


def test_a_list_page_asks_the_same_for_25_and_100_rows(browser, line, django_assert_num_queries):
    fill(line, 100)
    with django_assert_num_queries(9):
        page = browser.get("/inbox/all/?limit=25").content.decode()
    assert page.count('class="row ') == 25
    with django_assert_num_queries(9):
        page = browser.get("/inbox/all/?limit=100").content.decode()
    assert page.count('class="row ') == 100


def test_a_list_fragment_asks_little(browser, line, django_assert_num_queries):
    fill(line, 100)
    headers = SCRIPT | {"HX-Target": "rows"}
    with django_assert_num_queries(5):
        browser.get("/inbox/all/?limit=25", headers=headers)
    with django_assert_num_queries(5):
        browser.get("/inbox/all/?limit=100", headers=headers)


def test_many_teams_cost_no_more_queries(browser, line):
    few = len(queries_of(browser, "/inbox/all/"))
    Team.objects.bulk_create(Team(name=f"Team {number}") for number in range(50))
    assert len(queries_of(browser, "/inbox/all/")) == few


def test_a_thread_page_asks_the_same_for_a_few_and_for_many_messages(
    browser, ben, dora, line, django_assert_num_queries
):
    conversation = start(
        dora, line=line, identity=None, body="Hello", client_id=uuid.uuid4()
    ).conversation
    path = f"/inbox/all/{conversation.public_id}/"
    talk(conversation, ben, 24)
    with django_assert_num_queries(32):
        page = browser.get(path).content.decode()
    assert page.count('<li id="message-msg_') == 25
    talk(conversation, ben, 75)
    with django_assert_num_queries(32):
        page = browser.get(path).content.decode()
    assert page.count('<li id="message-msg_') == 50
    with django_assert_num_queries(8):
        page = browser.get(f"{path}messages/?after=0", headers=SCRIPT).content.decode()
    assert page.count('<li id="message-msg_') == Message.objects.count() == 100


def test_catching_up_with_a_thread_asks_little(browser, ben, dora, line, django_assert_num_queries):
    conversation = start(
        dora, line=line, identity=None, body="Hello", client_id=uuid.uuid4()
    ).conversation
    talk(conversation, ben, 100)
    path = f"/inbox/all/{conversation.public_id}/messages/"
    for after in (95, 1):
        with django_assert_num_queries(8):
            browser.get(f"{path}?after={after}", headers=SCRIPT)


def test_counts_stop_at_a_hundred(browser, line):
    fill(line, 120)
    page = browser.get("/inbox/all/").content.decode()
    assert "99+" in page
    assert ">120<" not in page
    counting = [sql for sql in queries_of(browser, "/inbox/all/", "views") if "LIMIT 100" in sql]
    assert counting
    assert not [sql for sql in queries_of(browser, "/inbox/all/") if "COUNT(" in sql]
