"""REST: rules, for admins; and why a conversation is where it is, for who may see it."""

import pytest

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from people.models import Team
from routing.models import Rule

pytestmark = pytest.mark.django_db

PYTHON = {"fact": "conversation.first_words", "op": "contains", "value": "python"}


@pytest.fixture
def technical(db):
    return Team.objects.create(name="Technical")


def test_an_admins_program_writes_rules(api, ada, technical):
    script = api(ada)
    given = {"name": "Developers", "condition": PYTHON, "team": technical.public_id}
    made = script.post("assignment-rules", given)
    assert made.status_code == 201
    body = made.json()
    assert (body["team"], body["moment"], body["version"]) == (technical.public_id, "begins", 1)
    path = f"assignment-rules/{body['id']}"
    changed = script.patch(path, {"priority": "high", "is_on": False}).json()
    assert (changed["priority"], changed["is_on"], changed["version"]) == ("high", False, 2)
    other = script.post("assignment-rules", given | {"name": "Other"}).json()
    order = {"rules": [other["id"], body["id"]]}
    assert script.put("assignment-rule-order", order).json() == order
    listed = script.get("assignment-rules").json()["results"]
    assert [row["name"] for row in listed] == ["Other", "Developers"]
    assert script.put("assignment-rule-order", {"rules": [body["id"]]}).status_code == 400
    assert script.delete(path).json()["name"] == "Developers"
    assert script.get(path).status_code == 404
    assert Entry.objects.get(kind="rule.deleted").actor_id == ada.public_id


BY_TIME = {
    "moment": "passes",
    "since": "silent",
    "after_minutes": 4320,
    "counts": "office",
    "says": {"en": "Shall we close this, {{contact.first_name|friend}}?"},
    "closes": True,
}


def test_a_program_writes_a_rule_by_time(api, ada):
    script = api(ada)
    made = script.post("assignment-rules", {"name": "Silent", "condition": {"all": []}, **BY_TIME})
    assert made.status_code == 201
    body = made.json()
    assert {name: body[name] for name in BY_TIME} == BY_TIME
    path = f"assignment-rules/{body['id']}"
    assert Rule.objects.get().passes_from is not None
    script.patch(path, {"includes_past": True})
    assert Rule.objects.get().passes_from is None
    told = Entry.objects.get(kind="rule.changed").after
    assert told == {"version": 1, "includes_past": True}
    changed = script.patch(path, {"moment": "writes"}).json()
    assert (changed["since"], changed["after_minutes"]) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": None},
        {"since": "x"},
        {"after_minutes": None},
        {"after_minutes": 10**12},
        {"after_minutes": "soon"},
        {"counts": "lunar"},
        {"says": {"en": "nul\0"}},
        {"says": {"tlh": "nuqneH"}},
        {"says": "Hello"},
        {"says": {"en": "{{contact.name}}"}},
        {"says": {"en": "x" * 40_000}},
        {"includes_past": "yes"},
        {"moment": "begins"},
    ],
)
def test_what_is_no_rule_by_time_is_refused(api, ada, wrong):
    given = {"name": "Silent", "condition": {"all": []}, **BY_TIME, **wrong}
    assert api(ada).post("assignment-rules", given).status_code == 400
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "nul\0"},
        {"condition": "everything"},
        {"condition": {"fact": "contact.gone", "op": "is_known"}},
        {"condition": {"fact": "contact.name", "op": "matches", "value": "(a)\\1"}},
        {"team": "tm_gone"},
        {"team": None},
        {"tags": ["tag_gone"]},
        {"tags": ["\0"]},
        {"priority": "highest"},
        {"for_vips": "fast"},
        {"surprise": 1},
    ],
)
def test_what_is_no_rule_is_refused(api, ada, technical, wrong):
    given = {"name": "Fine", "condition": PYTHON, "team": technical.public_id, **wrong}
    assert api(ada).post("assignment-rules", given).status_code == 400
    assert not Rule.objects.exists()


def test_rules_are_for_admins(api, ada, ben, technical):
    given = {"name": "Fine", "condition": PYTHON, "team": technical.public_id}
    for script in (api(ben), api()):
        assert script.get("assignment-rules").status_code == 403
        assert script.post("assignment-rules", given).status_code == 403
    assert not Rule.objects.exists()


def test_why_a_conversation_is_where_it_is(api, ada, ben, cleo, dora, begun, technical, billing):
    script = api(ada)
    given = {"name": "Developers", "condition": PYTHON, "team": technical.public_id}
    first = script.post("assignment-rules", given).json()["id"]
    script.post("assignment-rules", given | {"name": "Rest", "condition": {"all": []}})
    conversation = begun(dora)
    run_owed()
    path = f"conversations/{conversation.public_id}/decisions"
    found = api(ben).get(path).json()["results"][0]
    assert found["headline"] == "The rule “Rest” gave it to Technical."
    assert [rule["verdict"] for rule in found["rules"]] == ["no", "acted"]
    assert found["rules"][0]["clauses"][0]["words"] == "first message contains python"
    only = api(ben).get(f"{path}?rule={first}").json()["results"][0]["rules"]
    assert [rule["name"] for rule in only] == ["Developers"]
    hidden = begun(dora, team=billing)
    assert api(ben).get(f"conversations/{hidden.public_id}/decisions").status_code == 404
    assert api(cleo).get(f"conversations/{hidden.public_id}/decisions").status_code == 200
    for wrong in ("limit=0", "limit=99", "cursor=x", "surprise=1"):
        assert api(ben).get(f"{path}?{wrong}").status_code == 400


def test_rules_are_tried_before_they_are_written(api, ada, ben, dora, technical, begun):
    script = api(ada)
    given = {"name": "Developers", "condition": PYTHON, "team": technical.public_id}
    name = script.post("assignment-rules", given).json()["id"]
    begun(dora, "My python")
    begun(dora, "My coat")
    path = "assignment-rule-trials"
    tried = script.post(path, {"changes": {"condition": {"all": []}, "priority": "high"}}).json()
    assert (tried["looked"], tried["matched"], tried["is_whole"]) == (2, 1, True)
    assert tried["differences"][0] | {"at": ""} == {
        "conversation": tried["matches"][0]["conversation"],
        "at": "",
        "before": "nobody",
        "after": "High priority",
    }
    for body in ({"do": "delete", "rule": name}, {"do": "switch", "rule": name}):
        tried = script.post(path, body).json()
        assert tried["differing"] == 1
        assert {"team": "Technical", "before": 1, "after": 0} in tried["teams"]
    again = script.post(path, {"do": "order", "order": [name], "so_far": "strange"}).json()
    assert (again["differing"], again["words"][:13]) == (0, "Of 2 messages")
    timed = script.post(path, {"changes": {**BY_TIME, "condition": {"all": []}}}).json()
    assert (timed["looked"], timed["is_whole"]) == (0, True) and "lasted so long" in timed["words"]
    assert timed["note"] and not again["note"]
    for wrong in (
        {"do": "switch"},
        {"rule": "rule_gone"},
        {"do": "order", "order": []},
        {"do": "dance"},
        {"changes": {"condition": {"fact": "contact.gone", "op": "is_known"}}},
        {"so_far": "x" * 70_000},
    ):
        assert script.post(path, wrong).status_code == 400, wrong
    assert api(ben).post(path, {}).status_code == 403
    assert Rule.objects.count() == 1 and not Entry.objects.filter(kind="rule.changed").exists()
