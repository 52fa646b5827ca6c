import json
import time
import uuid

import pytest
from django.test import Client

from ground.journal.reactions import run_owed
from inbox.actions import assign, merge, pushing, reply, split, unsplit
from inbox.actions.asking import ask
from inbox.actions.side_people import Whom
from inbox.models import Push
from inbox.naming import unnamed
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


def test_a_thread_names_a_private_team_to_nobody_who_may_not_know_it(
    conversation, ada, ben, cleo, support, billing, browser_of, published
):
    assign(conversation, by=ada, team=billing)
    assign(conversation, by=ada, team=support)
    ask(conversation, by=ada, whom=Whom((ben,), (billing,)), body="Back?", client_id=uuid.uuid4())
    side = conversation.sides.get()
    address = f"/inbox/all/{conversation.public_id}"
    paths = (
        f"{address}/",
        f"{address}/?side={side.public_id}",
        f"{address}/messages/?after=0",
        f"{address}/transcript/?notes=on",
        f"{address}/transcript/?notes=on&form=text",
    )
    for path in paths:
        known = browser_of(cleo).get(path)
        shown = browser_of(ben).get(path)
        assert (known.status_code, shown.status_code) == (200, 200), path
        assert "Billing" in known.content.decode(), path
        assert "Billing" not in shown.content.decode(), path
        assert "a private team" in shown.content.decode(), path


def test_a_live_line_names_no_private_team_that_its_watchers_may_not_know(
    conversation, ada, ben, cleo, support, billing, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assign(conversation, by=ada, team=billing)
        assign(conversation, by=ada, team=support)
        whom = Whom((ben,), (billing,))
        ask(conversation, by=ada, whom=whom, body="Back?", client_id=uuid.uuid4())
    lines = [frame["html"] for _, frame in published if frame["type"] == "message"]
    assert len(lines) == 3 and "Billing" not in json.dumps(lines)
    assert "moved this to a private team" in lines[0]
    assert "moved this to Support" in lines[1]
    assert "asked a private team, Ben Okafor" in lines[2]


def test_a_live_line_names_no_part_that_its_watchers_may_not_see(
    begin, dora, ada, billing, published, django_capture_on_commit_callbacks
):
    whole, secret = begin(dora), begin(dora)
    assign(secret, by=ada, team=billing)
    with django_capture_on_commit_callbacks(execute=True):
        merge(secret, into=whole, by=ada)
    told = [frame for topics, frame in published if f"conversation.{whole.public_id}" in topics]
    assert told and secret.public_id not in json.dumps(told)


def test_a_live_line_names_nothing_that_went_off_to_a_private_team(
    begin, dora, ada, billing, published, django_capture_on_commit_callbacks
):
    source = begin(dora)
    card = reply(source, by=dora, body="And my card number", client_id=uuid.uuid4()).message

    def told(**more):
        published.clear()
        wanted = {"first_seq": card.seq, "last_seq": card.seq, "client_id": uuid.uuid4(), **more}
        with django_capture_on_commit_callbacks(execute=True):
            made = split(source, by=ada, **wanted).conversation
        topic = f"conversation.{source.public_id}"
        lines = [frame for topics, frame in published if topic in topics]
        assert "message" in {frame["type"] for frame in lines}
        return made, json.dumps(lines)

    made, lines = told(team=billing)
    assert made.public_id not in lines
    unsplit(made, by=ada)
    made, lines = told(team=None)
    assert made.public_id in lines


@pytest.mark.parametrize(
    ("listed", "shown"),
    [
        ("Billing", "a private team"),
        ("Billing, Ben", "a private team, Ben"),
        ("Support, Billing", "Support, a private team"),
        ("Billing, EU, Ben", "a private team, Ben"),
        ("Billings, Ben", "Billings, Ben"),
        ("Old Billing", "Old Billing"),
    ],
)
def test_only_whole_names_are_left_out(listed, shown):
    assert unnamed(listed, ["Billing", "Billing, EU", "B.lling"]) == shown
