"""Unread again: one teammate's own wish, until they read on."""

import json
import uuid

import pytest

from ground.journal.models import Entry
from ground.web.problems import NotFound
from inbox.actions import assign, mark_read, mark_unread, reply
from inbox.models import ReadMarker
from people.actions import create_token

pytestmark = pytest.mark.django_db

SCRIPT = {"hx-request": "true", "hx-target": "head"}


def said(conversation, by, body="And?"):
    return reply(conversation, by=by, body=body, client_id=uuid.uuid4()).conversation


def row_of(browser, view="all"):
    page = browser.get(f"/inbox/{view}/", headers=SCRIPT | {"hx-target": "rows"})
    return page.content.decode()


def marker(teammate):
    return ReadMarker.objects.get(teammate=teammate)


def test_a_conversation_becomes_unread_for_one_teammate_once(
    conversation, dora, ben, ada, browser_of
):
    conversation = said(conversation, dora)
    for mate in (ben, ada):
        mark_read(conversation, by=mate, seq=2)
    for _ in range(2):
        mark_unread(conversation, by=ben)
    assert (marker(ben).seq, marker(ben).is_unread) == (1, True)
    assert (marker(ada).seq, marker(ada).is_unread) == (2, False)
    entry = Entry.objects.get(kind="conversation.marked_unread")
    assert (entry.actor_id, entry.before, entry.after) == (ben.public_id, {"seq": 2}, {"seq": 1})
    assert "is-unread" in row_of(browser_of(ben))
    assert "is-unread" not in row_of(browser_of(ada))


def test_what_was_answered_is_unread_all_the_same_and_reading_on_ends_it(
    conversation, ben, browser_of
):
    conversation = said(conversation, ben, "Here it is.")
    mark_read(conversation, by=ben, seq=2)
    browser = browser_of(ben)
    assert "is-unread" not in row_of(browser)
    mark_unread(conversation, by=ben)
    assert "is-unread" in row_of(browser)
    mark_read(conversation, by=ben, seq=2)
    assert "is-unread" not in row_of(browser)
    assert (marker(ben).seq, marker(ben).is_unread) == (2, False)


def test_the_contact_still_sees_that_it_was_seen(conversation, ben):
    mark_read(conversation, by=ben, seq=1)
    mark_unread(conversation, by=ben)
    conversation.refresh_from_db()
    assert conversation.team_read_seq == 1


def test_the_menu_marks_it_with_undo_and_tells_this_page_and_the_others(
    conversation, dora, ben, browser_of, published, django_capture_on_commit_callbacks
):
    conversation = said(conversation, dora)
    mark_read(conversation, by=ben, seq=2)
    published.clear()
    browser = browser_of(ben)
    path = f"/inbox/all/{conversation.public_id}/unread/"
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(path, {"is_unread": "true"}, headers=SCRIPT)
    told = json.loads(answer["HX-Trigger"])
    assert told["inbox:unread"] == {"conversation": conversation.public_id, "seq": 1}
    assert told["inbox:done"]["words"] == "Unread for you."
    [(topics, frame)] = published
    assert topics == [f"teammate.{ben.public_id}"], "nobody else hears of it"
    assert (frame["type"], frame["seq"], frame["unread"]) == ("read", 1, True)
    browser.post(path, told["inbox:done"]["undo"]["values"], headers=SCRIPT)
    assert (marker(ben).seq, marker(ben).is_unread) == (2, False)


def test_undo_of_what_was_never_read_leaves_it_unread(conversation, ben, browser_of):
    browser = browser_of(ben)
    path = f"/inbox/all/{conversation.public_id}/unread/"
    done = json.loads(browser.post(path, {"is_unread": "true"}, headers=SCRIPT)["HX-Trigger"])[
        "inbox:done"
    ]
    browser.post(path, done["undo"]["values"], headers=SCRIPT)
    assert (marker(ben).seq, marker(ben).is_unread) == (0, False)
    assert "is-unread" in row_of(browser), "the contact still waits"


def test_it_works_as_a_plain_form(conversation, ben, browser_of):
    answer = browser_of(ben).post(
        f"/inbox/all/{conversation.public_id}/unread/", {"is_unread": "true"}
    )
    assert answer.status_code == 302 and marker(ben).is_unread


def test_nobody_marks_what_they_cannot_see(conversation, ada, ben, billing, browser_of):
    assign(conversation, by=ada, team=billing)
    with pytest.raises(NotFound):
        mark_unread(conversation, by=ben)
    path = f"/inbox/all/{conversation.public_id}/unread/"
    assert browser_of(ben).post(path, {"is_unread": "true"}).status_code == 404
    assert not ReadMarker.objects.exists()


@pytest.mark.parametrize("seq", ["-1", "x", "\x00", str(2**64)])
def test_what_is_no_place_in_a_thread_is_refused(conversation, ben, browser_of, seq):
    path = f"/inbox/all/{conversation.public_id}/unread/"
    assert browser_of(ben).post(path, {"seq": seq}, headers=SCRIPT).status_code == 400


def test_the_api_reads_and_unreads(conversation, dora, ben, client):
    said(conversation, dora)
    scopes = ["conversations:read", "conversations:write"]
    _, mine = create_token(by=None, teammate=ben, name="mine", scopes=scopes)
    _, app = create_token(by=None, teammate=None, name="app", scopes=scopes)
    path = f"/api/v1/conversations/{conversation.public_id}/read"

    def call(method, secret=mine, **body):
        headers = {"authorization": f"Bearer {secret}"}
        return getattr(client, method)(path, body, content_type="application/json", headers=headers)

    assert client.get(path, headers={"authorization": f"Bearer {mine}"}).json() == {
        "seq": 0,
        "is_unread": False,
    }
    assert call("put", seq=2).json() == {"seq": 2, "is_unread": False}
    assert call("delete").json() == {"seq": 1, "is_unread": True}
    assert call("put", seq=2).json() == {"seq": 2, "is_unread": False}
    for body in ({}, {"seq": "2"}, {"seq": -1}, {"seq": 2**70}, {"seq": True}):
        assert call("put", **body).status_code == 400
    for method in ("put", "delete"):
        assert call(method, app, seq=1).status_code == 403
    assert ReadMarker.objects.count() == 1


def test_what_the_contact_has_read_is_told_to_all_their_screens(
    conversation, dora, ben, published, django_capture_on_commit_callbacks
):
    reply(conversation, by=ben, body="Here it is", client_id=uuid.uuid4())
    conversation.refresh_from_db()
    seq = conversation.public_seq
    published.clear()
    with django_capture_on_commit_callbacks(execute=True):
        mark_read(conversation, by=dora, seq=seq)
    [told] = [frame for topics, frame in published if topics == [f"contact.{dora.public_id}"]]
    name = conversation.public_id
    assert told == {"type": "unread", "conversation": name, "unread": 0, "seq": seq}
