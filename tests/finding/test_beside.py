"""What colleagues noted of customers, and asked each other, is found like what was said."""

import uuid

import pytest
from django.core.management import call_command

from ground.journal import reactions
from inbox.actions import assign, mark_spam
from inbox.actions.asking import answer, ask
from inbox.actions.side_people import Whom
from inbox.finding import search
from inbox.models.indexed import IndexedBeside
from people.actions import merge_contacts, note_of_contact
from people.actions.notes import delete_contact_note, restore_contact_note
from people.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted(dora, ben):
    Contact.objects.filter(pk=dora.pk).update(locale="en-GB")
    note = note_of_contact(dora, by=ben, body="Returned the velvet curtains twice")
    reactions.run_owed()
    return note


@pytest.fixture
def asked(say, dora, ada, ben):
    side = ask(
        say(dora, "Where is my coat?"),
        by=ada,
        whom=Whom([ben], []),
        body="Is the velvet one in the back room?",
        subject="Umbrella stand",
        client_id=uuid.uuid4(),
    ).side
    answer(side, by=ben, body="Behind the steamer", client_id=uuid.uuid4())
    reactions.run_owed()
    return side


def asides(text, viewer, **more):
    return search(text, viewer=viewer, **more).asides


def marked(aside):
    return [piece.text for piece in aside.excerpt if piece.is_match]


def test_a_note_of_a_customer_is_found_in_other_forms_and_leads_to_the_record(dora, noted, ada):
    (found,) = asides("curtain return", ada)
    assert found.note == noted and found.contact == dora
    assert marked(found) == ["Returned", "curtains"]
    assert found.address == f"/inbox/search/?q=contact:{dora.public_id}"


def test_a_side_conversation_is_found_by_question_subject_and_answer(asked, cleo, ada):
    conversation = asked.conversation
    for words in ("velvet", "umbrella", "steamer"):
        (found,) = asides(words, ada)
        assert found.said.side == asked
        assert found.address == f"/inbox/all/{conversation.public_id}/?side={asked.public_id}"


def test_who_may_not_see_the_conversation_finds_nothing_of_its_sides(asked, ada, ben, billing):
    assign(asked.conversation, by=ada, team=billing)
    assert asides("velvet", ben) == [] and len(asides("velvet", ada)) == 1


def test_spam_is_left_out(asked, ada):
    mark_spam(asked.conversation, by=ada)
    assert asides("velvet", ada) == []


def test_a_deleted_note_is_not_found_until_it_is_back(dora, noted, ben):
    delete_contact_note(dora, noted.public_id, by=ben)
    assert asides("velvet", ben) == []
    restore_contact_note(dora, noted.public_id, by=ben)
    assert [each.note for each in asides("velvet", ben)] == [noted]


def test_a_note_goes_with_its_contact_when_two_become_one(dora, otto, noted, ben):
    merge_contacts(otto, dora, by=ben)
    (found,) = asides("velvet", ben)
    assert found.contact == otto


@pytest.mark.parametrize("text", ["velvet is:open", "-velvet", "from:dora", '"curtains velvet"'])
def test_operators_ask_for_messages_alone(noted, ben, text):
    assert asides(text, ben) == []


def test_the_page_shows_them_with_marks_and_without_markup(dora, ben, browser_of):
    note_of_contact(dora, by=ben, body="<b>velvet</b>")
    reactions.run_owed()
    page = browser_of(ben).get("/inbox/search/", {"q": "velvet"}).content.decode()
    assert "Noted and asked among colleagues" in page
    assert "<mark>velvet</mark>" in page and "<b>velvet" not in page
    assert "Nothing was found" not in page


def test_the_command_makes_them_findable_anew(noted, asked, ada, capsys):
    IndexedBeside.objects.all().delete()
    assert asides("velvet", ada) == []
    call_command("index_messages")
    assert len(asides("velvet", ada)) == 2
