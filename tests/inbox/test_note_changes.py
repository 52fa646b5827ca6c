"""Internal notes that are edited, deleted and brought back: by whom, and what is left of them."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, NotFound, StateConflict
from inbox.actions import (
    assign,
    attach,
    delete_note,
    edit_note,
    merge,
    note,
    reply,
    restore_note,
)
from inbox.actions.attaching import forget_unused
from inbox.actions.revising import RESTORABLE_FOR, erase_deleted
from inbox.finding.index import index_named
from inbox.models import Attachment, DeletedNote, IndexedMessage, Message, Notification
from inbox.tasks import index_messages, notify
from people.models import Role
from tests.inbox.state import SCRIPT, now

pytestmark = pytest.mark.django_db

SECRET = "The password is swordfish"


def noted(conversation, by, body=SECRET, **more):
    return note(conversation, by=by, body=body, client_id=uuid.uuid4(), **more).message


def entry(kind):
    return Entry.objects.filter(kind=kind).latest("id")


def address(message, view="all"):
    return f"/inbox/{view}/{message.conversation.public_id}/notes/{message.public_id}/"


def shown(browser, conversation):
    return browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()


def test_an_edited_note_says_so_and_keeps_its_place(conversation, ben, cleo, browser_of):
    message = noted(conversation, ben, "A **first** thought")
    seq = now(conversation).last_seq
    edited = edit_note(conversation, message.public_id, by=ben, body="A *second* thought")
    stored = Message.objects.get(pk=message.pk)
    assert (stored.body_text, stored.seq) == ("A *second* thought", message.seq)
    assert "<em>second</em>" in stored.body_html and stored.edited_at == edited.edited_at
    assert now(conversation).last_seq == seq, "nothing new was said"
    told = entry("note.edited")
    assert told.before == {"edited_at": None}
    assert told.after == {
        "message": message.public_id,
        "seq": message.seq,
        "edited_at": stored.edited_at.isoformat(),
    }
    page = shown(browser_of(cleo), conversation)
    assert "Internal note, edited" in page and ">first<" not in page
    transcript = browser_of(cleo).get(f"/inbox/all/{conversation.public_id}/transcript/?notes=on")
    assert "second" in transcript.content.decode()
    entries = Entry.objects.count()
    edit_note(conversation, message.public_id, by=ben, body="A *second* thought")
    assert Entry.objects.count() == entries


def test_a_deleted_note_leaves_a_line_and_its_words_nowhere(
    conversation, ada, ben, cleo, browser_of, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    file = attach(SimpleUploadedFile("swordfish.txt", b"x"), by=ben)
    body = f"@Cleo Marchand, look. {SECRET}"
    message = noted(conversation, ben, body, attachments=[file.public_id])
    notify([entry("note.added")])
    index_named([message.public_id])
    assert Notification.objects.filter(preview__contains="swordfish").exists()
    delete_note(conversation, message.public_id, by=ben)
    index_named([message.public_id])
    browser = browser_of(cleo)
    place = f"/inbox/all/{conversation.public_id}/"
    for url in (place, f"{place}transcript/?notes=on", "/inbox/search/?q=swordfish"):
        page = browser.get(url).content.decode()
        assert "is swordfish" not in page and "swordfish.txt" not in page, url
        assert "Ben Okafor deleted a note" in page or "search" in url
    assert browser.get(f"/inbox/files/{file.public_id}/").status_code == 404
    assert not IndexedMessage.objects.filter(message=message).exists()
    assert not message.mentions.exists()
    assert not Notification.objects.filter(preview__contains="swordfish").exists()
    assert not Notification.objects.open().filter(teammate=cleo).exists()
    told = entry("note.deleted")
    assert told.before == {"author": ben.public_id, "attachments": [file.public_id]}
    assert told.after["unmentioned"] == [cleo.public_id]
    everything = json.dumps(list(Entry.objects.values_list("before", "after")))
    assert "swordfish" not in everything, "the journal never forgets, so it never knew"
    entries = Entry.objects.count()
    delete_note(conversation, message.public_id, by=ben)
    assert Entry.objects.count() == entries, "it is deleted already"


def test_an_index_that_was_on_its_way_forgets_what_was_deleted(conversation, ben):
    message = noted(conversation, ben)
    delete_note(conversation, message.public_id, by=ben)
    IndexedMessage.objects.create(message=message, at=message.created_at, words="'swordfish':1")
    index_messages([entry("note.deleted")])
    assert not IndexedMessage.objects.filter(message=message).exists()


def test_whoever_deleted_it_brings_it_back_whole(conversation, ada, ben, cleo, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = attach(SimpleUploadedFile("plan.txt", b"x"), by=ben)
    message = noted(conversation, ben, "@Cleo Marchand and @Support", attachments=[file.public_id])
    before = Message.objects.values().get(pk=message.pk)
    delete_note(conversation, message.public_id, by=ada)
    line = Message.objects.get(pk=message.pk)
    assert line.activity == {"kind": "note_deleted", "author": "Ben Okafor"}
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=9))
    assert forget_unused() == 0, "it may come back"
    with pytest.raises(NotAllowed):
        restore_note(conversation, message.public_id, by=ben)
    restore_note(conversation, message.public_id, by=ada)
    after = Message.objects.values().get(pk=message.pk)
    assert after.pop("changed_at") and before.pop("changed_at") is None
    assert after == before
    assert [mention.teammate for mention in message.mentions.all()] == [cleo]
    assert list(message.attachments.all()) == [file]
    assert not DeletedNote.objects.exists()
    assert entry("note.restored").after["message"] == message.public_id


def test_what_is_not_brought_back_in_time_is_erased(conversation, ben, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = attach(SimpleUploadedFile("plan.txt", b"x"), by=ben)
    message = noted(conversation, ben, attachments=[file.public_id])
    delete_note(conversation, message.public_id, by=ben)
    assert erase_deleted() == 0
    DeletedNote.objects.update(deleted_at=timezone.now() - RESTORABLE_FOR)
    with pytest.raises(StateConflict):
        restore_note(conversation, message.public_id, by=ben)
    assert erase_deleted() == 1
    assert not DeletedNote.objects.exists() and not Attachment.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_names_that_an_edit_adds_are_told_and_those_it_takes_out_are_not(
    conversation, ada, ben, cleo
):
    message = noted(conversation, ada, "@Ben Okafor, please")
    notify([entry("note.added")])
    assert Notification.objects.open().filter(teammate=ben).exists()
    edit_note(conversation, message.public_id, by=ada, body="@Cleo Marchand, please")
    told = entry("note.edited")
    assert (told.after["mentioned"], told.after["unmentioned"]) == (
        [cleo.public_id],
        [ben.public_id],
    )
    notify([told])
    open_ = Notification.objects.open()
    assert [row.teammate for row in open_] == [cleo]
    assert open_.get().preview == "@Cleo Marchand, please"
    edit_note(conversation, message.public_id, by=ada, body="@Cleo Marchand, please!")
    assert "mentioned" not in entry("note.edited").after, "she has been told"


def test_whom_another_note_names_too_still_has_word(conversation, ada, ben):
    first = noted(conversation, ada, "@Ben Okafor, please")
    noted(conversation, ada, "And quickly, @Ben Okafor")
    notify(list(Entry.objects.filter(kind="note.added").order_by("id")))
    delete_note(conversation, first.public_id, by=ada)
    assert Notification.objects.open().filter(teammate=ben).exists()


def test_only_its_author_edits_and_only_they_or_an_admin_delete(
    conversation, ada, ben, cleo, billing
):
    message = noted(conversation, ben)
    for by in (ada, cleo):
        with pytest.raises(NotAllowed):
            edit_note(conversation, message.public_id, by=by, body="Mine now")
    with pytest.raises(NotAllowed):
        delete_note(conversation, message.public_id, by=cleo)
    assign(conversation, by=ada, team=billing)
    for change in (delete_note, restore_note):
        with pytest.raises(NotFound):
            change(conversation, message.public_id, by=ben)
    with pytest.raises(NotFound):
        edit_note(conversation, message.public_id, by=ben, body="Still mine")
    assert Message.objects.get(pk=message.pk).body_text == SECRET
    assert not Entry.objects.filter(kind__in=["note.edited", "note.deleted"]).exists()
    delete_note(conversation, message.public_id, by=ada)
    assert Message.objects.get(pk=message.pk).body_text == ""


def test_who_may_write_no_notes_changes_none(conversation, ben):
    message = noted(conversation, ben)
    ben.role = Role.objects.create(name="Reader", capabilities=[])
    ben.save()
    with pytest.raises(NotAllowed):
        edit_note(conversation, message.public_id, by=ben, body="Other")
    with pytest.raises(NotAllowed):
        delete_note(conversation, message.public_id, by=ben)


def test_what_a_customer_may_have_seen_stays(conversation, ada, ben):
    said = reply(conversation, by=ben, body="Hello", client_id=uuid.uuid4()).message
    theirs = conversation.messages.get(seq=1)
    for message in (said, theirs):
        with pytest.raises(NotFound):
            edit_note(conversation, message.public_id, by=ben, body="Other")
        for change in (delete_note, restore_note):
            with pytest.raises(NotFound):
                change(conversation, message.public_id, by=ada)
    assert [row.body_text for row in conversation.messages.public().order_by("seq")] == [
        "Where is my coat?",
        "Hello",
    ]


def test_a_note_in_a_part_is_left_until_it_stands_for_itself(begin, dora, ben):
    part, whole = begin(dora), begin(dora, "Again")
    message = noted(part, ben)
    merge(part, into=whole, by=ben)
    with pytest.raises(StateConflict):
        delete_note(part, message.public_id, by=ben)


@pytest.mark.parametrize("body", ["", " \n ", "x" * 33_000, "\ud800"])
def test_a_note_is_not_edited_into_nonsense(conversation, ben, browser_of, body):
    message = noted(conversation, ben)
    with pytest.raises((Invalid, UnicodeEncodeError)):
        edit_note(conversation, message.public_id, by=ben, body=body)
    assert Message.objects.get(pk=message.pk).body_text == SECRET


def test_screens_are_shown_the_note_and_nobody_in_particular(
    conversation, ben, published, django_capture_on_commit_callbacks
):
    message = noted(conversation, ben)
    with django_capture_on_commit_callbacks(execute=True):
        edit_note(conversation, message.public_id, by=ben, body="Other words")
    frames = [frame for _, frame in published if frame["type"] == "note"]
    assert len(frames) == 1 and "Other words" in frames[0]["html"]
    assert 'data-changed="' in frames[0]["html"]
    assert f'id="note-{message.public_id}"' in frames[0]["html"]
    assert " hidden>" in frames[0]["html"], "only its author's screen shows the pen"
    with django_capture_on_commit_callbacks(execute=True):
        delete_note(conversation, message.public_id, by=ben)
    html = [frame for _, frame in published if frame["type"] == "note"][-1]["html"]
    assert "deleted a note" in html and "Other words" not in html


def test_the_pen_is_drawn_for_who_may_use_it(conversation, ada, ben, cleo, browser_of):
    noted(conversation, ben)
    for mate, may in ((ada, True), (ben, True), (cleo, False)):
        page = shown(browser_of(mate), conversation)
        assert (" hidden>" not in re.search(r'<a id="note-msg[^>]*>', page)[0]) == may, mate


def test_by_script_the_note_is_edited_in_its_place(conversation, ada, ben, cleo, browser_of):
    message = noted(conversation, ben)
    browser = browser_of(ben)
    form = browser.get(address(message), headers=SCRIPT).content.decode()
    assert SECRET in form and 'name="seen" value=""' in form and "is-changing" in form
    assert browser_of(cleo).get(address(message), headers=SCRIPT).status_code == 403
    theirs = browser_of(ada).get(address(message), headers=SCRIPT).content.decode()
    assert "<textarea" not in theirs and 'value="delete"' in theirs
    wanted = {"do": "edit", "body": "Better", "seen": ""}
    answer = browser.post(address(message), wanted, headers=SCRIPT)
    assert "Better" in answer.content.decode() and "is-changing" not in answer.content.decode()
    late = browser.post(address(message), wanted | {"body": "Older"}, headers=SCRIPT)
    assert late.status_code == 409 and "changed meanwhile" in late.json()["detail"]
    gone = browser.post(address(message), {"do": "delete"}, headers=SCRIPT)
    undo = json.loads(gone["HX-Trigger"])["inbox:done"]["undo"]
    assert "deleted a note" in gone.content.decode()
    back = browser.post(undo["url"], undo["values"], headers=SCRIPT)
    assert back.status_code == 200 and 'id="head"' in back.content.decode()
    assert Message.objects.get(pk=message.pk).body_text == "Better"
    again = browser.get(f"{address(message)}?shown=yes", headers=SCRIPT).content.decode()
    assert "Better" in again and "is-changing" not in again


def test_whoever_catches_up_hears_of_changed_notes_too(conversation, ben, cleo, browser_of):
    message = noted(conversation, ben)
    last = now(conversation).last_seq
    edit_note(conversation, message.public_id, by=ben, body="Better")
    url = f"/inbox/all/{conversation.public_id}/messages/?after={last}"
    page = browser_of(cleo).get(url, headers=SCRIPT).content.decode()
    assert "Better" in page and f'data-last-seq="{last}"' in page


def test_without_scripts_a_page_of_its_own_does_it(conversation, ben, browser_of):
    message = noted(conversation, ben)
    browser = browser_of(ben)
    assert SECRET in browser.get(address(message)).content.decode()
    refused = browser.post(address(message), {"do": "edit", "body": " ", "seen": ""})
    assert refused.status_code == 400 and "<textarea" in refused.content.decode()
    saved = browser.post(address(message), {"do": "edit", "body": "Better", "seen": ""})
    assert saved.status_code == 302 and saved.url.endswith(f"#message-{message.public_id}")
    page = browser.post(address(message), {"do": "delete"}, follow=True).content.decode()
    assert "deleted a note" in page and "Bring it back" in page and "Better" not in page
    assert browser.post(address(message), {"do": "restore"}).status_code == 302
    assert Message.objects.get(pk=message.pk).body_text == "Better"
    for bad in ({}, {"do": "burn"}, {"do": "edit", "body": "\0", "seen": ""}):
        assert browser.post(address(message), bad, headers=SCRIPT).status_code == 400
    assert browser.get(address(message).replace(message.public_id, "msg_no")).status_code == 404
