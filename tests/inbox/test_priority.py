"""Priority: how urgent a conversation is, set by people and asked by conditions."""

import json

import pytest
from django.utils import timezone

from ground.conditions import evaluate, parse
from ground.conditions import filter as matching
from ground.journal.models import Entry
from ground.web.problems import NotAllowed, NotFound
from inbox.actions import assign, prioritize
from inbox.models import Conversation
from people.actions import create_token
from people.models import Role

pytestmark = pytest.mark.django_db

Priority = Conversation.Priority


def priority(conversation):
    return Conversation.objects.get(pk=conversation.pk).priority


def send(browser, conversation, **values):
    return browser.post(
        f"/inbox/all/{conversation.public_id}/priority/",
        values,
        headers={"hx-request": "true", "hx-target": "head"},
    )


def test_a_priority_is_set_with_a_line_and_an_entry_once(conversation, ben):
    assert conversation.priority == Priority.NORMAL
    for _ in range(2):
        prioritize(conversation, by=ben, priority=Priority.URGENT)
    assert priority(conversation) == Priority.URGENT
    entry = Entry.objects.get(kind="conversation.prioritized")
    assert entry.before == {"priority": Priority.NORMAL}
    assert entry.after["priority"] == Priority.URGENT
    line = conversation.messages.get(kind="activity")
    assert line.activity == {"kind": "prioritized", "priority": "urgent"}
    assert line.public_seq is None


def test_who_may_not_see_or_change_it_cannot_set_it(conversation, ada, ben, cleo, billing):
    ben.role = Role.objects.create(name="Replier", capabilities=["conversations.reply"])
    ben.save()
    with pytest.raises(NotAllowed):
        prioritize(conversation, by=ben, priority=Priority.HIGH)
    assign(conversation, by=ada, team=billing)
    with pytest.raises(NotFound):
        prioritize(conversation, by=ben, priority=Priority.HIGH)
    assert priority(conversation) == Priority.NORMAL
    prioritize(conversation, by=cleo, priority=Priority.HIGH)
    assert priority(conversation) == Priority.HIGH


def test_the_menu_sets_it_with_undo_and_everybody_sees_it(
    conversation, ben, browser_of, published, django_capture_on_commit_callbacks
):
    browser = browser_of(ben)
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(browser, conversation, priority="high")
    done = json.loads(answer["HX-Trigger"])["inbox:done"]
    assert done["words"] == "Priority: High." and priority(conversation) == Priority.HIGH
    assert 'data-priority="high"' in answer.content.decode()
    row = next(frame for _, frame in published if "state" in frame)
    assert row["state"]["priority"] == "high" and "High priority" in row["html"]
    assert (
        "set the priority to High"
        in browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    )
    send(browser, conversation, **done["undo"]["values"])
    assert priority(conversation) == Priority.NORMAL


@pytest.mark.parametrize("values", [{}, {"priority": "3"}, {"priority": "word\x00"}])
def test_what_is_no_priority_is_refused(conversation, ben, browser_of, values):
    assert send(browser_of(ben), conversation, **values).status_code == 400
    assert not Entry.objects.filter(kind="conversation.prioritized").exists()


def test_conditions_ask_for_the_priority(conversation, begin, emil, ben):
    other = begin(emil)
    urgent = prioritize(conversation, by=ben, priority=Priority.URGENT)
    asked = parse({"fact": "conversation.priority", "op": "is", "value": "urgent"})
    found = matching(Conversation.objects.all(), asked, now=timezone.now())
    assert list(found) == [conversation]
    assert evaluate(asked, urgent, now=timezone.now()).value
    assert not evaluate(asked, other, now=timezone.now()).value


def test_the_api_sets_and_shows_it(conversation, client):
    scopes = ["conversations:read", "conversations:write"]
    _, secret = create_token(by=None, teammate=None, name="app", scopes=scopes)
    path = f"/api/v1/conversations/{conversation.public_id}/priority"
    headers = {"authorization": f"Bearer {secret}"}

    def put(**body):
        return client.put(path, body, content_type="application/json", headers=headers)

    assert put(priority="low").json()["priority"] == "low"
    for refused in ({}, {"priority": 3}, {"priority": "soon"}, {"priority": None}):
        assert put(**refused).status_code == 400
    assert priority(conversation) == Priority.LOW
