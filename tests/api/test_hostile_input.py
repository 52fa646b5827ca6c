"""What a bad input gets: the clear error, nothing half-written, never a 500."""

import json
import uuid

import pytest

from ground.journal.models import Entry
from inbox.models import Conversation, Message
from people.models import Company, Contact, Event

BODIES = {
    "not json": b"{",
    "not utf-8": b'{"name": "\xff"}',
    "a list": b"[]",
    "a word": b'"name"',
    "null": b"null",
    "NaN": b'{"name": NaN}',
    "infinity": b'{"name": 1e999}',
    "a huge integer": b'{"name": ' + b"9" * 31 + b"}",
    "a NUL": b'{"name": "a\\u0000b"}',
    "half a surrogate pair": b'{"name": "a\\ud800b"}',
    "a NUL in a name": b'{"na\\u0000me": 1}',
    "a name twice": b'{"name": "a", "name": "b"}',
    "too deep": b'{"name":' * 40 + b"1" + b"}" * 40,
    "very deep": b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}
TEXTS = [
    "' OR 1=1 --",
    "'; DROP TABLE people_contact; --",
    "%s %(x)s {0.__class__} {{7*7}} {% debug %}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "\u202egnp.exe",
    "\U0001f469\u200d\U0001f680 मनीष منش",
]


@pytest.fixture
def writes(api, ben, dora, acme, begun):
    """Every operation that writes, as (method, path), for a program that acts as ben."""
    thread = f"conversations/{begun(dora).public_id}"
    return api(ben), [
        ("post", "contacts"),
        ("patch", f"contacts/{dora.public_id}"),
        ("post", "companies"),
        ("patch", f"companies/{acme.public_id}"),
        ("post", "events"),
        ("post", f"{thread}/messages"),
        ("post", f"{thread}/closure"),
        ("put", f"{thread}/snooze"),
        ("put", f"{thread}/assignment"),
    ]


def everything():
    models = (Contact, Company, Event, Conversation, Message, Entry)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read_is_refused_everywhere(writes, name):
    script, operations = writes
    before = everything()
    for method, path in operations:
        answer = script.call(method, path, raw=BODIES[name])
        assert answer.status_code == 400, (method, path)
        assert answer.json()["type"] == "validation"
    assert everything() == before


def test_a_name_that_nobody_knows_is_refused_everywhere(writes):
    script, operations = writes
    before = everything()
    for method, path in operations:
        answer = script.call(method, path, {"is_admin": True, "owner": "x" * 50_000})
        assert answer.status_code == 400, (method, path)
        assert {"is_admin", "owner"} <= set(answer.json()["errors"])
    assert everything() == before


def test_a_thousand_unknown_names_are_answered_briefly(api, ben):
    answer = api(ben).post("contacts", {f"field-{number}" * 9: 1 for number in range(1000)})
    assert answer.status_code == 400 and len(answer.content) < 4000


def test_too_much_and_the_wrong_kind_are_refused_everywhere(writes, settings):
    script, operations = writes
    before = everything()
    large = json.dumps({"name": "x" * settings.JSON_BODY_MAX_KB * 1024}).encode()
    for method, path in operations:
        answer = script.call(method, path, raw=large)
        assert (answer.status_code, answer.json()["type"]) == (413, "too-large")
        answer = script.call(method, path, raw=b"name=x", type="application/x-www-form-urlencoded")
        assert (answer.status_code, answer.json()["type"]) == (415, "unsupported-media-type")
    assert everything() == before


def test_other_types_than_expected_are_refused_everywhere(writes):
    script, operations = writes
    values = (7, -(2**62), 1.5, True, [], [[]], {}, {"a": {"b": []}}, "", "\u200b", "x" * 3000)
    names = {
        "contacts": ["role", "company", "timezone", "email", "phone"],
        "companies": ["external_id", "monthly_spend"],
        "events": ["contact", "metadata"],
        "messages": ["kind", "client_id", "attachments"],
        "snooze": ["until"],
        "assignment": ["assignee", "team"],
    }
    for method, path in operations:
        noun = path.split("/")[2 if path.count("/") == 2 else 0]
        for field in names.get(noun, []):
            for value in values:
                answer = script.call(method, path, {field: value})
                assert answer.status_code < 500, (path, field, value)


@pytest.mark.parametrize("text", TEXTS)
def test_strange_text_is_kept_as_it_was_written(api, ben, dora, begun, text):
    script = api(ben)
    body = script.post("contacts", {"name": text, "attributes": {"said": text}}).json()
    assert body["name"] == text and body["attributes"] == {"said": text}
    assert script.say(begun(dora), text).json()["body_text"] == text
    assert script.post("companies", {"external_id": text}).json()["name"] == text
    assert script.get("companies").json()["results"][0]["external_id"] == text
    found = script.get("contacts?external_id=" + text.replace("%", "%25").replace("#", "%23"))
    assert found.status_code in {200, 400}


@pytest.mark.parametrize("key", ["", " " * 201, "k" * 201, "é", "a\tb"])
def test_a_key_that_is_none_is_refused(api, ben, key):
    answer = api(ben).post("contacts", {"name": "Nora"}, idempotency_key=key)
    assert answer.status_code == 400 and "Idempotency-Key" in answer.json()["errors"]
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "contacts/1",
        "contacts/0",
        "contacts/-1",
        "contacts/" + "9" * 31,
        "contacts/ct_" + "x" * 200,
        "contacts/%00",
        "contacts/..%2f..%2fetc",
        "contacts/ct_%27%20OR%201=1",
        "conversations/1/messages",
        "conversations/null",
        "conversations/%ff",
        "teammates/me",
        "contacts?cursor=%00",
        "contacts?email=%00",
        "contacts?email=%ff%fe",
        "conversations?view=%ed%a0%80",
    ],
)
def test_ids_and_queries_of_fancy_are_answered_calmly(api, ada, path):
    assert api(ada).get(path).status_code in {400, 404}


def test_a_primary_key_opens_nothing(api, ada, dora, acme, begun):
    conversation = begun(dora)
    script = api(ada)
    for path in (
        f"contacts/{dora.pk}",
        f"companies/{acme.pk}",
        f"conversations/{conversation.pk}",
        f"conversations/{conversation.pk}/messages",
        f"teammates/{ada.pk}",
    ):
        assert script.get(path).status_code == 404
    assert script.get(f"conversations?assignee={ada.pk}").status_code == 400
    assert script.post("contacts", {"company": str(acme.pk)}).status_code == 400


def test_ids_of_another_noun_open_nothing(api, ada, dora, support, begun):
    conversation = begun(dora)
    script = api(ada)
    assert script.get(f"conversations/{dora.public_id}").status_code == 404
    assert script.get(f"contacts/{conversation.public_id}").status_code == 404
    wrong = script.put(
        f"conversations/{conversation.public_id}/assignment", {"assignee": support.public_id}
    )
    assert wrong.status_code == 400


def test_nothing_of_a_program_reaches_another_through_a_key(api, ben, cleo, dora, billing, begun):
    private = begun(dora, team=billing)
    path = f"conversations/{private.public_id}/messages"
    content = {"kind": "note", "body": "A secret", "client_id": str(uuid.uuid4())}
    assert api(cleo).post(path, content, idempotency_key="k").status_code == 201
    answer = api(ben).post(path, content, idempotency_key="k")
    assert answer.status_code == 404 and "secret" not in answer.content.decode()
