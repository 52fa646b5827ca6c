import time
import uuid

from django.test import Client

from ground.journal.reactions import run_owed
from inbox.actions import assign, pushing, reply
from inbox.models import Push
from people.actions import add_device, change_team, remove_from_team
from tests.inbox.test_socket import opened
from tests.live import committed, play, session_cookie


def test_a_team_that_becomes_private_cuts_those_who_watched(
    conversation, dora, ada, ben, billing, browser_of
):
    change_team(billing, by=ada, is_private=False)
    assign(conversation, by=ada, team=billing)
    cookie = session_cookie(browser_of(ben))

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await committed(lambda: change_team(billing, by=ada, is_private=True))
        await socket.hear("stale")
        await committed(lambda: reply(conversation, by=dora, body="Hi", client_id=uuid.uuid4()))
        quiet = await socket.hears_nothing()
        await socket.close()
        return quiet

    assert play(scene)


def everywhere(browser, conversation):
    """What a teammate finds of dora's conversation, by the name of the place."""
    part = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "bell"}
    places = {
        "list": browser.get("/inbox/all/"),
        "thread": browser.get(f"/inbox/all/{conversation.public_id}/"),
        "search": browser.get("/inbox/search/?q=coat"),
        "palette": browser.get("/inbox/palette/?q=Dora"),
        "bell": browser.get("/inbox/notifications/", **part),
        "notifications": browser.get("/inbox/notifications/"),
    }
    return {
        name
        for name, answer in places.items()
        if answer.status_code == 200 and conversation.public_id in answer.content.decode()
    }


def test_who_leaves_a_private_team_is_cut_off_everywhere_within_five_seconds(
    conversation, dora, ada, cleo, billing, browser_of, push_service
):
    assign(conversation, by=ada, team=billing, assignee=cleo)
    browser: Client = browser_of(cleo)
    to = push_service.browser().recipient
    keys = {"endpoint": to.endpoint, "p256dh": to.p256dh, "auth": to.auth}
    add_device(cleo, session_key=browser.session.session_key, by=cleo, **keys)
    reply(conversation, by=dora, body="My coat!", client_id=uuid.uuid4())
    run_owed()
    found = everywhere(browser, conversation)
    assert {"list", "thread", "search", "bell", "notifications"} <= found
    assert "Billing" in browser.get("/inbox/all/").content.decode()
    assert Push.objects.filter(device__teammate=cleo).exists()
    cookie = session_cookie(browser)

    async def scene():
        socket, _ = await opened(cookie, conversation)
        since = time.monotonic()
        await committed(lambda: remove_from_team(cleo, billing, by=ada))
        await socket.hear("stale")
        seconds = time.monotonic() - since
        await committed(lambda: reply(conversation, by=dora, body="Hi", client_id=uuid.uuid4()))
        quiet = await socket.hears_nothing()
        await socket.close()
        return seconds, quiet

    seconds, quiet = play(scene)
    assert seconds < 5 and quiet
    assert everywhere(browser, conversation) == set()
    assert "Billing" not in browser.get("/inbox/all/").content.decode()
    Push.objects.update(due_at=conversation.created_at)
    run_owed()
    pushing.push_due()
    assert push_service.calls == []
