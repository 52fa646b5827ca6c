"""Teammates are notified on their devices while no inbox is in front of them."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from inbox import presence
from inbox.actions import assign, close, mark_read, pushing, reply
from inbox.actions.pushing import push_due
from inbox.models import Conversation, Notification, Push
from people.actions import add_to_team, deactivate, prefer, remove_from_team
from people.models import Device

pytestmark = pytest.mark.django_db

ADDRESS = "/inbox/notifications/devices/"
AGENT = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


def say(conversation, by, body="Hello?"):
    return reply(conversation, by=by, body=body, client_id=uuid.uuid4())


def ask(client, device, **changes):
    to = device.recipient
    keys = {"endpoint": to.endpoint, "p256dh": to.p256dh, "auth": to.auth}
    return client.post(ADDRESS, keys | changes, HTTP_USER_AGENT=AGENT, HTTP_HX_REQUEST="true")


@pytest.fixture
def bens(conversation, ada, ben):
    held = assign(conversation, by=ada, assignee=ben)
    run_owed()
    Notification.objects.all().delete()
    return held


@pytest.fixture
def device(ben, browser_of, push_service):
    """Ben's browser, which asked; `client` is its log-in."""
    found = push_service.browser()
    found.client = browser_of(ben)
    assert ask(found.client, found).status_code == 200
    return found


def told():
    """All that is owed, and as if the wait before each push were over."""
    run_owed()
    Push.objects.filter(state="queued").update(due_at=timezone.now())
    return push_due()


def test_who_is_elsewhere_is_told_on_their_device_without_names_or_words(
    bens, dora, device, push_service
):
    say(bens, dora, "My card number")
    told()
    (shown,) = push_service.shown_by(device)
    assert (shown["title"], shown["body"]) == ("New message in Counterfoil", "")
    assert shown["tag"] == bens.public_id and shown["url"] == f"/inbox/all/{bens.public_id}/"
    assert shown["silent"] is True and shown["showing"] == []
    headers = push_service.calls[0][1]
    assert headers["Topic"] == bens.public_id and headers["Content-Encoding"] == "aes128gcm"
    assert b"Counterfoil" not in push_service.calls[0][2]
    assert Push.objects.get().state == "sent"
    assert told() == 0, "once"


def test_names_words_and_sound_come_if_they_wish_it(bens, dora, ben, device, push_service):
    prefer(ben, "notifications", {"words": True, "sound": True}, by=ben)
    say(bens, dora, "My card number")
    told()
    (shown,) = push_service.shown_by(device)
    assert (shown["title"], shown["body"]) == ("Dora Lindqvist wrote", "My card number")
    assert shown["silent"] is False


def test_nothing_is_sent_while_they_have_an_inbox_in_front_of_them(
    bens, dora, ben, device, push_service
):
    presence.be_here(ben.public_id, "tab")
    say(bens, dora)
    told()
    assert push_service.calls == [] and Push.objects.get().state == "queued"
    presence.be_elsewhere(ben.public_id, "tab")
    told()
    assert len(push_service.shown_by(device)) == 1, "they left and have not seen it"


def test_who_had_it_in_front_of_them_for_long_is_not_told_later(bens, dora, ben, device):
    presence.be_here(ben.public_id, "tab")
    say(bens, dora)
    run_owed()
    Push.objects.update(since=timezone.now() - pushing.LOOKED_ENOUGH - timedelta(seconds=1))
    told()
    assert Push.objects.get().state == "obsolete"


@pytest.mark.parametrize(
    "wishes",
    [
        {"kinds": {"reply": ["app", "mail"]}},
        {"quiet": {"from": "00:00", "to": "23:59:59.999999", "zone": "UTC"}},
    ],
)
@pytest.mark.parametrize("is_late", [False, True])
def test_their_wishes_hold_at_the_news_and_at_the_sending(
    wishes, is_late, bens, dora, ben, device, push_service
):
    if not is_late:
        prefer(ben, "notifications", wishes, by=ben)
    say(bens, dora)
    run_owed()
    assert Push.objects.exists() is is_late
    prefer(ben, "notifications", wishes, by=ben)
    told()
    assert push_service.calls == []


def test_who_may_not_see_it_any_more_is_told_nothing(
    bens, dora, ada, ben, billing, device, push_service
):
    say(bens, dora)
    run_owed()
    Conversation.objects.update(team=billing)
    told()
    assert push_service.calls == [] and Push.objects.get().state == "obsolete"


def test_who_left_the_private_team_is_told_nothing(
    bens, dora, ada, ben, billing, device, push_service
):
    add_to_team(ben, billing, by=ada)
    assign(bens, by=ada, team=billing)
    say(bens, dora)
    run_owed()
    assert Push.objects.exists()
    remove_from_team(ben, billing, by=ada)
    told()
    assert push_service.calls == []


def test_what_is_seen_to_before_is_not_sent(bens, dora, ben, device, push_service):
    say(bens, dora)
    run_owed()
    bens.refresh_from_db()
    mark_read(bens, by=ben, seq=bens.last_seq)
    assert not Notification.objects.open().filter(teammate=ben).exists()
    told()
    assert push_service.calls == [] and Push.objects.get().state == "obsolete"


def test_what_is_seen_to_elsewhere_goes_away_on_the_device(bens, dora, ada, device, push_service):
    say(bens, dora)
    told()
    close(bens, by=ada)
    told()
    shown, gone = push_service.shown_by(device)
    assert gone == {"withdrawn": bens.public_id} == {"withdrawn": shown["tag"]}
    assert push_service.calls[1][1]["Topic"] == bens.public_id
    row = Push.objects.get()
    assert (row.state, row.is_shown) == ("sent", False)


def test_a_service_that_takes_nothing_silent_is_sent_no_withdrawal(
    bens, dora, ada, device, push_service
):
    say(bens, dora)
    told()
    Device.objects.update(endpoint="https://web.push.apple.com/x")
    close(bens, by=ada)
    told()
    assert len(push_service.calls) == 1 and Push.objects.get().state == "obsolete"


def test_one_conversation_is_one_pop_up_and_news_replace_it(bens, dora, device, push_service):
    say(bens, dora)
    say(bens, dora, "Still there?")
    told()
    assert len(push_service.calls) == 1
    say(bens, dora, "Hello??")
    told()
    first, second = push_service.shown_by(device)
    assert first["tag"] == second["tag"] and first["at"] < second["at"]
    assert Push.objects.count() == 1


def test_a_pop_up_names_what_may_still_stand_beside_it(
    bens, begin, emil, dora, ada, ben, device, push_service
):
    say(bens, dora)
    told()
    assign(begin(emil), by=ada, assignee=ben)
    told()
    assert push_service.shown_by(device)[-1]["showing"] == [bens.public_id]


def test_news_that_go_on_do_not_push_the_sending_back(bens, dora, device):
    say(bens, dora)
    run_owed()
    due_at = Push.objects.get().due_at
    say(bens, dora, "And")
    run_owed()
    assert Push.objects.get().due_at == due_at


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_taken_off_the_list(
    status, bens, dora, ben, device, push_service
):
    push_service.answers = [status]
    say(bens, dora)
    told()
    assert not Device.objects.exists() and not Push.objects.exists()
    entry = Entry.objects.get(kind="teammate.device_removed")
    assert entry.before["name"] == "Chrome on Windows" and str(status) in entry.before["reason"]


def test_a_busy_service_is_asked_again_when_it_says(bens, dora, device, push_service):
    push_service.answers, push_service.headers = [429, 201], {"Retry-After": "600"}
    say(bens, dora)
    told()
    row = Push.objects.get()
    assert row.state == "queued" and row.due_at > timezone.now() + timedelta(minutes=9)
    told()
    assert len(push_service.shown_by(device)) == 2 and Push.objects.get().state == "sent"


def test_what_is_an_hour_old_is_no_news(bens, dora, device, push_service):
    say(bens, dora)
    run_owed()
    Push.objects.update(since=timezone.now() - timedelta(minutes=61))
    told()
    assert push_service.calls == [] and Push.objects.get().state == "obsolete"


def test_a_sender_that_died_leaves_an_unknown_and_no_second_pop_up(
    bens, dora, ada, device, push_service
):
    say(bens, dora)
    run_owed()
    Push.objects.update(due_at=timezone.now())
    pushing.take()
    Push.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    push_due()
    assert push_service.calls == [] and Push.objects.get().state == "unknown"
    close(bens, by=ada)
    told()
    assert push_service.shown_by(device) == [{"withdrawn": bens.public_id}], "it may be there"


def test_who_was_overtaken_has_nothing_to_say(bens, dora, ada, device, push_service):
    say(bens, dora)
    run_owed()
    Push.objects.update(due_at=timezone.now())
    _, jobs = pushing.take()
    close(bens, by=ada)
    run_owed()
    pushing.send(jobs)
    row = Push.objects.get()
    assert (row.state, row.is_withdrawal) == ("queued", True)
    told()
    assert push_service.shown_by(device)[-1] == {"withdrawn": bens.public_id}


def test_every_device_is_told_by_itself(bens, dora, ben, browser_of, device, push_service):
    other = push_service.browser("two")
    assert ask(browser_of(ben), other).status_code == 200
    say(bens, dora)
    told()
    assert len(push_service.shown_by(device)) == len(push_service.shown_by(other)) == 1


def test_an_address_inside_our_network_is_never_called(bens, dora, device, push_service, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    say(bens, dora)
    told()
    assert push_service.calls == [] and not Device.objects.exists()


# ---- the list ------------------------------------------------------------------------------------


def test_the_list_names_ones_own_browsers_and_which_is_this(ben, ada, browser_of, device):
    page = device.client.get("/inbox/notifications/settings/").content.decode()
    assert "Chrome on Windows (this one)" in page and "data-subscribe" not in page
    assert device.recipient.endpoint not in page and device.recipient.auth not in page
    other = browser_of(ben).get("/inbox/notifications/settings/").content.decode()
    assert "Chrome on Windows<" in other and "data-subscribe" in other
    assert "Chrome on" not in browser_of(ada).get("/inbox/notifications/settings/").content.decode()
    entry = Entry.objects.get(kind="teammate.device_added")
    assert entry.subject_id == ben.public_id and entry.after["name"] == "Chrome on Windows"
    assert "endpoint" not in entry.after


def test_one_is_removed_by_its_teammate_alone(ben, ada, browser_of, device):
    name = Device.objects.get().public_id
    answer = browser_of(ada).post(ADDRESS, {"remove": name}, HTTP_HX_REQUEST="true")
    assert answer.status_code == 404 and Device.objects.exists()
    assert browser_of(ben).post(ADDRESS, {"remove": name}).status_code == 302
    assert not Device.objects.exists()
    assert Entry.objects.get(kind="teammate.device_removed").before["reason"] == "asked for"


def test_the_same_browser_is_one_device_however_often_it_asks(device, push_service):
    assert ask(device.client, device).status_code == 200
    moved = push_service.browser("moved")
    assert ask(device.client, moved).status_code == 200
    assert Device.objects.get().endpoint == moved.recipient.endpoint


def test_a_browser_in_which_somebody_else_logs_in_is_theirs(ada, browser_of, device):
    assert ask(browser_of(ada), device).status_code == 200
    assert Device.objects.get().teammate == ada


def test_the_oldest_fall_out(ben, browser_of, push_service, monkeypatch):
    monkeypatch.setattr("people.actions.devices.DEVICES_MAX", 2)
    for number in range(3):
        assert ask(browser_of(ben), push_service.browser(str(number))).status_code == 200
    kept = Device.objects.order_by("id").values_list("endpoint", flat=True)
    assert [each[-1] for each in kept] == ["1", "2"]


def test_logging_out_takes_the_device_off(device):
    device.client.post("/logout/")
    assert not Device.objects.exists()
    assert Entry.objects.get(kind="teammate.device_removed").before["reason"] == "logged out"


def test_another_password_or_no_access_takes_all_devices_off(
    ada, ben, browser_of, device, push_service
):
    assert ask(browser_of(ben), push_service.browser("two")).status_code == 200
    deactivate(ben, by=ada)
    run_owed()
    assert not Device.objects.exists()
    mine = browser_of(ada)
    assert ask(mine, push_service.browser("three")).status_code == 200
    form = {"password1": "another long phrase", "password2": "another long phrase"}
    browser_of(ada).post(f"/admin/people/teammate/{ada.pk}/password/", form)
    run_owed()
    assert not Device.objects.exists()


def test_a_session_that_ended_by_itself_is_told_nothing(bens, dora, ben, device, push_service):
    say(bens, dora)
    run_owed()
    device.client.session.delete()
    told()
    assert push_service.calls == [] and not Device.objects.exists()
    assert (
        Entry.objects.get(kind="teammate.device_removed").before["reason"] == "the session is over"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "https://user@push.example/1"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": "https://push.example/" + "x" * 1000},
        {"endpoint": "https://push.example/\u0000"},
        {"endpoint": ""},
        {"p256dh": "x"},
        {"p256dh": "x" * 10_000},
        {"auth": "\u0000"},
        {"auth": ""},
        {"remove": "x\u0000"},
        {"remove": "x" * 1000},
    ],
)
def test_what_no_browser_sends_is_refused(changes, ben, browser_of, push_service):
    assert ask(browser_of(ben), push_service.browser(), **changes).status_code == 400
    assert not Device.objects.exists()


def test_strangers_and_stale_pages_are_refused(client, ben, ada, browser_of, push_service):
    assert ask(client, push_service.browser()).status_code == 401
    to = push_service.browser().recipient
    form = {"endpoint": to.endpoint, "p256dh": to.p256dh, "auth": to.auth}
    answer = browser_of(ben).post(ADDRESS, form, HTTP_X_TEAMMATE=ada.public_id)
    assert answer.status_code == 401 and not Device.objects.exists()


def test_the_service_worker_reaches_all_of_the_inbox(client):
    answer = client.get("/inbox/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache" and b"withdrawn" in answer.content


def test_a_test_goes_to_every_device_and_says_what_its_service_answered(
    device, ben, push_service, browser_of
):
    page = device.client.post("/inbox/notifications/test/", HTTP_HX_REQUEST="true")
    assert "The push service answered 201." in page.content.decode()
    (shown,) = push_service.shown_by(device)
    assert shown["title"] == "A test from Counterfoil" and shown["showing"] is None
    push_service.answers = [410]
    page = device.client.post("/inbox/notifications/test/", HTTP_HX_REQUEST="true")
    assert 'class="is-bad"' in page.content.decode() and not Device.objects.exists()
    assert not Push.objects.exists()
