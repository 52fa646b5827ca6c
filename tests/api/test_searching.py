"""What a program finds of what colleagues wrote beside the threads."""

import uuid

from ground.journal import reactions
from inbox.actions.asking import ask
from inbox.actions.side_people import Whom
from people.actions import note_of_contact
from people.models.token import Scope


def test_a_token_without_contacts_finds_no_notes_of_them(api, begun, dora, ada, ben):
    question = {"body": "Is the velvet one in the back?", "client_id": uuid.uuid4()}
    side = ask(begun(dora), by=ada, whom=Whom([ben], []), **question).side
    noted = note_of_contact(dora, by=ben, body="Loves velvet")
    reactions.run_owed()
    note, said = api(ada).get("search?q=velvet").json()["asides"]
    assert note["id"] == noted.public_id and note["conversation"] is None
    assert said["side"] == side.public_id and said["contact"]["id"] == dora.public_id
    script = api(ada, scopes=[Scope.CONVERSATIONS_READ])
    assert [each["side"] for each in script.get("search?q=velvet").json()["asides"]] == [
        side.public_id
    ]
