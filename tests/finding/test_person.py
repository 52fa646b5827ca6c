"""A person or a company named by its id: what is known of them, also without a conversation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.actions import assign
from people.actions import merge_contacts, note_of_contact

pytestmark = pytest.mark.django_db


def shown(browser, q):
    return browser.get("/inbox/search/", {"q": q}).content.decode()


def test_somebody_without_a_conversation_is_shown_with_what_is_known(dora, ben, browser_of):
    note_of_contact(dora, by=ben, body="<b>Calls</b> at noon")
    page = shown(browser_of(ben), f"contact:{dora.public_id}")
    for known in ("dora@acme.test", "Acme", "&lt;b&gt;Calls&lt;/b&gt; at noon"):
        assert known in page
    assert "Dora Lindqvist has no conversation that you can see." in page
    assert "Every word must be in one message" not in page
    assert f"company:{dora.company.public_id}" in page


def test_a_private_conversation_stays_private_and_the_sentence_is_true(
    say, dora, ada, ben, billing, browser_of
):
    secret = say(dora, "My card number")
    assign(secret, by=ada, team=billing)
    page = shown(browser_of(ben), f"contact:{dora.public_id}")
    assert "My card number" not in page and "no conversation that you can see" in page
    page = shown(browser_of(ada), f"contact:{dora.public_id}")
    assert "My card number" in page and "no conversation" not in page


def test_who_was_merged_is_shown_as_whom_they_are_now(dora, otto, ben, browser_of):
    merge_contacts(dora, otto, by=ben)
    assert "dora@acme.test" in shown(browser_of(ben), f"contact:{otto.public_id}")


def test_a_company_leads_to_its_open_conversations(say, dora, ben, browser_of):
    say(dora, "Where is my coat?")
    name = f"company:{dora.company.public_id}"
    page = shown(browser_of(ben), name)
    assert f"?q={name}+is:open" in page and "Where is my coat?" in page
    narrowed = shown(browser_of(ben), f"{name} is:open")
    assert "Only their open conversations" not in narrowed and "Where is my coat?" in narrowed


@pytest.mark.parametrize("q", ["coat", "contact:dora", "-contact:ct_x", "contact:ct_x", "contact:"])
def test_nobody_is_shown_who_was_not_named_by_id(dora, ben, browser_of, q):
    assert "result-known" not in shown(browser_of(ben), q)


def test_a_search_for_words_asks_nothing_more(ben, dora, browser_of):
    browser = browser_of(ben)
    shown(browser, "coat")
    with CaptureQueriesContext(connection) as asked:
        shown(browser, "coat")
    tables = [each["sql"] for each in asked.captured_queries]
    assert not [sql for sql in tables if "people_contactnote" in sql]
