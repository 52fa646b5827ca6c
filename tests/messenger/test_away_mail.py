"""A reply that stays unseen goes by mail, once, to the best known address."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from ground.journal.recording import Automation
from inbox.actions import hold, mark_read
from inbox.models import Conversation
from messenger import away
from messenger.models import Installation, MailStop, Notice
from people.actions import claim_identity, create_contact, update_contact
from people.models import Contact, Identity
from tests.messenger.away import free_port
from tests.visiting import Browser


@pytest.fixture
def reachable(talk):
    """The visitor of `talk`, who left an address."""
    assert talk.call("put", "email", {"email": "Dora@Acme.test"}).status_code == 204
    return talk


def addresses(contact):
    return list(contact.identities.filter(kind="email").values_list("value", "trust", "source"))


def text_of(mail, kind="plain"):
    return mail.get_body(preferencelist=(kind,)).get_content()


def states():
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


# ---- what is sent --------------------------------------------------------------------------------


def test_a_reply_that_stays_unseen_is_mailed_with_a_way_back(reachable, mailbox, answer, tell):
    answer(reachable.conversation, "It is **on its way**, see <https://track.test/1>.")
    away.tell_due()
    assert mailbox.mails == []
    tell(minutes=6)
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["dora@acme.test"]]
    assert mail["From"] == "Lumen <support@lumen.test>" and mail["To"] == "dora@acme.test"
    assert mail["Subject"] == "New reply from Lumen"
    assert mail["Auto-Submitted"] == "auto-generated"
    notice = Notice.objects.get()
    assert mail["Message-ID"] == f"<{notice.public_id}@lumen.test>"
    assert mail["References"] == f"<{reachable.name}@lumen.test>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = text_of(mail), text_of(mail, "html")
    assert "Ben has replied" in text and "It is **on its way**" in text
    assert "<strong>on its way</strong>" in html and 'href="https://track.test/1"' in html
    assert "coat" not in text + html, "what the visitor wrote stays where it is"
    assert "<img" not in html and "http" not in html.partition("<body>")[0]
    (link,) = set(re.findall(r"#link=([\w:.-]+)", text))
    assert link in html
    assert (notice.state, notice.address, notice.reason) == ("sent", "dora@acme.test", "250 Kept")
    entry = Entry.objects.get(kind="notice.sent")
    assert (entry.subject_id, entry.after["address"]) == (reachable.name, "dora@acme.test")
    guest = Browser(reachable.installation)
    guest.boot(link=link)
    assert "It is" in str(guest.read(reachable.name).json())


def test_all_unseen_replies_come_in_one_mail_and_in_order(reachable, mailbox, answer, tell):
    for words in ("First", "Second", "Third"):
        answer(reachable.conversation, words)
    tell()
    (mail,) = mailbox.mails
    text = text_of(mail)
    assert text.index("First") < text.index("Second") < text.index("Third")
    tell()
    assert len(mailbox.mails) == 1 and states() == ["sent"]


def test_what_was_seen_meanwhile_is_not_mailed(reachable, mailbox, answer, tell):
    said = answer(reachable.conversation)
    mark_read(reachable.conversation, by=reachable.conversation.contact, seq=said.public_seq)
    tell()
    assert mailbox.mails == [] and states() == ["obsolete"]


def test_who_answers_in_the_messenger_has_seen_it(reachable, mailbox, answer, tell):
    answer(reachable.conversation)
    reachable.say(reachable.name, "Thanks!")
    tell()
    assert mailbox.mails == [] and states() == ["obsolete"]


def test_a_bot_counts_as_a_reply(reachable, mailbox, answer, tell):
    hold(reachable.conversation, by=None, holder="bot", expected="nobody")
    answer(reachable.conversation, "I am a bot", by=Automation("Fin"))
    tell()
    assert "Fin has replied" in text_of(mailbox.mails[0])


def test_at_most_one_mail_an_address_in_a_quarter_of_an_hour(
    reachable, mailbox, answer, tell, pass_time
):
    other = Conversation.objects.get(
        public_id=reachable.start("Another").json()["conversation"]["id"]
    )
    answer(reachable.conversation, "First thread")
    tell(minutes=6)
    answer(other, "Second thread")
    answer(reachable.conversation, "First again")
    tell(minutes=6)
    assert len(mailbox.mails) == 1
    assert states() == ["sent", "queued", "queued"]
    pass_time(minutes=10)
    away.tell_due()
    assert len(mailbox.mails) == 2, "one of the two, and the other one waits again"
    tell(minutes=16)
    assert len(mailbox.mails) == 3 and states() == ["sent", "sent", "sent"]


def test_an_unproved_address_gets_few_mails_an_hour(reachable, mailbox, answer, pass_time):
    for number in range(away.UNPROVED_AN_HOUR + 1):
        answer(reachable.conversation, f"Reply {number}")
        pass_time(minutes=15, seconds=1)
        away.tell_due()
    assert len(mailbox.mails) == away.UNPROVED_AN_HOUR
    pass_time(hours=1)
    away.tell_due()
    assert len(mailbox.mails) == away.UNPROVED_AN_HOUR + 1


def test_two_hundred_strangers_with_one_address_bring_it_no_more(
    browser, mailbox, answer, tell, settings
):
    settings.VISITOR_CONVERSATIONS_PER_HOUR = settings.VISITOR_ADDRESSES_PER_HOUR = 1000
    for _ in range(20):
        stranger = browser()
        name = stranger.start("BUY NOW").json()["conversation"]["id"]
        stranger.call("put", "email", {"email": "victim@example.test"})
        answer(Conversation.objects.get(public_id=name), "How can we help?")
    tell()
    assert len(mailbox.mails) == 1
    # Base64 may spell any three letters.
    assert b"BUY NOW" not in mailbox.raw[0] and "BUY" not in text_of(mailbox.mails[0])


def test_no_mail_where_nobody_left_an_address_and_none_is_queued(talk, mailbox, answer, tell):
    answer(talk.conversation)
    tell()
    assert mailbox.mails == [] and states() == []


def test_an_address_that_comes_later_gets_what_is_still_unseen(talk, mailbox, answer, tell):
    answer(talk.conversation, "Are you there?")
    talk.call("put", "email", {"email": "dora@acme.test"})
    tell()
    assert "Are you there?" in text_of(mailbox.mails[0])


@pytest.mark.parametrize("switch", ["server", "installation", "inactive", "blocked", "removed"])
def test_no_mail_where_it_is_not_wanted(switch, reachable, mailbox, answer, tell, settings, ada):
    answer(reachable.conversation)
    contact = Contact.objects.get(pk=reachable.conversation.contact_id)
    if switch == "server":
        settings.EMAIL_SERVER = None
    elif switch == "installation":
        Installation.objects.update(is_unseen_mailed=False)
    elif switch == "inactive":
        Installation.objects.update(is_active=False)
    elif switch == "blocked":
        update_contact(contact, by=ada, is_blocked=True)
    else:
        update_contact(contact, by=ada, email="")
    tell()
    assert mailbox.mails == [] and states() == ["obsolete"]


def test_the_best_proved_address_is_the_one(reachable, mailbox, answer, tell, ada):
    contact = reachable.conversation.contact
    update_contact(contact, by=ada, email="work@acme.test")
    reachable.call("put", "email", {"email": "late@acme.test"})
    answer(reachable.conversation)
    tell()
    assert mailbox.recipients == [["work@acme.test"]]


def test_the_mail_speaks_the_contacts_language(browser, mailbox, answer, tell, monkeypatch):
    from messenger import letters
    from messenger.texts import texts_in

    spoken = []
    monkeypatch.setattr(letters, "texts_in", lambda tag: spoken.append(tag) or texts_in(tag))
    visitor = browser(locale="ar-EG")
    name = visitor.start("Hello").json()["conversation"]["id"]
    visitor.call("put", "email", {"email": "dora@acme.test"})
    answer(Conversation.objects.get(public_id=name))
    tell()
    assert spoken == ["ar"]
    assert '<html lang="ar" dir="rtl">' in text_of(mailbox.mails[0], "html")


HOSTILE = [
    '"><img src=//evil.test/x.png onerror=alert(1)>',
    "Ben\r\nBcc: evil@evil.test",
    "Ben\nSubject: other",
    "=?utf-8?q?Ben=0D=0ABcc:_evil=40evil.test?=",
    'Ben" <evil@evil.test>, "x',
    "\u202eneB",
    "{{ 7 * 7 }}{% debug %}{0.__class__}%s",
    "B" * 80,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_markup_or_a_header(name, reachable, mailbox, answer, tell, ben):
    Installation.objects.update(name=name[:80])
    type(ben).objects.update(name=name[:80])
    ben.refresh_from_db()
    answer(reachable.conversation, "<script>alert(1)</script> <img src=x> {{ 7 * 7 }}", by=ben)
    tell()
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["dora@acme.test"]]
    assert len(mail.get_all("Subject")) == len(mail.get_all("From")) == 1
    assert mail["Bcc"] is None and mail["Cc"] is None
    assert [address.addr_spec for address in mail["From"].addresses] == ["support@lumen.test"]
    assert [address.addr_spec for address in mail["To"].addresses] == ["dora@acme.test"]
    html = text_of(mail, "html")
    assert "<script" not in html and "<img" not in html
    assert "{{ 7 * 7 }}" in html


# ---- servers that do not take it -----------------------------------------------------------------


def test_a_server_that_is_down_is_tried_again(reachable, mailbox, answer, tell, settings):
    working = settings.EMAIL_SERVER
    settings.EMAIL_SERVER = working | {"port": free_port()}
    answer(reachable.conversation)
    tell()
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == ("queued", 1) and "refused" in notice.reason.lower()
    settings.EMAIL_SERVER = working
    tell()
    assert len(mailbox.mails) == 1 and states() == ["sent"]


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_server_that_says_later_is_believed(step, reachable, mailbox, answer, tell):
    mailbox.refusals = {step: "451 Busy"}
    answer(reachable.conversation)
    tell()
    notice = Notice.objects.get()
    assert (notice.state, notice.reason) == ("queued", "451 Busy")
    mailbox.refusals = {}
    tell()
    assert states() == ["sent"]
    ids = {mail["Message-ID"] for mail in mailbox.mails}
    assert len(ids) == 1, "a receiver that had it already can tell"


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_server_that_says_never_is_believed(step, reachable, mailbox, answer, tell):
    mailbox.refusals = {step: "550 No such mailbox"}
    answer(reachable.conversation)
    tell()
    tell()
    assert states() == ["failed"]
    assert Notice.objects.get().reason == "550 No such mailbox"
    assert Entry.objects.filter(kind="notice.failed").count() == 1
    assert len(mailbox.raw) == (1 if step == "data" else 0)


def test_another_address_gets_what_the_first_one_did_not(reachable, mailbox, answer, tell):
    mailbox.refusals = {"rcpt": "550 No such mailbox"}
    answer(reachable.conversation, "Are you there?")
    tell()
    mailbox.refusals = {}
    reachable.call("put", "email", {"email": "dora@home.test"})
    tell()
    assert mailbox.recipients == [["dora@home.test"]] and states() == ["failed", "sent"]


def test_an_address_that_no_server_takes_harms_nobody_else(
    reachable, browser, mailbox, answer, tell
):
    other = browser()
    name = other.start("Hello").json()["conversation"]["id"]
    other.call("put", "email", {"email": "j\u00fcrgen@acme.test"})
    answer(Conversation.objects.get(public_id=name))
    answer(reachable.conversation)
    tell()
    assert states() == ["failed", "sent"]
    assert "beyond ASCII" in Notice.objects.order_by("id")[0].reason
    assert mailbox.recipients == [["dora@acme.test"]]


def test_a_server_that_never_comes_back_is_given_up(reachable, mailbox, answer, tell):
    mailbox.refusals = {"rcpt": "451 Busy"}
    answer(reachable.conversation)
    for _ in range(away.ATTEMPTS["mail"] + 2):
        tell(days=1)
    assert states() == ["failed"] and Notice.objects.get().attempts == away.ATTEMPTS["mail"]


def test_a_server_that_dies_after_the_text_leaves_an_open_end(reachable, mailbox, answer, tell):
    mailbox.refusals = {"data": "dies"}
    answer(reachable.conversation)
    tell()
    assert states() == ["unknown"]
    assert Entry.objects.filter(kind="notice.unknown").count() == 1
    mailbox.refusals = {}
    tell()
    assert len(mailbox.raw) == 1, "what may have arrived is not sent again"


def test_a_sender_that_dies_in_the_middle_leaves_an_open_end(
    reachable, mailbox, answer, tell, pass_time
):
    answer(reachable.conversation)
    pass_time(minutes=6)
    taken = away.take("mail")
    assert taken.notice.state == "sending"
    away.tell_due()
    assert states() == ["sending"] and mailbox.mails == [], "the lease still holds"
    tell(minutes=4)
    assert states() == ["unknown"] and mailbox.mails == []
    away.end(taken.notice, "sent", "too late")
    assert states() == ["unknown"], "who was given up on has no say"


def test_a_reply_while_a_mail_is_under_way_gets_its_own(reachable, mailbox, answer, pass_time):
    answer(reachable.conversation, "One")
    pass_time(minutes=6)
    taken = away.take("mail")
    answer(reachable.conversation, "Two")
    assert states() == ["sending", "queued"]
    away.try_again(taken.notice, "451 Busy")
    assert states() == ["obsolete", "queued"], "the later one speaks of both"
    pass_time(hours=1)
    away.tell_due()
    text = text_of(mailbox.mails[0])
    assert "One" in text and "Two" in text and states() == ["obsolete", "sent"]


def test_a_failing_server_ends_the_round(reachable, mailbox, answer, pass_time, browser):
    for number in range(3):
        stranger = browser()
        name = stranger.start("Hi").json()["conversation"]["id"]
        stranger.call("put", "email", {"email": f"s{number}@example.test"})
        answer(Conversation.objects.get(public_id=name))
    mailbox.refusals = {"mail": "421 Closing"}
    pass_time(minutes=6)
    away.tell_due()
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 1]


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_an_address_that_is_to_wait_keeps_nobody_else_waiting(
    step, mailbox, answer, pass_time, browser
):
    """Greylisting: a server that does not know a pair of addresses yet says "later" once."""
    names = []
    for number in range(3):
        stranger = browser()
        names.append(stranger.start("Hi").json()["conversation"]["id"])
        stranger.call("put", "email", {"email": f"s{number}@example.test"})
        answer(Conversation.objects.get(public_id=names[-1]))
    mailbox.refusals, mailbox.refused_once = {}, {step: ["450 Greylisted, come back later"]}
    pass_time(minutes=6)
    away.tell_due()
    first, *others = Notice.objects.order_by("id")
    assert (first.state, first.attempts) == ("queued", 1) and "450" in first.reason
    assert first.due_at > timezone.now() + timedelta(seconds=100), "with a growing pause"
    assert [notice.state for notice in others] == ["sent", "sent"]
    pass_time(minutes=3)
    away.tell_due()
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("sent", 2)
    assert Entry.objects.filter(kind="notice.sent").count() == 3


# ---- no more mails -------------------------------------------------------------------------------


def stop_address(mail):
    return re.search(r"<https?://[^/]+(/m/stop/[^>]+)>", mail["List-Unsubscribe"])[1]


def test_one_click_ends_the_mails_about_a_conversation(reachable, mailbox, answer, tell):
    answer(reachable.conversation)
    tell()
    address = stop_address(mailbox.mails[0])
    client = Client(enforce_csrf_checks=True)
    looked = client.get(address)
    assert looked.status_code == 200 and b"Stop e-mails" in looked.content
    assert not MailStop.objects.exists(), "to look changes nothing"
    for _ in range(2):
        done = client.post(address, {"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200 and b"no more e-mails" in done.content
    assert Entry.objects.filter(kind="notice.stopped").count() == 1
    answer(reachable.conversation, "Another")
    tell()
    assert len(mailbox.mails) == 1
    other = reachable.start("Another matter").json()["conversation"]["id"]
    answer(Conversation.objects.get(public_id=other), "About the other matter")
    tell()
    assert len(mailbox.mails) == 2, "other conversations are not meant"


def test_the_link_that_stops_mails_opens_nothing(reachable, mailbox, answer, tell):
    answer(reachable.conversation)
    tell()
    signed = stop_address(mailbox.mails[0]).split("/")[3]
    guest = Browser(reachable.installation)
    assert guest.boot(link=signed).status_code == 401
    (link,) = set(re.findall(r"#link=([\w:.-]+)", text_of(mailbox.mails[0])))
    assert Client().post(f"/m/stop/{link}/").status_code == 404
    assert not MailStop.objects.exists()


@pytest.mark.parametrize("signed", ["x", "a:b:c", "%F0%9F%98%80", "x" * 2000, "0", "null"])
def test_a_forged_stop_stops_nothing(signed, reachable):
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/m/stop/{signed}/").status_code == 404
    assert not MailStop.objects.exists()


# ---- leaving an address --------------------------------------------------------------------------


def test_an_address_that_a_visitor_leaves_is_a_claim(reachable):
    contact = reachable.conversation.contact
    assert addresses(contact) == [("dora@acme.test", Identity.Trust.CLAIMED, "messenger")]
    assert not contact.is_verified and contact.role == "visitor"
    entry = Entry.objects.get(kind="identity.added")
    assert entry.after["value"] == "dora@acme.test" and entry.actor_id == contact.public_id
    assert reachable.boot().json()["contact"]["email"] == "dora@acme.test"


def test_nothing_tells_whether_an_address_is_known(talk, browser, dora):
    stranger = browser()
    stranger.start("Hi")
    known = talk.call("put", "email", {"email": "dora@acme.test"})
    free = stranger.call("put", "email", {"email": "nobody@acme.test"})
    assert (known.status_code, known.content) == (free.status_code, free.content) == (204, b"")
    assert addresses(talk.conversation.contact) == []
    assert (
        talk.conversation.contact != dora and Contact.objects.filter(merged_into=None).count() == 3
    )
    talk.conversation.contact.refresh_from_db()
    assert talk.conversation.contact.claims["email"] == "dora@acme.test"
    entry = Entry.objects.get(kind="identity.claimed")
    assert entry.subject_id == talk.conversation.contact.public_id


def test_a_claim_on_somebody_elses_address_brings_them_no_mail(talk, mailbox, answer, tell, dora):
    talk.call("put", "email", {"email": "dora@acme.test"})
    answer(talk.conversation)
    tell()
    assert mailbox.mails == []


def test_who_has_written_nothing_leaves_no_address(browser):
    visitor = browser()
    refused = visitor.call("put", "email", {"email": "dora@acme.test"})
    assert (refused.status_code, refused.json()["type"]) == (409, "state-conflict")
    assert not Contact.objects.exists() and not Identity.objects.exists()


@pytest.mark.parametrize(
    "email",
    [
        "",
        "x",
        "x@y",
        "a@b.test\r\nBcc: c@d.test",
        "a@b.test, c@d.test",
        '"x y"@b.test',
        "<a@b.test>",
        "a" * 300 + "@b.test",
        "a@" + "b" * 300 + ".test",
        "a@b.test\u0000",
        None,
        5,
        ["a@b.test"],
        {"a": 1},
        True,
    ],
)
def test_what_is_no_address_is_refused(email, talk):
    answer = talk.call("put", "email", {"email": email})
    assert answer.status_code == 400 and answer.json()["type"] == "validation"
    assert addresses(talk.conversation.contact) == []


def test_leaving_addresses_is_limited(talk, settings):
    settings.VISITOR_ADDRESSES_PER_HOUR = 3
    codes = [
        talk.call("put", "email", {"email": f"a{number}@b.test"}).status_code for number in range(4)
    ]
    assert codes == [204, 204, 204, 429]


def test_who_came_by_a_link_leaves_no_address_and_no_browser(reachable, subscribe, push_service):
    from messenger.visitors import opened_by_link, token_for

    guest = Browser(reachable.installation)
    contact = reachable.conversation.contact
    guest.token = token_for(opened_by_link(reachable.installation, contact, reachable.conversation))
    assert guest.call("put", "email", {"email": "evil@evil.test"}).status_code == 403
    assert subscribe(guest, push_service.browser()).status_code == 403
    assert [value for value, *_ in addresses(contact)] == ["dora@acme.test"]


def test_a_proof_takes_the_address_and_its_mails(reachable, mailbox, answer, tell):
    owner = create_contact(by=None, name="Owner")
    answer(reachable.conversation)
    claim_identity(
        owner, "email", "dora@acme.test", trust=Identity.Trust.PROVED, source="test", by=None
    )
    tell()
    assert mailbox.mails == [] and states() == ["obsolete"]


def test_an_address_that_a_page_claims_later_gets_what_is_still_unseen(talk, mailbox, answer, tell):
    answer(talk.conversation, "It is on its way.")
    assert not Notice.objects.exists()
    assert talk.boot(email="nele@mail.test").status_code == 200
    run_owed()
    assert Notice.objects.get().way == "mail"
    tell()
    (mail,) = mailbox.mails
    assert mail["To"] == "nele@mail.test" and "on its way" in text_of(mail)
    talk.boot(email="nele@mail.test")
    run_owed()
    assert Notice.objects.count() == 1, "said once more it is no news"


def test_visitors_read_first_names(reachable, mailbox, answer, tell):
    answer(reachable.conversation)
    shown = reachable.read(reachable.name).json()
    assert shown["messages"][-1]["author"]["name"] == "Ben"
    assert shown["conversation"]["preview_author"]["name"] == "Ben"
    tell()
    (mail,) = mailbox.mails
    assert "Okafor" not in text_of(mail) and "Okafor" not in mail.as_string()
    assert "Okafor" not in str(reachable.boot().json())
