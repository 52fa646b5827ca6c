"""Following: to hear of a conversation that is somebody else's."""

import json

import pytest

from ground.journal.models import Entry
from ground.web.problems import NotFound
from inbox.actions import assign, follow, unfollow
from inbox.models import Follower
from people.actions import create_token, deactivate

pytestmark = pytest.mark.django_db

SCRIPT = {"hx-request": "true", "hx-target": "head"}


def kinds():
    return list(
        Entry.objects.filter(kind__contains="follow").order_by("id").values_list("kind", flat=True)
    )


def test_following_and_no_more_are_told_once_each(conversation, ben):
    for _ in range(2):
        follow(conversation, by=ben)
    assert list(conversation.listeners()) == [ben]
    for _ in range(2):
        unfollow(conversation, by=ben)
    assert not Follower.objects.exists()
    assert kinds() == ["conversation.followed", "conversation.unfollowed"]
    entry = Entry.objects.get(kind="conversation.followed")
    assert (entry.actor_id, entry.after) == (ben.public_id, {"teammate": ben.public_id})
    assert not [topic for topic in entry.topics if topic.startswith("contact.")]
    assert conversation.messages.filter(kind="activity").count() == 0


def test_to_follow_opens_no_door(conversation, ada, ben, cleo, billing, browser_of):
    for mate in (ben, cleo):
        follow(conversation, by=mate)
    assign(conversation, by=ada, team=billing)
    conversation.refresh_from_db()
    assert list(conversation.listeners()) == [cleo]
    with pytest.raises(NotFound):
        unfollow(conversation, by=ben)
    path = f"/inbox/all/{conversation.public_id}/following/"
    assert browser_of(ben).post(path, {"is_following": "true"}).status_code == 404
    deactivate(cleo, by=ada)
    assert list(conversation.listeners()) == []


def test_the_button_follows_with_undo_and_those_who_watch_see_it(
    conversation, ada, ben, browser_of, published, django_capture_on_commit_callbacks
):
    browser, path = browser_of(ben), f"/inbox/all/{conversation.public_id}/"
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(f"{path}following/", {"is_following": "true"}, headers=SCRIPT)
    assert 'aria-pressed="true"' in answer.content.decode()
    assert published == [
        (
            [f"conversation.{conversation.public_id}"],
            {"type": "followers", "conversation": conversation.public_id},
        )
    ]
    page = browser_of(ada).get(path).content.decode()
    assert "<h3>Followers</h3>" in page and 'aria-pressed="false"' in page
    done = json.loads(answer["HX-Trigger"])["inbox:done"]
    browser.post(f"{path}following/", done["undo"]["values"], headers=SCRIPT)
    assert kinds() == ["conversation.followed", "conversation.unfollowed"]
    assert "<h3>Followers</h3>" not in browser.get(path).content.decode()


def test_the_api_follows(conversation, ben, client):
    scopes = ["conversations:read", "conversations:write"]
    _, mine = create_token(by=None, teammate=ben, name="mine", scopes=scopes)
    _, app = create_token(by=None, teammate=None, name="app", scopes=scopes)
    path = f"/api/v1/conversations/{conversation.public_id}/followers"

    def call(method, secret=mine):
        return getattr(client, method)(path, headers={"authorization": f"Bearer {secret}"})

    assert call("get").json() == {"followers": []}
    assert [each["id"] for each in call("put").json()["followers"]] == [ben.public_id]
    assert call("put", app).status_code == call("delete", app).status_code == 403
    assert [each["id"] for each in call("get", app).json()["followers"]] == [ben.public_id]
    assert call("delete").json() == {"followers": []}
