"""A list as a file: what its reader may see, whole, harmless to spreadsheets, and remembered."""

import csv
import io
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from inbox import exporting
from inbox.actions import assign, close, start, tag
from inbox.models import Conversation
from people.actions import create_token, find_or_create_tag, update_contact
from people.models import Contact, Role
from people.models.token import Scope

pytestmark = pytest.mark.django_db


def download(browser, form="csv", view="all", **query):
    address = f"/inbox/{view}/export/"
    return browser.post(address, {"form": form}, query_params=query)


def text_of(response):
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def rows_of(response):
    text = text_of(response)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


@pytest.fixture
def reader(ben):
    """Ben, whose role lets him reply and no more."""
    ben.role = Role.objects.create(name="Reader", capabilities=["conversations.reply"])
    ben.save()
    return ben


def test_a_list_is_a_csv_file_with_a_line_for_each_conversation(
    begin, dora, emil, support, ada, browser_of
):
    one, other = begin(dora, "Where is it?"), begin(emil)
    vip, late = (find_or_create_tag(name, by=ada)[0] for name in ("VIP", "late"))
    tag(one, by=ada, add=[vip, late])
    assign(one, by=ada, team=support, assignee=ada)
    response = download(browser_of(ada))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="All open' in response["Content-Disposition"]
    newer, row = rows_of(response)
    assert newer["id"] == other.public_id
    assert list(row) == list(exporting.COLUMNS)
    assert (row["id"], row["contact"], row["email"]) == (
        *(one.public_id, dora.name),
        "dora@acme.test",
    )
    assert (row["tags"], row["team"], row["assignee"], row["channel"]) == (
        *("late, VIP", "Support", str(ada)),
        "messenger",
    )
    assert (row["latest"], row["status"]) == ("Where is it?", "open")


def test_the_same_as_json(begin, dora, emil, ada, browser_of):
    one, other = begin(dora), begin(emil)
    found = json.loads(text_of(download(browser_of(ada), "json")))
    assert [each["id"] for each in found] == [other.public_id, one.public_id]
    assert found[1]["tags"] == []
    close(one, by=ada)
    close(other, by=ada)
    assert json.loads(text_of(download(browser_of(ada), "json"))) == []


@pytest.mark.django_db(transaction=True)
def test_the_journal_says_who_took_out_what(begin, dora, emil, ada, browser_of):
    begin(dora)
    begin(emil)
    tree = {"all": [{"fact": "contact.name", "op": "is", "value": dora.name}]}
    (row,) = rows_of(download(browser_of(ada), filter=json.dumps(tree)))
    assert row["contact"] == dora.name
    entry = Entry.objects.get(kind="list.exported")
    assert (entry.actor_id, entry.subject_id) == (ada.public_id, ada.public_id)
    assert (entry.after["view"], entry.after["form"]) == ("all", "csv")
    assert dora.name in json.dumps(entry.after["condition"])


def test_only_who_may_export_does(conversation, reader, browser_of):
    response = download(browser_of(reader))
    assert response.status_code == 403
    assert not Entry.objects.filter(kind="list.exported").exists()
    assert 'value="csv"' not in browser_of(reader).get("/inbox/all/").content.decode()


def test_what_somebody_may_not_see_is_not_in_their_file(
    begin, dora, emil, billing, ada, ben, browser_of
):
    secret, shown = begin(dora, "A secret bill"), begin(emil)
    assign(secret, by=ada, team=billing)
    browser = browser_of(ben)
    assert [row["id"] for row in rows_of(download(browser))] == [shown.public_id]
    assert download(browser, view=f"team-{billing.public_id}").status_code == 404
    assert 'value="csv"' in browser.get("/inbox/all/").content.decode()


def test_access_that_ends_while_somebody_downloads_ends_the_file(
    begin, dora, emil, ben, browser_of, monkeypatch
):
    monkeypatch.setattr(exporting, "STRETCH", 1)
    begin(dora)
    newer = begin(emil)
    pieces = download(browser_of(ben)).streaming_content
    head, first = next(pieces), next(pieces)
    assert newer.public_id.encode() in first
    ben.is_active = False
    ben.save()
    assert head
    assert list(pieces) == []


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1"])
def test_a_name_is_no_formula(name, conversation, dora, ada, browser_of):
    update_contact(dora, by=ada, name=name)
    (row,) = rows_of(download(browser_of(ada)))
    assert row["contact"] == f"'{name.strip()}" or row["contact"] == f"'{name}"
    (found,) = json.loads(text_of(download(browser_of(ada), "json")))
    assert found["contact"] == name.strip()


def test_hostile_words_break_no_line(begin, dora, ada, browser_of):
    begin(dora, 'He said "no",\r\n=cmd|"/c calc"!A1\tand left; \u2028')
    (row,) = rows_of(download(browser_of(ada)))
    assert row["latest"].startswith('He said "no",')


def test_a_long_list_is_read_in_stretches_with_the_same_queries_each(
    line, ada, browser_of, monkeypatch
):
    for number in range(100):
        who = Contact.objects.create(name=f"Customer {number}")
        start(who, line=line, identity=None, body="Hello", client_id=uuid.uuid4())
    browser, costs = browser_of(ada), []
    for stretch in (1000, 25):
        monkeypatch.setattr(exporting, "STRETCH", stretch)
        newest = Conversation.objects.order_by("-pk").first().pk
        response = download(browser)
        with CaptureQueriesContext(connection) as asked:
            assert len(rows_of(response)) == 100
        stretches = -(-newest // stretch)
        costs.append((len(asked), stretches))
    (few, one), (many, more) = costs
    per_stretch = 3
    assert few <= 1 + per_stretch * one
    assert many <= 1 + per_stretch * more


@pytest.mark.parametrize("form", ["", "xlsx", "../csv", "\x00"])
def test_another_form_is_refused(form, conversation, ada, browser_of):
    assert download(browser_of(ada), form).status_code == 400
    assert not Entry.objects.filter(kind="list.exported").exists()


# ---- by the API ----------------------------------------------------------------------------------


@pytest.fixture
def ask(client):
    def asked(teammate, by, **query):
        _, secret = create_token(
            by=by, name="S", scopes=[Scope.CONVERSATIONS_READ], teammate=teammate
        )
        head = {"authorization": f"Bearer {secret}"}
        return client.get("/api/v1/exports", query, headers=head)

    return asked


def test_the_api_exports_a_list(begin, dora, emil, billing, ada, ask):
    secret, shown = begin(dora), begin(emil)
    assign(secret, by=ada, team=billing)
    found = json.loads(text_of(ask(ada, ada, view="all", form="json")))
    assert {each["id"] for each in found} == {secret.public_id, shown.public_id}
    (row,) = rows_of(ask(None, ada, view="all"))
    assert row["id"] == shown.public_id
    assert Entry.objects.filter(kind="list.exported").count() == 2


def test_the_api_refuses_who_may_not_and_what_is_not_there(conversation, ada, reader, ask):
    assert ask(reader, ada, view="all").status_code == 403
    assert ask(ada, ada).status_code == 400
    assert ask(ada, ada, view="nowhere").status_code == 400
    assert ask(ada, ada, view="all", form="xlsx").status_code == 400
    assert ask(ada, ada, view="all", filter="{").status_code == 400
    assert ask(ada, ada, view="all", filter='{"fact": "x"}').status_code == 400
    assert ask(None, ada, view="you").status_code == 400
    assert not Entry.objects.filter(kind="list.exported").exists()
