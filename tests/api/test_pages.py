"""Lists: every row once, whatever is written meanwhile, at a price that does not grow."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.actions import note, reply
from inbox.models import Conversation
from people.models import Company, Contact, Identity, Membership, Team, Teammate

LISTS = ("contacts", "companies", "conversations", "teammates", "teams")


def fill(count, line, role):
    """`count` more rows of everything, each with what its list shows."""
    done = Contact.objects.count()
    names = [f"{number:04}" for number in range(done, done + count)]
    companies = Company.objects.bulk_create(Company(name=n, external_id=n) for n in names)
    teams = Team.objects.bulk_create(Team(name=n) for n in names)
    staff = Teammate.objects.bulk_create(
        Teammate(name=n, email=f"{n}@lumen.test", role=role) for n in names
    )
    Membership.objects.bulk_create(
        Membership(teammate=mate, team=team) for mate, team in zip(staff, teams, strict=True)
    )
    contacts = Contact.objects.bulk_create(
        Contact(name=company.name, company=company) for company in companies
    )
    Identity.objects.bulk_create(
        Identity(contact=contact, kind=kind, value=f"{kind}-{contact.name}")
        for contact in contacts
        for kind in ("email", "external", "phone")
    )
    Conversation.objects.bulk_create(
        Conversation(contact=contact, contact_name=contact.name, assignee=mate, team=team)
        for contact, mate, team in zip(contacts, staff, teams, strict=True)
    )


def queries_of(script, path):
    with CaptureQueriesContext(connection) as captured:
        answer = script.get(path)
    assert answer.status_code == 200
    return len(captured), answer.json()


@pytest.mark.parametrize("name", LISTS)
def test_a_page_of_100_costs_as_many_queries_as_one_of_25(
    api, ben, line, agent_role, billing, name
):
    fill(100, line, agent_role)
    script = api(ben)
    script.get("teams")
    few, page = queries_of(script, f"{name}?limit=25")
    many, longer = queries_of(script, f"{name}?limit=100")
    assert (len(page["results"]), len(longer["results"])) == (25, 100)
    assert few == many
    # The token, the rows, and at most two more: what is hidden, and what hangs on the rows.
    assert many <= 4


def test_a_window_of_100_messages_costs_as_many_queries_as_one_of_25(api, ben, dora, begun):
    conversation = begun(dora)
    for number in range(50):
        reply(conversation, by=ben, body=f"r{number}", client_id=uuid.uuid4())
        note(conversation, by=ben, body=f"n{number}", client_id=uuid.uuid4())
    script, path = api(ben), f"conversations/{conversation.public_id}/messages"
    script.get(path)
    few, window = queries_of(script, f"{path}?limit=25")
    many, longer = queries_of(script, f"{path}?limit=100")
    assert (len(window["messages"]), len(longer["messages"])) == (25, 100)
    assert few == many <= 5


@pytest.mark.parametrize("name", LISTS)
def test_the_pages_of_a_list_hold_every_row_once(api, ada, line, agent_role, name):
    fill(23, line, agent_role)
    script = api(ada)
    seen, cursor = [], ""
    for number in range(100):
        body = script.get(f"{name}?limit=5{cursor and f'&cursor={cursor}'}").json()
        seen += [row["id"] for row in body["results"]]
        if number == 1:
            fill(3, line, agent_role)
        cursor = body["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    whole = [row["id"] for row in script.get(f"{name}?limit=100").json()["results"]]
    assert [row for row in whole if row in seen] == seen


def test_a_cursor_of_another_list_is_refused(api, ada, line, agent_role):
    fill(3, line, agent_role)
    script = api(ada)
    cursor = script.get("contacts?limit=1").json()["next"]
    for name in ("conversations", "teammates", "companies"):
        assert script.get(f"{name}?limit=1&cursor={cursor}").status_code == 400


def test_a_cursor_opens_nothing_that_is_hidden(api, ada, ben, line, agent_role, billing):
    fill(4, line, agent_role)
    Conversation.objects.update(team=billing)
    cursor = api(ada).get("conversations?limit=1").json()["next"]
    assert api(ben).get(f"conversations?cursor={cursor}").json() == {"results": [], "next": None}
