"""Notes of a contact: what teammates should know whatever the conversation."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, NotFound
from inbox.actions import start
from people.actions import (
    delete_contact_note,
    merge_contacts,
    note_of_contact,
    restore_contact_note,
    unmerge,
)
from people.actions.notes import CONTACT_NOTES_MAX, NOTE_LENGTH
from people.models import ContactNote, Role

pytestmark = pytest.mark.django_db

SCRIPT = {"hx-request": "true", "hx-target": "about"}


@pytest.fixture
def conversation(line, dora):
    words = {"body": "Where is my coat?", "client_id": "6f9619ff-8b86-4011-b42d-00cf4fc964ff"}
    return start(dora, line=line, identity=None, **words).conversation


def page(conversation, rest=""):
    return f"/inbox/all/{conversation.public_id}/{rest}"


def done(answer):
    return json.loads(answer["HX-Trigger"])["inbox:done"]


def kinds_of(contact):
    found = Entry.objects.filter(subject_id=contact.public_id, kind__startswith="contact.note")
    return list(found.order_by("id").values_list("kind", flat=True))


def test_a_note_is_added_deleted_and_brought_back(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    url = page(conversation, "record/notes/")
    added = browser.post(url, {"value": " Calls at noon only \r\n"}, headers=SCRIPT)
    note = ContactNote.objects.get()
    assert (note.body, note.author_name, note.teammate) == ("Calls at noon only", str(ben), ben)
    assert "Calls at noon only" in added.content.decode()
    undone = browser.post(url, done(added)["undo"]["values"], headers=SCRIPT)
    assert "Calls at noon only" not in undone.content.decode()
    back = browser.post(url, done(undone)["undo"]["values"], headers=SCRIPT)
    assert "Calls at noon only" in back.content.decode()
    assert kinds_of(dora) == ["contact.noted", "contact.note_deleted", "contact.note_restored"]
    entry = Entry.objects.filter(kind="contact.noted").get()
    assert (entry.actor_id, entry.after) == (ben.public_id, {"note": note.public_id})


def test_without_scripts_it_is_a_plain_form(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    url = page(conversation, "record/notes/")
    assert f'action="{url}"' in browser.get(page(conversation)).content.decode()
    assert browser.post(url, {"value": "Plain"}).headers["Location"] == page(conversation)
    assert dora.notes.get().body == "Plain"


def test_the_same_again_leaves_no_trace(dora, ben):
    note = note_of_contact(dora, by=ben, body="Once")
    for _ in range(2):
        delete_contact_note(dora, note.public_id, by=ben)
    for _ in range(2):
        restore_contact_note(dora, note.public_id, by=ben)
    assert kinds_of(dora) == ["contact.noted", "contact.note_deleted", "contact.note_restored"]


def test_colleagues_hear_of_it(dora, ben, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        note_of_contact(dora, by=ben, body="A secret word")
    frame = {"type": "record", "contact": dora.public_id}
    assert ([f"record.{dora.public_id}"], frame) in published
    assert "A secret word" not in str(published)


def test_merged_contacts_have_the_notes_of_both_and_each_gets_its_own_back(dora, otto, ben):
    hers = note_of_contact(dora, by=ben, body="Hers")
    his = note_of_contact(otto, by=ben, body="His")
    gone = note_of_contact(otto, by=ben, body="Gone")
    delete_contact_note(otto, gone.public_id, by=ben)
    merge = merge_contacts(dora, otto, by=ben)
    assert set(dora.notes.kept()) == {hers, his}
    since = note_of_contact(otto, by=ben, body="Since then")
    assert since.contact == dora
    unmerge(merge, by=ben)
    assert set(dora.notes.kept()) == {hers, since}
    assert set(otto.notes.kept()) == {his}
    restore_contact_note(otto, gone.public_id, by=ben)
    assert set(otto.notes.kept()) == {his, gone}


def test_another_contacts_note_is_nobodys_here(dora, emil, ben):
    note = note_of_contact(emil, by=ben, body="Emil's")
    for act in (delete_contact_note, restore_contact_note):
        with pytest.raises(NotFound):
            act(dora, note.public_id, by=ben)
    assert list(emil.notes.kept()) == [note]


@pytest.mark.parametrize(
    "text", ["", " \n", "a\x00b", "\ud800", "\x1b[2J", "x" * (NOTE_LENGTH + 1), None, 7]
)
def test_what_is_no_text_is_refused(dora, ben, text):
    with pytest.raises(Invalid):
        note_of_contact(dora, by=ben, body=text)
    assert not dora.notes.exists()


def test_hostile_words_are_shown_as_words(conversation, dora, ben, browser_of):
    note_of_contact(dora, by=ben, body="<script>alert(1)</script>\nnext")
    shown = browser_of(ben).get(page(conversation)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>next" in shown


@pytest.mark.parametrize("given", [{}, {"value": "a\x00"}, {"deleted": "x" * 99}])
def test_a_form_that_says_nothing_is_refused(conversation, ben, browser_of, given):
    answer = browser_of(ben).post(page(conversation, "record/notes/"), given, headers=SCRIPT)
    assert answer.status_code == 400
    assert not ContactNote.objects.exists()


def test_no_more_than_fit(dora, ben):
    rows = [ContactNote(contact=dora, author_name="", body=str(n)) for n in range(200)]
    ContactNote.objects.bulk_create(rows[:CONTACT_NOTES_MAX])
    with pytest.raises(Invalid):
        note_of_contact(dora, by=ben, body="One more")


def test_who_may_not_edit_contacts_reads_and_writes_none(conversation, dora, ben, cleo, browser_of):
    note = note_of_contact(dora, by=ben, body="Calls at noon only")
    cleo.role = Role.objects.create(name="Reader", capabilities=[])
    cleo.save()
    shown = browser_of(cleo).get(page(conversation)).content.decode()
    assert "Calls at noon only" in shown and "record/notes/" not in shown
    with pytest.raises(NotAllowed):
        note_of_contact(dora, by=cleo, body="No")
    with pytest.raises(NotAllowed):
        delete_contact_note(dora, note.public_id, by=dora)
    assert list(dora.notes.kept()) == [note]


def test_any_number_of_notes_costs_the_same(conversation, dora, ben, browser_of):

    browser, costs = browser_of(ben), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            shown = browser.get(page(conversation)).content.decode()
        costs.append(len(asked))
        rows = [ContactNote(contact=dora, author_name="Ana", body=str(n)) for n in range(30)]
        ContactNote.objects.bulk_create(rows)
    assert costs[0] == costs[1]
    assert "25 older" in shown
