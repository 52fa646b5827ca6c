"""Spam, blocking and answers to pick from, as the inbox's forms do them."""

import json
import uuid

import pytest

from ground.journal import reactions
from ground.journal.models import Entry
from inbox.actions import assign, close, mark_spam, reply, snooze
from inbox.models import Conversation, Message
from people.models import Role

pytestmark = pytest.mark.django_db

HOSTILE = '"><svg onload=alert(1)>'


def address(conversation, tail="", view="all"):
    return f"/inbox/{view}/{conversation.public_id}/{tail}"


def status(conversation):
    return Conversation.objects.get(pk=conversation.pk).status


def done(browser, conversation, tail, **values):
    """What a script is told: the words, and what undoes it."""
    answer = browser.post(
        address(conversation, tail), values, headers={"hx-request": "true", "hx-target": "head"}
    )
    assert answer.status_code == 200, answer.content
    return json.loads(answer["HX-Trigger"])["inbox:done"]


def test_spam_and_back(conversation, ben, browser_of):
    browser = browser_of(ben)
    told = done(browser, conversation, "status/", status="spam")
    assert told["words"] == "Moved to spam." and told["status"] == "spam"
    listed = browser.get("/inbox/spam/").content.decode()
    assert conversation.public_id in listed
    assert conversation.public_id not in browser.get("/inbox/all/").content.decode()
    undone = done(browser, conversation, "status/", **told["undo"]["values"])
    assert status(conversation) == "open"
    done(browser, conversation, "status/", **undone["undo"]["values"])
    assert status(conversation) == "spam"


def test_undoing_spam_restores_what_was(conversation, begin, emil, ben, browser_of, next_week):
    browser, other = browser_of(ben), begin(emil)
    close(conversation, by=ben)
    snooze(other, by=ben, until=next_week)
    for each, was in ((conversation, "closed"), (other, "snoozed")):
        told = done(browser, each, "status/", status="spam")
        assert status(each) == "spam"
        done(browser, each, "status/", **told["undo"]["values"])
        assert status(each) == was
    assert Conversation.objects.get(pk=other.pk).snoozed_until == next_week


def test_blocking_from_a_conversation_and_back(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    told = done(browser, conversation, "block/", is_blocked="true")
    assert told["words"] == "Dora Lindqvist is blocked."
    reactions.run_owed()
    assert status(conversation) == "spam"
    page = browser.get(address(conversation, view="spam")).content.decode()
    assert "Blocked" in page and "Unblock Dora Lindqvist" in page and "Not spam" in page
    assert "because Ben Okafor blocked this contact" in page
    done(browser, conversation, "block/", **told["undo"]["values"])
    reactions.run_owed()
    dora.refresh_from_db()
    assert not dora.is_blocked and status(conversation) == "open"


def test_a_plain_form_does_the_same(conversation, ben, browser_of):
    browser = browser_of(ben)
    answer = browser.post(address(conversation, "status/"), {"status": "spam"})
    assert answer.status_code == 302 and status(conversation) == "spam"
    answer = browser.post(address(conversation, "block/"), {"is_blocked": "true"})
    assert answer.status_code == 302
    assert Entry.objects.filter(kind="contact.blocked").count() == 1


def test_who_may_not_is_not_offered_it_and_is_refused(conversation, dora, ben, browser_of):
    role = Role.objects.create(name="Replier", capabilities=["conversations.reply"])
    ben.role = role
    ben.save()
    browser = browser_of(ben)
    page = browser.get(address(conversation)).content.decode()
    assert 'value="spam"' not in page and 'name="is_blocked"' not in page
    for tail, values in (("status/", {"status": "spam"}), ("block/", {"is_blocked": "true"})):
        assert browser.post(address(conversation, tail), values).status_code == 403
    dora.refresh_from_db()
    assert not dora.is_blocked and status(conversation) == "open"


def test_screens_that_list_spam_hear_of_a_new_word_and_no_other_list_shows_it(
    conversation, dora, ben, published, django_capture_on_commit_callbacks
):
    mark_spam(conversation, by=ben)
    with django_capture_on_commit_callbacks(execute=True):
        reply(conversation, by=dora, body="Buy!", client_id=uuid.uuid4())
    rows = [frame for _, frame in published if frame["type"] == "conversation" and "state" in frame]
    assert [row["state"]["status"] for row in rows] == ["spam"]
    own = [f for topics, f in published if topics == [f"contact.{dora.public_id}"]]
    assert "spam" not in json.dumps(own)


def test_a_private_teams_spam_is_theirs(conversation, ada, ben, cleo, billing, browser_of):
    mark_spam(assign(conversation, by=ada, team=billing), by=cleo)
    assert conversation.public_id not in browser_of(ben).get("/inbox/spam/").content.decode()
    assert conversation.public_id in browser_of(cleo).get("/inbox/spam/").content.decode()


# ---- answers to pick from ------------------------------------------------------------------------


def write(browser, conversation, **values):
    values = {"kind": "reply", "body": "Which day?", "client_id": str(uuid.uuid4())} | values
    return browser.post(address(conversation, "messages/"), values, headers={"hx-request": "true"})


def test_a_reply_offers_buttons_and_the_thread_shows_them(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    answer = write(browser, conversation, choices=["Tue", HOSTILE, "Tue"])
    assert answer.status_code == 201
    assert Message.objects.latest("id").choices == ["Tue", HOSTILE]
    assert answer.json()["html"].count('class="choice"') == 2
    reply(conversation, by=dora, body=HOSTILE, client_id=uuid.uuid4())
    page = browser.get(address(conversation)).content.decode()
    assert '<li class="choice">Tue</li>' in page
    assert "<svg onload" not in page
    assert 'data-words="&quot;&gt;&lt;svg onload=alert(1)&gt;"' in page


@pytest.mark.parametrize("choices", [["x" * 81], ["a\nb"], [str(n) for n in range(9)], ["\x07"]])
def test_what_is_no_button_is_refused(conversation, ben, browser_of, choices):
    answer = write(browser_of(ben), conversation, choices=choices)
    assert answer.status_code == 400 and "choices" in answer.json()["errors"]
    assert Message.objects.count() == 1


def test_a_note_has_no_buttons(conversation, ben, browser_of):
    answer = write(browser_of(ben), conversation, kind="note", choices=["Tue"])
    assert answer.status_code == 201 and Message.objects.latest("id").choices is None


def test_a_retry_with_other_buttons_is_another_message(conversation, ben, browser_of):
    browser, client_id = browser_of(ben), str(uuid.uuid4())
    assert write(browser, conversation, client_id=client_id, choices=["A"]).status_code == 201
    assert write(browser, conversation, client_id=client_id, choices=["A"]).status_code == 200
    assert write(browser, conversation, client_id=client_id, choices=["B"]).status_code == 409
    assert write(browser, conversation, client_id=client_id).status_code == 409
