"""Those who set it up see what goes out, and try out whether it gets through."""

import io

import pytest
from django.core.management import CommandError, call_command

from messenger.models import Notice, PushSubscription
from tests.messenger.away import free_port

NOTICES = "/admin/messenger/notice/"
BROWSERS = "/admin/messenger/pushsubscription/"


@pytest.fixture
def office(ada, browser_of):
    return browser_of(ada)


def said(page):
    return [str(message) for message in page.context["messages"]]


def test_notices_are_listed_with_their_state_and_why(office, talk, mailbox, answer, tell, settings):
    talk.call("put", "email", {"email": "dora@acme.test"})
    mailbox.refusals = {"rcpt": "550 No such mailbox"}
    answer(talk.conversation)
    tell()
    page = office.get(NOTICES).content.decode()
    notice = Notice.objects.get()
    for shown in (notice.public_id, "550 No such mailbox", "dora@acme.test", talk.name, "Failed"):
        assert shown in page
    assert f"as support@lumen.test through 127.0.0.1:{mailbox.port}" in page
    looked = office.get(f"{NOTICES}{notice.pk}/change/")
    assert looked.status_code == 200 and b'name="_save"' not in looked.content
    assert office.post(f"{NOTICES}{notice.pk}/change/", {"state": "queued"}).status_code == 403


def test_without_a_server_it_is_said_plainly(office, installation):
    assert "because EMAIL_URL is not set" in office.get(NOTICES).content.decode()
    assert b"Send a test mail" not in office.get(NOTICES).content
    page = office.get(f"/admin/messenger/installation/{installation.pk}/change/")
    assert "because EMAIL_URL is not set" in page.content.decode()


def test_a_test_mail_names_each_hop(office, mailbox):
    page = office.post(f"{NOTICES}test-mail/", follow=True)
    assert said(page) == [
        f"Connected: 127.0.0.1:{mailbox.port}",
        "Sender accepted: 250 OK",
        "Recipient accepted: 250 OK",
        "Message accepted: 250 Kept",
    ]
    assert mailbox.recipients == [["ada@lumen.test"]]
    mailbox.refusals = {"rcpt": "550 Relaying denied"}
    page = office.post(f"{NOTICES}test-mail/", follow=True)
    assert said(page)[-1] == "Refused: 550 Relaying denied"


def test_only_admins_send_one_and_never_by_looking(office, ben, browser_of, mailbox, client):
    assert office.get(f"{NOTICES}test-mail/").status_code == 405
    for stranger in (client, browser_of(ben)):
        assert stranger.post(f"{NOTICES}test-mail/").status_code in {302, 403}
    assert mailbox.mails == []


def test_a_test_push_says_what_the_service_said(office, talk, push_service, subscribe):
    device = push_service.browser()
    subscribe(talk, device)
    row = PushSubscription.objects.get()
    choice = {"action": "test", "_selected_action": [row.pk]}
    page = office.post(BROWSERS, choice, follow=True)
    assert said(page) == [f"{row}: The push service answered 201."]
    assert "test" in push_service.shown_by(device)[0]["body"]
    assert device.recipient.endpoint not in page.content.decode(), "an endpoint is a secret"
    push_service.answers = [503, 410]
    assert "answered 503" in said(office.post(BROWSERS, choice, follow=True))[0]
    assert "was removed" in said(office.post(BROWSERS, choice, follow=True))[0]
    assert not PushSubscription.objects.exists()


@pytest.fixture
def doctor(db, monkeypatch, settings):
    from config.management.commands import doctor as command

    monkeypatch.setattr(command, "PATIENCE", 0.1)
    settings.LIVE_URL = "ws://127.0.0.1:1"

    def ask(**options):
        out = io.StringIO()
        with pytest.raises(CommandError):
            call_command("doctor", stdout=out, no_color=True, **options)
        return out.getvalue()

    return ask


def test_doctor_says_when_no_mail_is_sent(doctor, settings):
    assert "skipped  mail: no mail is sent, because EMAIL_URL is not set" in doctor()
    settings.EMAIL_SERVER = {"scheme": "console"}
    assert "skipped  mail: mails are written to the log" in doctor()


def test_doctor_knocks_at_the_server_and_sends_when_asked(doctor, mailbox, settings):
    assert f"ok       mail: 127.0.0.1:{mailbox.port} answers" in doctor()
    assert mailbox.mails == []
    said = doctor(mail_to="ops@lumen.test")
    assert "recipient accepted (250 OK), message accepted (250 Kept)" in said
    assert mailbox.recipients == [["ops@lumen.test"]]
    mailbox.refusals = {"mail": "530 Log in first"}
    said = doctor(mail_to="ops@lumen.test")
    assert "FAILED   mail: connected" in said and "then: 530 Log in first" in said
    settings.EMAIL_SERVER = mailbox.settings() | {"port": free_port()}
    assert "FAILED   mail: 127.0.0.1" in doctor() and "cure: check EMAIL_URL" in doctor()


def test_doctor_says_whether_browsers_can_be_notified(doctor, settings):
    assert "ok       push: our key is" in doctor()
    settings.SITE_URL = "http://support.lumen.test"
    assert "skipped  push: browsers notify only for https" in doctor()
