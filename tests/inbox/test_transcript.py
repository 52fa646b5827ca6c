"""A conversation to print, and as a file: with what the reader may know, and no more."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox import transcript
from inbox.actions import assign, attach, note, reply, snooze
from people.actions import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(conversation, ben, ada, next_week, settings, tmp_path):
    """Dora asks, Ada notes, Ben answers with a file and puts it off."""
    settings.MEDIA_ROOT = tmp_path
    note(conversation, by=ada, body="She is a **VIP**", client_id=uuid.uuid4())
    file = attach(SimpleUploadedFile("invoice.txt", b"12 coats"), by=ben)
    reply(
        conversation,
        by=ben,
        body="It is *on its way* <script>",
        client_id=uuid.uuid4(),
        attachments=[file.public_id],
    )
    snooze(conversation, by=ben, until=next_week)
    return conversation


@pytest.fixture
def get(talk, browser_of):
    def asked(mate, query=""):
        return browser_of(mate).get(f"/inbox/all/{talk.public_id}/transcript/{query}")

    return asked


def test_without_notes_it_is_what_the_customer_has_seen(get, talk, ben):
    answer = get(ben, "?form=text")
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    name = f"conversation-{talk.public_id}.txt"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert text.index("Dora Lindqvist:\nWhere is my coat?") < text.index("Ben:\nIt is *on")
    assert "[file: invoice.txt, 8 bytes]" in text
    for secret in ("VIP", "Ada", "snoozed", "Okafor"):
        assert secret not in text
        assert secret not in get(ben).content.decode()


def test_with_notes_it_is_all_and_says_so(get, ben):
    text = get(ben, "?form=text&notes=on").content.decode()
    assert "Ada Byron (internal note):\nShe is a **VIP**" in text
    assert "Ben Okafor snoozed this until 20" in text
    page = get(ben, "?notes=on").content.decode()
    assert "not for the customer" in page and "<strong>VIP</strong>" in page
    assert "not for the customer" not in get(ben).content.decode()


def test_the_html_file_needs_nothing_else_and_holds_no_script(get, ben):
    answer = get(ben, "?form=html")
    page = answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert "<em>on its way</em>" in page and "&lt;script&gt;" in page
    for word in ("<script", "<link", "src=", "<nav"):
        assert word not in page


def test_a_long_one_has_the_newest_and_says_so(get, ben, monkeypatch):
    assert "Only the newest" not in get(ben, "?form=text&notes=on").content.decode()
    monkeypatch.setattr(transcript, "MESSAGES_MAX", 2)
    text = get(ben, "?form=text&notes=on").content.decode()
    assert "Only the newest 2 lines." in text and "Where is my coat?" not in text


def test_it_costs_the_same_however_much_was_said(talk, ben, browser_of):
    browser, costs = browser_of(ben), []
    for number in range(2):
        for more in range(25 + 50 * number):
            note(talk, by=ben, body=f"More {number} {more}", client_id=uuid.uuid4())
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/inbox/all/{talk.public_id}/transcript/?form=text&notes=on")
        costs.append(len(captured))
    assert costs[0] == costs[1] < 9


def test_who_may_not_see_it_gets_none(get, talk, ada, ben, cleo, billing):
    assign(talk, by=ada, team=billing)
    for query in ("", "?form=text", "?form=html&notes=on"):
        assert get(ben, query).status_code == 404
        assert get(cleo, query).status_code == 200


@pytest.mark.parametrize("query", ["?form=pdf", "?form=%00"])
def test_what_is_no_form_is_refused(get, ben, query):
    assert get(ben, query).status_code == 400


def test_the_api_gives_it(talk, ada, ben, billing, client):
    _, secret = create_token(by=None, teammate=ben, name="mine", scopes=["conversations:read"])

    def asked(query=""):
        path = f"/api/v1/conversations/{talk.public_id}/transcript{query}"
        return client.get(path, headers={"authorization": f"Bearer {secret}"})

    answer = asked().json()
    assert answer["name"].endswith(".txt") and answer["content_type"] == "text/plain"
    assert "Where is my coat?" in answer["content"] and "VIP" not in answer["content"]
    assert "VIP" in asked("?form=html&notes=true").json()["content"]
    for query in ("?form=pdf", "?notes=maybe", "?note=true"):
        assert asked(query).status_code == 400
    assign(talk, by=ada, team=billing)
    assert asked().status_code == 404
