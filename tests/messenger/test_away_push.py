"""A browser that asked for it is notified of a reply that stays unseen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ground.journal.models import Entry
from inbox.actions import mark_read
from messenger import away, browsers
from messenger.models import Notice, PushSubscription
from people.actions import merge_contacts, update_contact
from people.models import Contact


def kinds(prefix=""):
    found = Entry.objects.filter(kind__startswith=prefix).order_by("id")
    return list(found.values_list("kind", flat=True))


def test_a_reply_that_stays_unseen_is_shown_by_the_browser(
    talk, push_service, subscribe, answer, tell
):
    browser = push_service.browser()
    assert subscribe(talk, browser).status_code == 204
    said = answer(talk.conversation, "It is **on its way**.")
    notice = Notice.objects.get()
    assert (notice.way, notice.state) == ("push", "queued")
    assert 14 <= (notice.due_at - said.created_at).total_seconds() <= 16
    away.tell_due()
    assert push_service.calls == []
    tell(seconds=16)
    (shown,) = push_service.shown_by(browser)
    assert shown["title"] == "Lumen" and shown["tag"] == talk.name
    assert shown["body"] == "New reply from Ben\nIt is on its way."
    _, headers, body = push_service.calls[0]
    assert headers["Topic"] == talk.name and headers["Content-Encoding"] == "aes128gcm"
    assert headers["Authorization"].startswith("vapid t=") and int(headers["TTL"]) > 0
    assert b"coat" not in body and b"on its way" not in body
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.first_seq, notice.last_seq) == ("sent", 1, 2, 2)
    entry = Entry.objects.get(kind="notice.sent")
    assert entry.subject_id == talk.name and entry.after["way"] == "push"


def test_a_click_opens_that_conversation_and_no_other(
    talk, push_service, subscribe, answer, tell, browser
):
    device = push_service.browser()
    subscribe(talk, device)
    talk.start("Something else")
    answer(talk.conversation)
    tell()
    (shown,) = push_service.shown_by(device)
    page, _, link = shown["url"].partition("#link=")
    assert page.endswith(f"/m/page/{talk.installation.public_id}/")
    guest = browser(link=link)
    listed = guest.call("get", "conversations").json()["conversations"]
    assert [row["id"] for row in listed] == [talk.name]


def test_what_was_seen_meanwhile_is_not_shown(talk, push_service, subscribe, answer, tell):
    subscribe(talk, push_service.browser())
    said = answer(talk.conversation)
    mark_read(talk.conversation, by=talk.conversation.contact, seq=said.public_seq)
    tell()
    assert push_service.calls == []
    assert Notice.objects.get().state == "obsolete"
    assert kinds("notice") == []


def test_several_replies_make_one_notification(talk, push_service, subscribe, answer, tell):
    browser = push_service.browser()
    subscribe(talk, browser)
    for words in ("One", "Two", "Three"):
        answer(talk.conversation, words)
    notice = Notice.objects.get()
    assert (notice.first_seq, notice.last_seq) == (2, 4)
    tell()
    (shown,) = push_service.shown_by(browser)
    assert shown["body"].endswith("\nThree")
    answer(talk.conversation, "Four")
    tell()
    assert [row["body"][-4:] for row in push_service.shown_by(browser)][1:] == ["Four"]


def test_a_reaction_that_runs_twice_notifies_once(talk, push_service, subscribe, answer, tell):
    subscribe(talk, push_service.browser())
    answer(talk.conversation)
    entry = Entry.objects.get(kind="message.sent")
    away.plan(entry)
    tell()
    away.plan(entry)
    tell()
    assert len(push_service.calls) == Notice.objects.count() == 1


def test_nobody_who_did_not_ask_is_told_and_nothing_is_queued(talk, push_service, answer, tell):
    answer(talk.conversation)
    tell()
    assert push_service.calls == [] and not Notice.objects.exists()


def test_notes_and_what_the_contact_writes_are_no_replies(talk, push_service, subscribe, ben):
    import uuid

    from ground.journal.reactions import run_owed
    from inbox.actions import note

    subscribe(talk, push_service.browser())
    note(talk.conversation, by=ben, body="Between us", client_id=uuid.uuid4())
    talk.say(talk.name, "Hello?")
    run_owed()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_over_is_forgotten(
    status, talk, push_service, subscribe, answer, tell
):
    subscribe(talk, push_service.browser())
    push_service.answers = [status]
    answer(talk.conversation)
    tell()
    assert not PushSubscription.objects.exists()
    assert Notice.objects.get().state == "obsolete"
    assert kinds("push") == ["push.started", "push.ended"]
    tell()
    assert len(push_service.calls) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_tried_again_later_and_not_for_ever(
    status, talk, push_service, subscribe, answer, tell
):
    subscribe(talk, push_service.browser())
    push_service.answers = [status]
    answer(talk.conversation)
    waits = []
    for _ in range(away.ATTEMPTS["push"] - 1):
        tell()
        notice = Notice.objects.get()
        assert notice.state == "queued" and str(status) in notice.reason
        waits.append((notice.due_at - timezone.now()).total_seconds())
    assert waits == sorted(waits) and waits[0] > 20
    tell()
    assert Notice.objects.get().state == "failed"
    assert kinds("notice") == ["notice.failed"]
    assert PushSubscription.objects.get().failures == 0


def test_a_push_service_that_names_a_time_is_given_it(talk, push_service, subscribe, answer, tell):
    subscribe(talk, push_service.browser())
    push_service.answers, push_service.headers = [429], {"Retry-After": "1800"}
    answer(talk.conversation)
    tell()
    assert (Notice.objects.get().due_at - timezone.now()).total_seconds() > 1700
    push_service.answers, push_service.headers = [201], {}
    tell()
    assert Notice.objects.get().state == "sent"


def test_one_browser_of_two_is_enough_and_the_dead_one_goes(
    talk, push_service, subscribe, answer, tell
):
    dead, alive = push_service.browser("dead"), push_service.browser("alive")
    subscribe(talk, dead)
    subscribe(talk, alive)
    push_service.server.RequestHandlerClass.do_POST = gone_for(
        "/send/dead", push_service.server.RequestHandlerClass.do_POST, push_service
    )
    answer(talk.conversation)
    tell()
    assert len(push_service.shown_by(alive)) == 1
    assert PushSubscription.objects.get().endpoint == alive.recipient.endpoint
    assert Notice.objects.get().state == "sent"


def gone_for(path, usual, service):
    def do_POST(handler):
        if handler.path != path:
            return usual(handler)
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.send_response(410)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return None

    return do_POST


def test_an_address_inside_our_network_is_dropped_and_never_called(
    talk, push_service, subscribe, answer, tell, settings
):
    subscribe(talk, push_service.browser())
    settings.OUTBOUND_ALLOWED_HOSTS = []
    answer(talk.conversation)
    tell()
    assert push_service.calls == [] and not PushSubscription.objects.exists()


@pytest.mark.parametrize("change", ["blocked", "spam"])
def test_nobody_is_told_who_is_blocked_or_spam(
    change, talk, push_service, subscribe, answer, tell, ada
):
    subscribe(talk, push_service.browser())
    answer(talk.conversation)
    if change == "blocked":
        update_contact(talk.conversation.contact, by=ada, is_blocked=True)
    else:
        type(talk.conversation).objects.update(status="spam")
    tell()
    answer(talk.conversation, "Again")
    tell()
    assert push_service.calls == []
    assert set(Notice.objects.values_list("state", flat=True)) == {"obsolete"}


def test_a_merge_takes_the_subscription_along(
    talk, push_service, subscribe, answer, tell, otto, ada
):
    browser = push_service.browser()
    subscribe(talk, browser)
    answer(talk.conversation)
    merge_contacts(otto, talk.conversation.contact, by=ada)
    assert PushSubscription.objects.get().contact == otto
    tell()
    assert len(push_service.shown_by(browser)) == 1


def test_the_same_browser_belongs_to_who_asked_last(
    talk, push_service, subscribe, answer, tell, browser
):
    device, next_one = push_service.browser(), browser()
    name = next_one.start("Mine").json()["conversation"]["id"]
    subscribe(talk, device)
    subscribe(next_one, device)
    answer(talk.conversation, "For the first one")
    tell()
    assert push_service.calls == []
    answer(type(talk.conversation).objects.get(public_id=name), "For the second one")
    tell()
    assert [row["tag"] for row in push_service.shown_by(device)] == [name]


def test_signing_out_ends_it(talk, push_service, subscribe, answer, tell):
    subscribe(talk, push_service.browser())
    assert talk.call("delete", "session").status_code == 204
    assert not PushSubscription.objects.exists()
    answer(talk.conversation)
    tell()
    assert push_service.calls == []


def test_a_subscription_follows_its_visitor_through_the_sign_in(
    talk, push_service, subscribe, signed
):
    subscribe(talk, push_service.browser())
    talk.boot(identity=signed(sub="new-user"))
    assert talk.call("delete", "push").status_code == 204
    assert not PushSubscription.objects.exists()
    assert kinds("push") == ["push.started", "push.ended"]


def test_turning_it_off_ends_it_in_this_browser_only(talk, push_service, subscribe, browser):
    other = browser()
    other.start("Other")
    subscribe(talk, push_service.browser("one"))
    subscribe(other, push_service.browser("two"))
    assert talk.call("delete", "push").status_code == 204
    assert PushSubscription.objects.get().endpoint.endswith("two")
    assert talk.call("delete", "push").status_code == 204


def test_who_has_written_nothing_has_nothing_to_wait_for(browser, push_service, subscribe):
    refused = subscribe(browser(), push_service.browser())
    assert (refused.status_code, refused.json()["type"]) == (409, "state-conflict")
    assert not PushSubscription.objects.exists() and not Contact.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "https://user@push.example/1"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": "https://push.example/" + "x" * 1000},
        {"endpoint": 5},
        {"endpoint": None},
        {"endpoint": ["https://push.example/1"]},
        {"endpoint": "https://push.example/\u0000"},
        {"endpoint": ""},
        {"keys": None},
        {"keys": []},
        {"keys": {}},
        {"keys": {"p256dh": "x", "auth": "y"}},
        {"keys": {"p256dh": 1, "auth": True}},
        {"keys": {"p256dh": "A" * 87, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}},
        {"keys": {"p256dh": "x" * 10_000, "auth": "y"}},
        {"locale": 7},
        {"locale": "x" * 100},
    ],
)
def test_what_no_browser_sends_is_refused(changes, talk, push_service, subscribe):
    answer = subscribe(talk, push_service.browser(), **changes)
    assert answer.status_code == 400 and answer.json()["type"] == "validation"
    assert not PushSubscription.objects.exists() and kinds("push") == []


def test_asking_is_limited(talk, push_service, subscribe, settings):
    settings.VISITOR_ADDRESSES_PER_HOUR = 3
    codes = [subscribe(talk, push_service.browser(str(n))).status_code for n in range(4)]
    assert codes == [204, 204, 204, 429]


def test_the_oldest_browsers_fall_out(talk, push_service, subscribe, settings):
    settings.VISITOR_ADDRESSES_PER_HOUR = 100
    for number in range(browsers.SUBSCRIPTIONS_MAX + 2):
        subscribe(talk, push_service.browser(str(number)))
    kept = PushSubscription.objects.order_by("id").values_list("endpoint", flat=True)
    assert len(kept) == browsers.SUBSCRIPTIONS_MAX and kept[0].endswith("/2")


def test_the_offer_is_made_where_browsers_can_take_it(browser, settings):
    assert browser().boot().json()["settings"]["push"]["public_key"]
    settings.SITE_URL = "http://support.lumen.test"
    assert browser().boot().json()["settings"]["push"] is None


def test_a_notification_needs_a_session_that_still_opens_it(
    browser, signed, push_service, subscribe, answer, tell, monkeypatch, dora
):
    visitor = browser(identity=signed())
    name = visitor.start("Where is my coat?").json()["conversation"]["id"]
    subscribe(visitor, push_service.browser())
    subscription = PushSubscription.objects.get()
    days = (subscription.expires_at - timezone.now()) / timedelta(days=1)
    assert 6.9 < days <= 7, "as long as the token of a signed-in user"
    PushSubscription.objects.update(expires_at=timezone.now())
    answer(dora.conversations.get(public_id=name))
    tell()
    assert push_service.calls == [] and not PushSubscription.objects.exists()
    entry = Entry.objects.get(kind="push.ended")
    assert (entry.subject_id, entry.before["reason"]) == (dora.public_id, "the session is over")


def test_a_session_that_goes_on_keeps_its_notifications(
    browser, signed, push_service, subscribe, dora
):
    visitor = browser(identity=signed())
    visitor.start("Where is my coat?")
    assert visitor.boot(identity=signed()).json()["is_notified"] is False
    subscribe(visitor, push_service.browser())
    PushSubscription.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert visitor.boot(identity=signed()).json()["is_notified"] is True
    assert PushSubscription.objects.get().expires_at > timezone.now() + timedelta(days=6)
    other = browser(identity=signed())
    assert other.boot().json()["is_notified"] is False, "another browser of the same contact"


def test_where_verification_is_required_only_signed_in_users_are_notified(
    talk, push_service, subscribe, answer, tell, installation
):
    subscribe(talk, push_service.browser())
    answer(talk.conversation)
    installation.is_verification_required = True
    installation.save()
    tell()
    assert push_service.calls == [] and Notice.objects.get().state == "obsolete"
