"""REST: a note is edited, deleted and brought back."""

import uuid

import pytest

from inbox.actions import assign, note

pytestmark = pytest.mark.django_db


def test_a_note_is_edited_deleted_and_brought_back(api, begun, dora, ada, ben, cleo, billing):
    conversation = begun(dora)
    made = note(conversation, by=ben, body="Mind", client_id=uuid.uuid4()).message
    address = f"conversations/{conversation.public_id}/messages/{made.public_id}"
    mine, theirs, app = api(ben), api(cleo), api()
    answer = mine.patch(address, {"body": "Mind *this*"})
    assert answer.status_code == 200 and answer.json()["edited_at"]
    assert (answer.json()["body_text"], answer.json()["kind"]) == ("Mind *this*", "note")
    for body in ({}, {"body": ""}, {"body": "a", "kind": "reply"}, {"body": None}, {"body": "\0"}):
        assert mine.patch(address, body).status_code == 400, body
    for program in (theirs, app):
        assert program.patch(address, {"body": "Ours"}).status_code == 403
        assert program.delete(address).status_code == 403
    line = mine.delete(address).json()
    assert (line["kind"], line["activity"]) == ("activity", {"kind": "note_deleted"})
    assert line["body_text"] == line["body_html"] == "" and line["seq"] == made.seq
    assert mine.patch(address, {"body": "Late"}).status_code == 404
    assert theirs.put(address, {}).status_code == 403
    assert mine.put(address, {}).json()["body_text"] == "Mind *this*"
    assert api(ada).patch(address, {"body": "Hers"}).status_code == 403
    assign(conversation, by=ada, team=billing)
    for answer in (mine.patch(address, {"body": "Mine"}), mine.delete(address)):
        assert answer.status_code == 404
    assert api(ada).delete(address).json()["activity"]["author"] == "Ben Okafor"
