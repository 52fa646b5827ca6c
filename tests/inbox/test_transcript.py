"""A conversation to print, and as a file: with what the reader may know, and no more."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inbox import transcript, wording
from inbox.actions import assign, attach, merge, note, reply, snooze, split, unmerge
from inbox.models import Conversation
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


# ---- of what was merged --------------------------------------------------------------------------


def shown(conversation, viewer, *, has_notes=False):
    made = transcript.transcript_of(fresh(conversation), viewer=viewer, has_notes=has_notes)
    return [each.body_text for each in made.messages if each.kind != "activity"]


@pytest.fixture
def api_of():
    """api_of(ben, conversation): its transcript by the REST API, with notes."""

    def asked(mate, conversation):
        _, plain = create_token(by=None, teammate=mate, name="paper", scopes=["conversations:read"])
        address = f"/api/v1/conversations/{conversation.public_id}/transcript?notes=true"
        answer = Client().get(address, headers={"authorization": f"Bearer {plain}"})
        return answer.json()["content"]

    return asked


def fresh(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def said(conversation, by, body):
    return reply(conversation, by=by, body=body, client_id=uuid.uuid4()).message


@pytest.fixture
def merged(begin, dora, ben):
    """(part, whole): two conversations that were led at the same time and are one now."""
    part, whole = begin(dora, "1 The coat"), begin(dora, "2 The hat")
    said(part, ben, "3 On its way")
    said(whole, ben, "4 Sold out")
    note(part, by=ben, body="5 She is patient", client_id=uuid.uuid4())
    said(whole, dora, "6 A pity")
    merge(part, into=whole, by=ben)
    said(whole, dora, "7 Both, please")
    return part, whole


def test_what_was_merged_is_in_it_in_the_order_in_which_it_was_said(merged, ben):
    part, whole = merged
    public = ["1 The coat", "2 The hat", "3 On its way", "4 Sold out", "6 A pity", "7 Both, please"]
    assert shown(whole, ben) == public
    assert shown(whole, ben, has_notes=True) == sorted([*public, "5 She is patient"])
    assert shown(part, ben) == ["1 The coat", "3 On its way"]
    made = transcript.transcript_of(fresh(whole), viewer=ben, has_notes=False)
    for form in ("text", "html"):
        assert "Together with the conversation that was merged into it." in made.render(form)
        assert "patient" not in made.render(form)


def test_parts_of_parts_are_in_it_and_what_was_taken_out_is_not(merged, begin, dora, ben):
    part, whole = merged
    last = begin(dora, "8 And gloves")
    merge(whole, into=last, by=ben)
    assert len(shown(last, ben)) == 7
    unmerge(part, by=ben)
    assert shown(last, ben) == [
        "2 The hat",
        "4 Sold out",
        "6 A pity",
        "7 Both, please",
        "8 And gloves",
    ]


def test_a_part_that_its_reader_may_not_see_is_not_in_it(
    begin, dora, ada, ben, billing, browser_of, api_of
):
    secret, whole = begin(dora, "My card number"), begin(dora, "The hat")
    assign(secret, by=ada, team=billing)
    merge(secret, into=whole, by=ada)
    assert shown(whole, ada) == ["My card number", "The hat"]
    for viewer in (ben, None):
        assert shown(whole, viewer) == ["The hat"]
    address = f"/inbox/all/{whole.public_id}/transcript/"
    for query in ("", "?notes=on", "?form=text&notes=on"):
        page = browser_of(ben).get(address + query).content.decode()
        assert "card" not in page and "Together" not in page
        assert "card" in browser_of(ada).get(address + query).content.decode()
    assert "card" not in api_of(ben, whole) and "card" in api_of(ada, whole)


def test_it_is_cut_across_what_was_merged(merged, ben, monkeypatch):
    monkeypatch.setattr(transcript, "MESSAGES_MAX", 3)
    assert shown(merged[1], ben) == ["4 Sold out", "6 A pity", "7 Both, please"]
    assert transcript.transcript_of(fresh(merged[1]), viewer=ben, has_notes=False).is_cut


def test_what_was_split_off_and_merged_is_in_it_once(begin, dora, ben):
    source, other = begin(dora, "1 The coat"), begin(dora, "2 The hat")
    gloves = said(source, dora, "3 And gloves")
    ends = {"first_seq": gloves.seq, "last_seq": gloves.seq}
    made = split(source, by=ben, client_id=uuid.uuid4(), **ends).conversation
    said(made, ben, "4 Which size?")
    merge(made, into=other, by=ben)
    assert shown(other, ben) == ["2 The hat", "3 And gloves", "4 Which size?"]
    merge(source, into=other, by=ben)
    assert shown(other, ben) == ["1 The coat", "2 The hat", "3 And gloves", "4 Which size?"]


def test_it_costs_the_same_for_any_number_of_parts(begin, dora, ben):
    whole = begin(dora)
    costs = []
    for count in (2, 5):
        for _ in range(count):
            merge(begin(dora), into=whole, by=ben)
        with CaptureQueriesContext(connection) as queries:
            shown(whole, ben)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_what_the_house_does_by_itself_is_a_sentence_of_its_own():
    done = {"kind": "assigned", "team": "Repairs", "assignee": None}
    alone = "This moved to Repairs. Nobody has this any more."
    assert wording.activity(done, "system") == alone
    said = "moved this to Repairs and removed the assignee"
    assert wording.activity(done, "system", "A script") == said
    back = {"kind": "assigned", "team": None, "assignee": "Ben"}
    assert wording.activity(back, "system") == "This is in no team any more. Ben has this now."
