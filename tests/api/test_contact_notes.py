"""REST: the notes of a contact."""

import pytest

from ground.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_notes_are_added_listed_deleted_and_brought_back(api, ben, dora):
    home = f"contacts/{dora.public_id}/notes"
    made = api(ben).post(home, {"body": "Calls at noon only"})
    assert made.status_code == 201
    note = made.json()
    assert note["author_name"] == str(ben) and note["teammate"] == ben.public_id
    assert api(ben).get(home).json()["results"] == [note]
    assert api(ben).delete(f"{home}/{note['id']}").json() == note
    assert api(ben).get(home).json()["results"] == []
    assert api(ben).put(f"{home}/{note['id']}", {}).json() == note
    assert api(ben).get(home).json()["results"] == [note]
    kinds = ["contact.noted", "contact.note_deleted", "contact.note_restored"]
    assert list(Entry.objects.filter(kind__in=kinds).order_by("id").values_list("kind", flat=True))


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": 7}, {"body": "x" * 4001}, {"x": 1}])
def test_nonsense_is_no_note(api, ben, dora, body):
    answer = api(ben).post(f"contacts/{dora.public_id}/notes", body)
    assert answer.status_code == 400
    assert not dora.notes.exists()


def test_a_note_that_is_not_theirs_is_not_there(api, ben, dora, emil):
    note = api(ben).post(f"contacts/{emil.public_id}/notes", {"body": "Emil's"}).json()
    path = f"contacts/{dora.public_id}/notes/{note['id']}"
    assert api(ben).delete(path).status_code == 404
    assert api(ben).put(path, {}).status_code == 404
    assert emil.notes.kept().exists()
