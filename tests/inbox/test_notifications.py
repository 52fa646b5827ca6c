"""Who is told of what, once, and no longer when it is done."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from ground.web import mail
from inbox import attention, audience, presence
from inbox.actions import (
    assign,
    close,
    digesting,
    follow,
    give_back,
    mark_read,
    mark_spam,
    note,
    reply,
    snooze,
    wake_due,
)
from inbox.actions.clearing import forget_cleared
from inbox.actions.digesting import mail_digests
from inbox.actions.notifying import notify
from inbox.actions.trying import try_ways
from inbox.models import Conversation, Digest, Message, Notification, ReadMarker
from people.actions import add_to_team, create_token, prefer, remove_from_team, set_away
from people.models import Teammate
from people.models.token import Scope
from tests.live import Socket, committed, play, session_cookie

pytestmark = pytest.mark.django_db


def say(conversation, by, body="Hello?"):
    return reply(conversation, by=by, body=body, client_id=uuid.uuid4())


def remark(conversation, by, body):
    return note(conversation, by=by, body=body, client_id=uuid.uuid4())


def open_for(teammate):
    run_owed()
    return {
        each.conversation.contact.name: each.reasons
        for each in Notification.objects.open().filter(teammate=teammate)
    }


@pytest.fixture
def bens(conversation, ada, ben):
    """A conversation of ben's, of which he knows."""
    held = assign(conversation, by=ada, assignee=ben)
    run_owed()
    Notification.objects.all().delete()
    return held


# ---- who is told ---------------------------------------------------------------------------------


def test_who_is_given_a_conversation_is_told_and_who_takes_one_is_not(conversation, ada, ben):
    assign(conversation, by=ada, assignee=ben)
    assert open_for(ben) == {"Dora Lindqvist": {"assigned": "Ada Byron"}}
    assign(conversation, by=ada, assignee=ada)
    assert open_for(ada) == {} and open_for(ben) == {}, "what is taken away asks no more"


def test_a_customers_words_go_to_who_has_the_conversation_only(bens, dora, ben, ada, cleo):
    say(bens, dora)
    assert open_for(ben) == {"Dora Lindqvist": {"reply": "Dora Lindqvist"}}
    assert open_for(ada) == {} and open_for(cleo) == {}
    assert Notification.objects.get().preview == "Hello?"


def test_one_conversation_is_one_notification_with_its_reasons_merged(bens, dora, ben, ada):
    say(bens, dora)
    remark(bens, ada, "@Ben Okafor, quick")
    say(bens, dora, "Still there?")
    (row,) = Notification.objects.open().filter(teammate=ben) if open_for(ben) else ()
    assert row.reasons == {
        "reply": "Dora Lindqvist",
        "mentioned": "Ada Byron",
    }, "one event is told once, by its best reason"
    assert attention.said(row.reasons) == ("Ada Byron mentioned you · Dora Lindqvist wrote")
    assert row.preview == "Still there?"


def test_a_team_is_told_until_somebody_has_it(conversation, ada, ben, cleo, support):
    add_to_team(cleo, support, by=ada)
    assign(conversation, by=ada, team=support)
    assert open_for(ben) == open_for(cleo)
    assert open_for(ben) == {"Dora Lindqvist": {"new": "Dora Lindqvist", "team": "Ada Byron"}}
    assign(conversation, by=cleo, assignee=cleo)
    assert open_for(ben) == {}


def test_a_team_is_told_when_one_of_theirs_goes_away_and_why(conversation, ada, ben, cleo, support):
    add_to_team(cleo, support, by=ada)
    assign(conversation, by=ada, team=support, assignee=ben)
    assert open_for(cleo) == {}
    give_back(ben)
    assert open_for(cleo) == {"Dora Lindqvist": {"team": "Ben Okafor"}}
    assert Notification.objects.get(teammate=cleo).preview == "Ben Okafor went away"
    assert open_for(ben) == {}
    entry = Entry.objects.filter(kind="conversation.assigned").latest("id")
    assert entry.after["why"] == "Ben Okafor went away"


def test_who_is_given_something_reads_why(conversation, ada, ben):
    assign(conversation, by=ada, assignee=ben, why="asked for a person")
    assert open_for(ben) == {"Dora Lindqvist": {"assigned": "Ada Byron"}}
    assert Notification.objects.get(teammate=ben).preview == "asked for a person"


def test_the_name_that_stands_beside_it_is_not_said_again():
    reasons = {"reply": "Dora Lindqvist", "mentioned": "Ada Byron"}
    assert attention.said(reasons, of="Dora Lindqvist") == "Ada Byron mentioned you · wrote"
    assert attention.said({"reply": "Dora"}, of="Dora") == "Wrote"


def test_a_snooze_that_ends_is_told_and_one_ended_by_hand_is_not(bens, ben, ada):
    snooze(bens, by=ben, until=timezone.now() + timedelta(days=1))
    Conversation.objects.update(snoozed_until=timezone.now() - timedelta(seconds=1))
    wake_due()
    assert open_for(ben) == {"Dora Lindqvist": {"woken": ""}}


NEW = {"Emil Novak": {"new": "Emil Novak"}}


def test_a_new_conversation_rings_everybody_at_hand_on_a_fresh_install(
    begin, emil, ben, ada, cleo, published
):
    set_away(cleo, True, by=cleo)
    with TestCase.captureOnCommitCallbacks(execute=True):
        begin(emil)
        run_owed()
    assert open_for(ben) == open_for(ada) == NEW and open_for(cleo) == {}
    shown = [frame for topics, frame in published if f"teammate.{ben.public_id}" in topics]
    (frame,) = [frame for frame in shown if frame["type"] == "notification"]
    assert frame["is_desktop"]
    assert frame["title"] == "Emil Novak began a conversation" and frame["body"]
    kept = Entry.objects.filter(kind__startswith="notif")
    assert not kept.exists(), "what is told is derived and has no entries"


def test_who_has_chosen_is_told_of_new_ones_as_they_chose(begin, emil, ben, ada, cleo):
    prefer(ben, "notifications", {"kinds": {"new": []}}, by=ben)
    prefer(cleo, "notifications", {"kinds": {"new": ["app"]}}, by=cleo)
    prefer(ada, "notifications", {"kinds": {"note": []}}, by=ada)
    set_away(cleo, True, by=cleo)
    begin(emil)
    assert open_for(ben) == {} and open_for(cleo) == open_for(ada) == NEW


def test_a_new_conversation_is_settled_for_all_when_somebody_takes_or_answers_it(
    begin, emil, dora, ben, ada, cleo
):
    taken, answered = begin(emil), begin(dora)
    assert set(open_for(cleo)) == {"Emil Novak", "Dora Lindqvist"}
    remark(answered, ada, "A note is no answer")
    assert len(open_for(ben)) == 2 and set(open_for(ada)) == {"Emil Novak"}
    assign(taken, by=ben, assignee=ben)
    assert set(open_for(cleo)) == {"Dora Lindqvist"} and open_for(ada) == {}
    remark(answered, ben, "@Ada Byron, yours?")
    say(answered, ben, "Good morning!")
    assert open_for(cleo) == open_for(ben) == {}
    assert open_for(ada)["Dora Lindqvist"]["mentioned"] == "Ben Okafor", "she is still asked"


def test_what_is_taken_or_old_by_the_time_it_would_be_told_is_not(
    begin, emil, dora, otto, ben, ada
):
    assign(begin(emil), by=ada, assignee=ada)
    say(begin(dora), ada, "At once")
    begin(otto)
    Conversation.objects.filter(contact=otto).update(
        created_at=timezone.now() - timedelta(minutes=61)
    )
    assert open_for(ben) == {}


def test_a_new_conversation_of_a_team_concerns_who_is_in_it_and_may_see_it(
    begin, emil, dora, ben, ada, cleo, support, billing
):
    for contact, team in ((emil, support), (dora, billing)):
        Conversation.objects.filter(pk=begin(contact).pk).update(team=team)
    run_owed()
    assert open_for(ben) == NEW and list(open_for(cleo)) == ["Dora Lindqvist"]
    assert open_for(ada) == {}, "an admin may see it and is in neither team"


def test_of_many_teammates_those_are_told_who_are_there_and_at_no_cost_per_head(
    begin, emil, dora, otto, ben, monkeypatch
):
    prefer(ben, "notifications", {"kinds": {"new": ["app"]}}, by=ben)

    def cost(contact):
        begin(contact)
        Notification.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            run_owed()
        return len(queries)

    mates = [Teammate(email=f"m{n}@lumen.test", name=f"M {n}") for n in range(40)]
    mates[0].save()
    cost(otto)
    few = cost(emil)
    Teammate.objects.bulk_create(mates[1:])
    there = mates[-1].public_id
    monkeypatch.setattr(presence, "are_here", lambda names: {there} & set(names))
    # Rules name teammates, so they are read anew when those have changed: once.
    cost(otto)
    assert cost(dora) == few
    told = Notification.objects.open()
    assert told.filter(teammate__public_id=there).count() == 1
    assert told.count() == audience.UNASKED_MAX + 1, "and who has asked for it"


def test_who_may_not_see_it_is_never_told(bens, dora, ada, ben, cleo, billing):
    remark(bens, ada, "@Ben Okafor")
    assign(bens, by=ada, team=billing, assignee=cleo)
    assert open_for(ben) == {} and "Dora Lindqvist" in open_for(cleo)
    remove_from_team(cleo, billing, by=ada)
    say(bens, dora)
    assert "reply" not in open_for(cleo).get("Dora Lindqvist", {})


def test_who_follows_hears_of_answers_and_notes(bens, dora, ada, ben, cleo):
    follow(bens, by=cleo)
    say(bens, ben, "On its way")
    assert open_for(cleo) == {"Dora Lindqvist": {"reply": "Ben Okafor"}} and open_for(ben) == {}


def test_what_is_switched_off_is_not_told(bens, dora, ben):
    prefer(ben, "notifications", {"kinds": {"reply": []}}, by=ben)
    say(bens, dora)
    assert open_for(ben) == {}


def test_many_messages_are_told_by_one_statement(bens, dora, ben):
    def cost(messages):
        for _ in range(messages):
            say(bens, dora)
        said = Entry.objects.filter(kind="message.received").order_by("-id")[:messages]
        entries = sorted(said, key=lambda entry: entry.pk)
        with CaptureQueriesContext(connection) as queries:
            notify(entries)
            return len(queries)

    assert cost(2) == cost(12)
    assert Notification.objects.open().count() == 1


# ---- when it is done -----------------------------------------------------------------------------


def test_reading_to_the_end_clears(bens, dora, ben):
    say(bens, dora)
    assert open_for(ben)
    mark_read(bens, by=ben, seq=1)
    assert open_for(ben), "the news stands further down"
    bens.refresh_from_db()
    mark_read(bens, by=ben, seq=bens.last_seq)
    assert open_for(ben) == {}


def test_what_was_on_screen_already_is_not_told(bens, dora, ben):
    say(bens, dora)
    bens.refresh_from_db()
    ReadMarker.objects.update_or_create(
        conversation=bens, teammate=ben, defaults={"seq": bens.last_seq}
    )
    assert open_for(ben) == {}


@pytest.mark.parametrize("done", [close, mark_spam])
def test_what_is_put_away_asks_nobody(bens, dora, ada, ben, done):
    say(bens, dora)
    remark(bens, ben, "@Ada Byron")
    assert open_for(ada)
    done(bens, by=ben)
    assert open_for(ben) == {} and open_for(ada) == {}


def test_answering_clears_ones_own_only(bens, dora, ada, ben):
    say(bens, dora)
    remark(bens, ben, "@Ada Byron, done?")
    assert open_for(ada) == {"Dora Lindqvist": {"mentioned": "Ben Okafor"}}
    say(bens, ada, "Yes")
    assert open_for(ada) == {} and open_for(ben) == {"Dora Lindqvist": {"reply": "Ada Byron"}}


def test_the_same_reaction_twice_tells_nothing_twice(bens, dora, ben):
    say(bens, dora)
    run_owed()
    notify(list(Entry.objects.filter(kind="message.received")))
    assert Notification.objects.open().filter(teammate=ben).count() == 1


def test_what_is_settled_is_locked_in_one_order_by_one_statement(begin, dora, emil, ada, ben):
    for contact in (dora, emil):
        held = assign(begin(contact), by=ada, assignee=ben)
        remark(held, ben, "@Ada Byron, look")
        say(held, contact)
        assert open_for(ben) and open_for(ada)
        remark(held, ada, "I look")
        remark(held, ben, "So do I")
    with CaptureQueriesContext(connection) as queries:
        notify(list(Entry.objects.filter(kind="note.added").order_by("-id")[:4][::-1]))
    said = [each["sql"] for each in queries]
    locks = [sql for sql in said if sql.endswith("FOR UPDATE")]
    cleared = [sql for sql in said if sql.startswith('UPDATE "inbox_notification"')]
    assert len(locks) == len(cleared) == 1 and said.index(locks[0]) < said.index(cleared[0])
    order = locks[0].split("ORDER BY")[1]
    assert 0 < order.index("teammate_id") < order.index("conversation_id")


# ---- bell, page, keys ----------------------------------------------------------------------------


def fragment(browser):
    page = browser.get("/inbox/notifications/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="bell")
    assert page.status_code == 200
    return page.content.decode()


def test_the_bell_counts_and_leads_there(bens, dora, ben, ada, browser_of):
    say(bens, dora, "<b>Bold</b> words")
    run_owed()
    page = browser_of(ben).get("/inbox/all/").content.decode()
    bell = page.split('id="bell"')[1].split("</pick-menu>")[0]
    assert '<em class="num">1</em>' in bell and f"/inbox/all/{bens.public_id}/" in bell
    assert ">Wrote<" in bell and "Dora Lindqvist wrote" not in bell and "<b>Bold" not in bell
    assert '<em class="num"></em>' in fragment(browser_of(ada))


def test_all_are_cleared_and_brought_back(begin, dora, emil, ada, ben, browser_of):
    for contact in (dora, emil):
        assign(begin(contact), by=ada, assignee=ben)
    run_owed()
    browser = browser_of(ben)
    answer = browser.post(
        "/inbox/notifications/",
        {"all": "true"},
        HTTP_HX_REQUEST="true",
        HTTP_HX_TARGET="bell",
    )
    assert "inbox:cleared" in answer.headers["HX-Trigger"] and open_for(ben) == {}
    names = list(Notification.objects.values_list("public_id", flat=True))
    browser_of(ada).post("/inbox/notifications/", {"restore": names})
    assert open_for(ben) == {}, "others bring nothing of mine back"
    browser.post("/inbox/notifications/", {"restore": names})
    assert set(open_for(ben)) == {"Dora Lindqvist", "Emil Novak"}


def test_no_more_is_named_for_undo_than_a_header_holds(begin, ben, browser_of):
    from people.actions import create_contact

    for number in range(101):
        Notification.objects.create(
            teammate=ben,
            conversation=begin(create_contact(by=None, name=f"C{number}", role="lead")),
            reasons={"team": ""},
            seq=1,
            happened_at=timezone.now() + timedelta(seconds=number),
        )
    latest = Notification.objects.order_by("-happened_at").values_list("public_id", flat=True)
    answer = browser_of(ben).post("/inbox/notifications/", {"all": "1"}, HTTP_HX_REQUEST="true")
    said = json.loads(answer.headers["HX-Trigger"])["inbox:cleared"]
    assert said["cleared"] == list(latest[:100]) and "100" in said["words"]
    assert len(answer.headers["HX-Trigger"]) < 4000
    assert not Notification.objects.open().exists()


@pytest.mark.parametrize("name", ["a\x00b", "x" * 1000, "' OR 1=1", "é"])
def test_what_cannot_be_an_id_is_refused(name, ben, browser_of):
    for field in ("restore", "notification", "conversation"):
        answer = browser_of(ben).post("/inbox/notifications/", {field: name})
        assert answer.status_code == 400
    form = {"is_away": "false", "take_back": name}
    assert browser_of(ben).post("/inbox/availability/", form).status_code == 400


def test_nobody_clears_for_another(bens, dora, ada, ben, browser_of):
    say(bens, dora)
    run_owed()
    name = Notification.objects.get().public_id
    for form in ({"notification": name}, {"conversation": bens.public_id}, {"all": "true"}):
        assert browser_of(ada).post("/inbox/notifications/", form).status_code == 302
    assert open_for(ben)
    assert browser_of(ben).post("/inbox/notifications/", {"notification": name}).status_code == 302
    assert open_for(ben) == {}


def test_what_became_private_is_not_in_the_bell(bens, dora, ada, ben, billing, browser_of):
    say(bens, dora)
    run_owed()
    Conversation.objects.update(team=billing)
    assert "Dora" not in fragment(browser_of(ben))
    assert "Dora" not in browser_of(ben).get("/inbox/notifications/").content.decode()


def test_the_page_pages_and_asks_the_same_for_25_and_100(
    begin, line, ada, ben, browser_of, django_assert_num_queries
):
    from people.actions import create_contact

    browser = browser_of(ben)

    def fill(count):
        for number in range(count):
            contact = create_contact(by=None, name=f"C{number}", role="lead")
            Notification.objects.create(
                teammate=ben,
                conversation=begin(contact),
                reasons={"team": ""},
                seq=1,
                happened_at=timezone.now(),
            )

    fill(25)
    with CaptureQueriesContext(connection) as few:
        browser.get("/inbox/notifications/?limit=100")
    cost = len(few)
    fill(75)
    with django_assert_num_queries(cost):
        page = browser.get("/inbox/notifications/?limit=100").content.decode()
    assert page.count('name="notification"') == 100
    assert "?cursor=" in browser.get("/inbox/notifications/").content.decode()
    with django_assert_num_queries(cost):
        assert "8+" in fragment(browser)


def test_news_come_live_to_their_teammate_alone(bens, dora, ben, ada, browser_of):
    cookies = [session_cookie(browser_of(mate)) for mate in (ben, ada)]
    prefer(ben, "notifications", {"sound": True}, by=ben)

    async def scene():
        sockets = []
        for cookie in cookies:
            socket = Socket("/ws/inbox/", origin="http://127.0.0.1:8000", cookie=cookie)
            assert await socket.open()
            await socket.say({"type": "hello", "watch": {"view": "you"}})
            await socket.hear("ready")
            sockets.append(socket)
        await committed(lambda: (say(bens, dora), run_owed()))
        told = await sockets[0].hear("notification")
        await committed(lambda: (close(bens, by=ada), run_owed()))
        cleared = await sockets[0].hear("notification")
        await sockets[1].hears_nothing()
        others = sockets[1].left_over()
        for socket in sockets:
            await socket.close()
        return told, cleared, others

    told, cleared, others = play(scene)
    assert (told["title"], told["body"]) == ("Dora Lindqvist wrote", "Hello?")
    assert told["has_sound"] and told["is_desktop"] and cleared["is_cleared"]
    assert not any('"notification"' in event["text"] for event in others)


# ---- wishes --------------------------------------------------------------------------------------


def test_wishes_are_kept_and_journaled(ben, browser_of):
    browser = browser_of(ben)
    form = {
        "reply_app": "on",
        "has_sound": "on",
        "is_quiet": "on",
        "quiet_from": "22:00",
        "quiet_to": "07:00",
        "timezone": "Europe/Madrid",
    }
    assert browser.post("/inbox/notifications/settings/", form).status_code == 302
    ben.refresh_from_db()
    kept = ben.preferences["notifications"]
    assert kept["kinds"]["reply"] == ["app"] and kept["kinds"]["mentioned"] == []
    assert kept["sound"] is True
    assert kept["quiet"] == {"from": "22:00", "to": "07:00", "zone": "Europe/Madrid"}
    assert Entry.objects.get(kind="teammate.preferences_changed").after["notifications"] == kept
    page = browser.get("/inbox/notifications/settings/").content.decode()
    assert 'name="reply_app" aria-label' in page and 'value="22:00"' in page
    assert (
        browser.post("/inbox/notifications/settings/", form | {"quiet_to": "x"}).status_code == 400
    )


def test_quiet_hours_go_over_midnight_in_ones_own_zone():
    night = attention.quiet_of({"from": "22:00", "to": "07:00", "zone": "Europe/Madrid"})
    at = datetime.fromisoformat
    assert night.holds(at("2026-01-10T21:30:00+00:00")) and night.holds(
        at("2026-01-10T05:59:00+00:00")
    )
    assert not night.holds(at("2026-01-10T06:00:00+00:00"))
    assert not night.holds(at("2026-01-10T20:59:00+00:00"))
    assert attention.quiet_of({"from": "x", "to": "y", "zone": "Nowhere"}) is None


def test_in_quiet_hours_nothing_rings(bens, dora, ben, published):
    quiet = {"from": "00:00", "to": "23:59:59.999999", "zone": "UTC"}
    prefer(ben, "notifications", {"sound": True, "quiet": quiet}, by=ben)
    with TestCase.captureOnCommitCallbacks(execute=True):
        say(bens, dora)
        run_owed()
    (frame,) = [frame for _, frame in published if frame["type"] == "notification"]
    assert not frame["has_sound"] and not frame["is_desktop"] and not frame["is_cleared"]


def test_a_sound_is_wished_for_and_kinds_may_be_silent(bens, dora, ada, ben, published):
    prefer(ben, "notifications", {"sound": True, "silent": ["reply"]}, by=ben)
    with TestCase.captureOnCommitCallbacks(execute=True):
        say(bens, dora)
        run_owed()
        remark(bens, ada, "@Ben Okafor, quick")
        run_owed()
    reply_, mention = [frame for _, frame in published if frame["type"] == "notification"]
    assert reply_["is_desktop"] and not reply_["has_sound"]
    assert mention["is_desktop"] and mention["has_sound"]


def test_nothing_disturbs_until_a_time_and_the_settings_keep_it(
    bens, dora, ben, browser_of, published
):
    browser = browser_of(ben)
    form = {"quiet": "hour", "timezone": "Europe/Madrid"}
    menu = browser.post("/inbox/quiet/", form, HTTP_HX_REQUEST="true").content.decode()
    assert "Available, quiet" in menu and 'value="off"' in menu
    ben.refresh_from_db()
    until = datetime.fromisoformat(ben.preferences["notifications"]["until"])
    assert timedelta(minutes=59) < until - timezone.now() < timedelta(minutes=61)
    assert Entry.objects.get(kind="teammate.preferences_changed").actor_id == ben.public_id
    browser.post("/inbox/notifications/settings/", {"reply_app": "on"})
    ben.refresh_from_db()
    wishes = attention.wishes_of(ben)
    assert wishes.is_quiet(timezone.now()) and not wishes.is_quiet(until + timedelta(seconds=1))
    browser.post("/inbox/quiet/", {"quiet": "off"})
    ben.refresh_from_db()
    assert not attention.wishes_of(ben).is_quiet(timezone.now())
    assert "until" not in ben.preferences["notifications"]


@pytest.mark.parametrize("form", [{}, {"quiet": "monday"}, {"quiet": "hour\x00"}])
def test_no_other_time_is_taken(form, ben, browser_of):
    assert browser_of(ben).post("/inbox/quiet/", form).status_code == 400


def test_an_hour_that_is_over_is_not_in_the_menu(ben, browser_of):
    past = (timezone.now() - timedelta(seconds=1)).isoformat()
    prefer(ben, "notifications", {"until": past}, by=ben)
    page = browser_of(ben).get("/inbox/all/").content.decode()
    assert "Available, quiet" not in page and 'value="hour"' in page
    assert attention.moment_of("nonsense") is None


# ---- by mail -------------------------------------------------------------------------------------


@pytest.fixture
def letters(monkeypatch):
    sent = []
    monkeypatch.setattr(mail, "is_configured", lambda: True)
    monkeypatch.setattr(mail, "send", lambda letter: sent.append(letter) or "250 OK")
    return sent


def age(minutes=6):
    Notification.objects.update(happened_at=timezone.now() - timedelta(minutes=minutes))


def test_who_is_away_gets_one_mail_of_all_that_waits(bens, begin, emil, dora, ada, ben, letters):
    say(bens, dora, "Secret words")
    assign(begin(emil), by=ada, assignee=ben)
    run_owed()
    assert mail_digests() == 0, "it has only just happened"
    age()
    assert mail_digests() == 1 and mail_digests() == 0
    (letter,) = letters
    assert letter.to == "ben@lumen.test" and "2 conversations wait for you" in letter.subject
    assert "Dora Lindqvist: Wrote" in letter.text and bens.public_id in letter.text
    assert "Secret words" not in letter.text + letter.html
    assert Digest.objects.get().state == "sent"


def test_one_mail_at_most_in_a_quarter_of_an_hour(bens, dora, ben, letters):
    for _ in range(2):
        say(bens, dora)
        run_owed()
        age()
        mail_digests()
    assert len(letters) == 1
    Digest.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert mail_digests() == 1 and len(letters) == 2


def test_no_mail_goes_to_who_is_there_or_wants_none(bens, dora, ben, letters):
    say(bens, dora)
    run_owed()
    age()
    presence.be_here(ben.public_id)
    assert mail_digests() == 0
    set_away(ben, True, by=ben)
    prefer(ben, "notifications", {"kinds": {"reply": ["app"]}}, by=ben)
    assert mail_digests() == 0
    say(bens, dora, "And now?")
    quiet = {"from": "00:00", "to": "23:59:59.999999", "zone": "UTC"}
    prefer(ben, "notifications", {"quiet": quiet}, by=ben)
    run_owed()
    age()
    assert mail_digests() == 0
    prefer(ben, "notifications", {}, by=ben)
    assert mail_digests() == 1 and letters


def test_who_is_not_due_keeps_nobody_else_waiting(bens, dora, ada, ben, cleo, letters, monkeypatch):
    monkeypatch.setattr(digesting, "ROUND", 1)
    follow(bens, by=ada)
    follow(bens, by=cleo)
    say(bens, dora)
    run_owed()
    age()
    presence.be_here(ada.public_id)
    quiet = {"from": "00:00", "to": "23:59:59.999999", "zone": "UTC"}
    prefer(ben, "notifications", {"quiet": quiet}, by=ben)
    assert mail_digests() == 1 and [letter.to for letter in letters] == ["cleo@lumen.test"]


def test_news_that_want_no_mail_hide_no_older_ones_and_are_looked_at_once(
    begin, dora, emil, otto, ada, ben, letters, monkeypatch
):
    monkeypatch.setattr(digesting, "LOOKED_AT", 1)
    for contact, reason in ((dora, "assigned"), (emil, "team"), (otto, "note")):
        Notification.objects.create(
            teammate=ben,
            conversation=begin(contact),
            reasons={reason: "Ada Byron"},
            seq=1,
            happened_at=timezone.now() - timedelta(minutes={"assigned": 30}.get(reason, 10)),
        )
    assert mail_digests() == 1
    assert "Dora Lindqvist gave" not in letters[0].text and "Dora" in letters[0].text
    assert "Emil" not in letters[0].text
    assert not Notification.objects.filter(is_mailed=False).exists()


def test_a_mail_that_could_not_be_handed_over_is_tried_later(bens, dora, ben, letters, monkeypatch):
    say(bens, dora)
    run_owed()
    age()

    def refuse(letter):
        raise mail.NotSent("No route")

    with monkeypatch.context() as broken:
        broken.setattr(mail, "send", refuse)
        mail_digests()
    assert (Digest.objects.get().state, Digest.objects.get().reason) == ("failed", "No route")
    Digest.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert mail_digests() == 1 and len(letters) == 1


def test_a_sender_that_died_leaves_an_unknown_and_no_second_mail(bens, dora, ben, letters):
    say(bens, dora)
    run_owed()
    Notification.objects.update(is_mailed=True)
    hour = timezone.now() - timedelta(hours=1)
    Digest.objects.create(teammate=ben, created_at=hour)
    assert mail_digests() == 0 and not letters
    assert Digest.objects.get().state == "unknown"


# ---- a test of the ways -----------------------------------------------------------------------


def test_a_test_says_what_became_of_each_way_and_keeps_nothing(
    ben, ada, browser_of, letters, published
):
    before = Entry.objects.count()
    page = browser_of(ben).post("/inbox/notifications/test/").content.decode()
    for said in ("Bell", "Pop-up", "None of your browsers", "for ben@lumen.test"):
        assert said in page
    assert [letter.to for letter in letters] == ["ben@lumen.test"]
    (shown,) = [(topics, frame) for topics, frame in published if frame["type"] == "notification"]
    assert shown[0] == [f"teammate.{ben.public_id}"] and shown[1]["is_desktop"]
    assert Entry.objects.count() == before and not Notification.objects.exists()


def test_a_test_is_honest_about_what_fails(ben, browser_of, monkeypatch, letters):
    def refuse(letter):
        raise mail.NotSent("No route to the mail server.")

    monkeypatch.setattr(mail, "send", refuse)
    quiet = {"from": "00:00", "to": "23:59:59.999999", "zone": "UTC"}
    ben = prefer(ben, "notifications", {"quiet": quiet}, by=ben)
    hops = {hop.way: hop for hop in try_ways(ben)}
    assert (hops["mail"].is_good, hops["mail"].said) == (False, "No route to the mail server.")
    assert hops["pop-up"].is_good is False and "not to be disturbed" in hops["pop-up"].said
    monkeypatch.setattr(mail, "is_configured", lambda: False)
    assert {hop.way: hop for hop in try_ways(ben)}["mail"].is_good is None


def test_the_api_tries_the_ways_of_its_teammate_ten_times_an_hour(ben, client, letters):
    scopes = [Scope.CONVERSATIONS_WRITE]
    _, token = create_token(name="B", teammate=ben, scopes=scopes)
    _, app = create_token(name="App", teammate=None, scopes=scopes)

    def call(token):
        path = "/api/v1/notification-tests"
        bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        return client.post(path, {}, content_type="application/json", **bearer)

    assert call(app).status_code == 403
    ways = [hop["way"] for hop in call(token).json()["hops"]]
    assert ways == ["bell", "pop-up", "push", "mail"]
    assert [call(token).status_code for _ in range(10)][-2:] == [200, 429]


# ---- by the API ----------------------------------------------------------------------------------


def test_the_api_lists_and_clears_ones_own(bens, dora, ada, ben, client):
    say(bens, dora)
    run_owed()
    scopes = [Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE]
    _, bens_token = create_token(name="B", teammate=ben, scopes=scopes)
    _, adas_token = create_token(name="A", teammate=ada, scopes=scopes)
    _, app = create_token(name="App", teammate=None, scopes=scopes)

    def call(method, path, token):
        return getattr(client, method)(path, HTTP_AUTHORIZATION=f"Bearer {token}")

    (row,) = call("get", "/api/v1/notifications", bens_token).json()["results"]
    assert row["text"] == "Dora Lindqvist wrote" and row["conversation"] == bens.public_id
    assert call("get", "/api/v1/notifications", adas_token).json()["results"] == []
    assert call("get", "/api/v1/notifications", app).status_code == 403
    path = f"/api/v1/notifications/{row['id']}"
    assert call("delete", path, adas_token).status_code == 404
    assert call("delete", path, bens_token).status_code == 200
    assert call("delete", path, bens_token).status_code == 404
    assert open_for(ben) == {}


def test_what_was_cleared_is_forgotten_after_a_month(bens, dora, ben):
    say(bens, dora)
    run_owed()
    Notification.objects.update(cleared_at=timezone.now() - timedelta(days=29))
    assert forget_cleared() == 0
    Notification.objects.update(cleared_at=timezone.now() - timedelta(days=31))
    assert forget_cleared() == 1 and Message.objects.exists()
