from datetime import timedelta

import pytest
from django.utils import timezone

from ground.journal.models import Entry
from inbox.actions import close, snooze
from inbox.models import Conversation
from people.actions import add_to_team, create_teammate, remove_from_team

Status = Conversation.Status


def ids(answer):
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["results"]]


def state(conversation):
    return Conversation.objects.values().get(pk=conversation.pk)


def test_a_conversation_as_a_program_sees_it(api, ben, dora, support, begun):
    conversation = begun(dora, "Where is **my** coat?", team=support, assignee=ben)
    script = api(ben)
    body = script.get(f"conversations/{conversation.public_id}").json()
    assert body["contact"] == {"id": dora.public_id, "role": "user", "name": "Dora Lindqvist"}
    assert body["assignee"] == {"id": ben.public_id, "name": "Ben Okafor"}
    assert body["team"] == {"id": support.public_id, "name": "Support"}
    assert body["page"] == {"url": "https://shop.test/coats", "title": "Coats"}
    assert body["preview"] == {
        "text": "Where is my coat?",
        "author_type": "contact",
        "author_name": "Dora Lindqvist",
    }
    assert (body["status"], body["holder"], body["last_seq"]) == ("open", "nobody", 1)
    assert body["waiting_since"] and body["closed_at"] is None
    assert script.get("conversations").json() == {"results": [body], "next": None}


def test_lists_are_narrowed(api, ada, ben, dora, emil, support, begun):
    first = begun(dora)
    second = begun(emil, team=support)
    third = begun(dora, assignee=ben)
    fourth = begun(dora, assignee=ada, team=support)
    close(fourth, by=ada)
    names = {
        conversation.public_id: number
        for number, conversation in enumerate([first, second, third, fourth], 1)
    }
    script = api(ben)

    def found(query):
        return sorted(names[name] for name in ids(script.get(f"conversations?{query}")))

    assert found("") == [1, 2, 3, 4]
    assert found("status=open") == [1, 2, 3]
    assert found("status=closed") == [4]
    assert found(f"assignee={ben.public_id}") == [3]
    assert found("assignee=none") == [1, 2]
    assert found(f"team={support.public_id}") == [2, 4]
    assert found("team=none&status=open") == [1, 3]
    assert found(f"contact={emil.public_id}") == [2]
    assert found("view=you") == [3]
    assert found("view=unassigned") == [1, 2]
    assert found("view=all&assignee=none&team=none") == [1]
    assert found("view=closed") == [4]
    assert found("view=snoozed") == []
    assert found(f"view=team-{support.public_id}") == [2]


@pytest.mark.parametrize(
    "query",
    [
        "status=lost",
        "status=",
        "assignee=mate_nowhere",
        "assignee=" + "9" * 30,
        "team=tm_nowhere",
        "team=0",
        "contact=%27%20OR%201=1--",
        "contact=ct_nowhere",
        "view=mine",
        "view=team-",
        "view=team-tm_nowhere",
        "limit=0",
        "limit=-1",
        "limit=101",
        "limit=1e309",
        "limit=NaN",
        "limit=" + "9" * 31,
        "cursor=",
        "cursor=x",
        "cursor=WzEsMl0",
        "offset=3",
        "order_by=id",
        "statsu=open",
    ],
)
def test_a_filter_that_is_not_understood_is_refused_not_ignored(api, ben, query):
    answer = api(ben).get(f"conversations?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [query.split("=")[0]]


def test_a_private_team_is_seen_by_its_members_and_admins_only(
    api, ada, ben, cleo, dora, billing, begun
):
    private, public = begun(dora, "A secret", team=billing), begun(dora)
    path = f"conversations/{private.public_id}"
    scripts = [(api(ada), True), (api(cleo), True), (api(ben), False), (api(), False)]
    for script, sees in scripts:
        listed = [private.public_id] if sees else []
        assert set(ids(script.get("conversations"))) == {public.public_id, *listed}
        assert script.get(path).status_code == (200 if sees else 404)
        assert script.get(f"{path}/messages").status_code == (200 if sees else 404)
        by_team = script.get(f"conversations?team={billing.public_id}")
        assert by_team.status_code == (200 if sees else 400)
        by_view = script.get(f"conversations?view=team-{billing.public_id}")
        assert by_view.status_code == (200 if sees else 400)
        assert sees or "secret" not in str(script.get("conversations").json())
    before = state(private)
    for script in (api(ben), api()):
        answers = [
            script.say(private),
            script.say(private, kind="note"),
            script.post(f"{path}/closure"),
            script.delete(f"{path}/closure"),
            script.put(f"{path}/snooze", {"until": "2099-01-01T00:00:00Z"}),
            script.delete(f"{path}/snooze"),
            script.put(f"{path}/assignment", {"team": None}),
        ]
        assert {answer.status_code for answer in answers} == {404}
    assert state(private) == before and private.messages.count() == 1


def test_the_answers_for_hidden_and_for_absent_are_the_same(api, ben, dora, billing, begun):
    private = begun(dora, team=billing)
    script = api(ben)
    for path in ("conversations/{}", "conversations/{}/messages"):
        hidden = script.get(path.format(private.public_id))
        absent = script.get(path.format("cv_" + "1" * 20))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() == absent.json()
    hidden = script.get(f"conversations?team={billing.public_id}").json()
    assert hidden == script.get("conversations?team=tm_nowhere").json()


def test_access_that_is_taken_away_counts_with_the_next_request(
    api, ada, ben, dora, billing, begun
):
    conversation = begun(dora, team=billing)
    script, path = api(ben), f"conversations/{conversation.public_id}"
    assert script.get(path).status_code == 404
    add_to_team(ben, billing, by=ada)
    assert script.get(path).status_code == 200
    remove_from_team(ben, billing, by=ada)
    assert script.get(path).status_code == 404
    assert script.say(conversation).status_code == 404


def test_an_app_has_no_list_of_its_own(api, begun, dora):
    answer = api().get("conversations?view=you")
    assert answer.status_code == 400 and list(answer.json()["errors"]) == ["view"]
    conversation = begun(dora)
    assert ids(api().get("conversations?view=unassigned")) == [conversation.public_id]


def test_closing_and_reopening(api, ben, dora, begun):
    conversation = begun(dora)
    script, path = api(ben), f"conversations/{conversation.public_id}/closure"
    closed = script.post(path)
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    assert closed.json()["closed_at"]
    assert script.post(path, {}).json() == closed.json()
    opened = script.delete(path).json()
    assert (opened["status"], opened["closed_at"]) == ("open", None)
    assert script.delete(path).json() == opened
    kinds = Entry.objects.filter(subject_id=conversation.public_id, actor_id=ben.public_id)
    assert list(kinds.order_by("id").values_list("kind", flat=True)) == [
        "conversation.closed",
        "conversation.reopened",
    ]
    assert script.post(path, {"by": "ada"}).status_code == 400


def test_reopening_wakes_nobody_and_waking_reopens_nobody(api, ben, dora, begun):
    conversation = begun(dora)
    path = f"conversations/{conversation.public_id}"
    snooze(conversation, by=ben, until=timezone.now() + timedelta(hours=1))
    assert api(ben).delete(f"{path}/closure").json()["status"] == "snoozed"
    close(conversation, by=ben)
    assert api(ben).delete(f"{path}/snooze").json()["status"] == "closed"


def test_snoozing_and_waking(api, ben, dora, begun):
    conversation = begun(dora)
    script, path = api(ben), f"conversations/{conversation.public_id}/snooze"
    body = script.put(path, {"until": "2099-05-01T09:30:00+02:00"}).json()
    assert (body["status"], body["snoozed_until"]) == ("snoozed", "2099-05-01T07:30:00Z")
    assert script.delete(path).json()["status"] == "open"
    close(conversation, by=ben)
    answer = script.put(path, {"until": "2099-05-01T09:30:00Z"})
    assert answer.status_code == 409 and answer.json()["type"] == "state-conflict"


def test_snoozing_without_an_end_lasts_until_they_write(api, ben, dora, begun):
    conversation = begun(dora)
    script, path = api(ben), f"conversations/{conversation.public_id}/snooze"
    body = script.put(path, {"until": None}).json()
    assert (body["status"], body["snoozed_until"]) == ("snoozed", None)
    nothing_said = script.put(path, {})
    assert nothing_said.status_code == 400 and list(nothing_said.json()["errors"]) == ["until"]
    assert script.delete(path).json()["status"] == "open"


@pytest.mark.parametrize(
    "until",
    [
        "",
        "soon",
        7,
        10**18,
        [],
        True,
        "2099-05-01",
        "2099-05-01T09:30:00",
        "2020-05-01T09:30:00Z",
        "2099-13-01T09:30:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_that_is_none_is_refused(api, ben, dora, begun, until):
    conversation = begun(dora)
    before = state(conversation)
    answer = api(ben).put(f"conversations/{conversation.public_id}/snooze", {"until": until})
    assert answer.status_code == 400 and list(answer.json()["errors"]) == ["until"]
    assert state(conversation) == before


def test_assigning(api, ada, ben, cleo, dora, support, billing, begun):
    conversation = begun(dora)
    script, path = api(ben), f"conversations/{conversation.public_id}/assignment"
    body = script.put(path, {"assignee": ben.public_id, "team": support.public_id}).json()
    assert (body["assignee"]["id"], body["team"]["id"]) == (ben.public_id, support.public_id)
    body = script.put(path, {"assignee": None}).json()
    assert (body["assignee"], body["team"]["id"]) == (None, support.public_id)
    body = script.put(path, {"team": None}).json()
    assert body["team"] is None
    entries = Entry.objects.filter(kind="conversation.assigned", actor_id=ben.public_id)
    assert entries.count() == 3
    moved = api(ada).put(path, {"team": billing.public_id, "assignee": cleo.public_id})
    assert moved.json()["team"]["name"] == "Billing"
    assert script.get(f"conversations/{conversation.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "non_field_errors"),
        ({"assignee": "mate_nowhere"}, "assignee"),
        ({"assignee": "none"}, "assignee"),
        ({"assignee": 1}, "assignee"),
        ({"assignee": ["x"]}, "assignee"),
        ({"team": "tm_nowhere"}, "team"),
        ({"team": 10**15}, "team"),
        ({"team": "x" * 41}, "team"),
        ({"status": "closed"}, "status"),
        ({"assignee": None, "holder": "bot"}, "holder"),
    ],
)
def test_nobody_is_assigned_who_is_not_there(api, ben, dora, begun, wanted, field):
    conversation = begun(dora)
    before = state(conversation)
    answer = api(ben).put(f"conversations/{conversation.public_id}/assignment", wanted)
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field]
    assert state(conversation) == before


def test_a_team_that_is_hidden_and_a_teammate_who_is_gone_cannot_be_named(
    api, ada, ben, cleo, dora, billing, agent_role, begun
):
    conversation = begun(dora)
    path = f"conversations/{conversation.public_id}/assignment"
    answer = api(ben).put(path, {"team": billing.public_id})
    assert answer.status_code == 400 and answer.json()["errors"] == {
        "team": ["There is no such team."]
    }
    gone = create_teammate(by=None, email="gus@lumen.test", name="Gus", role=agent_role)
    gone.is_active = False
    gone.save()
    assert api(ada).put(path, {"assignee": gone.public_id}).status_code == 400
    outsider = api(cleo).put(path, {"team": billing.public_id, "assignee": ben.public_id})
    assert outsider.status_code == 400 and list(outsider.json()["errors"]) == ["assignee"]
    assert state(conversation)["team_id"] is None


def test_an_app_manages_but_does_not_speak(api, dora, begun):
    conversation = begun(dora)
    app, path = api(), f"conversations/{conversation.public_id}"
    assert app.post(f"{path}/closure").json()["status"] == "closed"
    assert app.delete(f"{path}/closure").json()["status"] == "open"
    entry = Entry.objects.get(kind="conversation.closed")
    assert (entry.actor_type, entry.actor_id) == ("apitoken", app.token.public_id)
    for kind in ("reply", "note"):
        answer = app.say(conversation, kind=kind)
        assert answer.status_code == 403 and answer.json()["type"] == "not-allowed"


def test_a_closure_under_one_key_is_one_closure(api, ben, dora, begun):
    conversation = begun(dora)
    script, path = api(ben), f"conversations/{conversation.public_id}/closure"
    first = script.post(path, idempotency_key="close-1")
    script.delete(path)
    again = script.post(path, idempotency_key="close-1")
    assert again.json() == first.json() and again["Idempotent-Replayed"] == "true"
    assert state(conversation)["status"] == Status.OPEN
