"""Replies that wait: for their time, or for the few seconds in which they can be taken back."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.utils import timezone

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from ground.web.problems import (
    ClientIdReused,
    Invalid,
    NewerMessages,
    NotAllowed,
    NotFound,
    StateConflict,
)
from inbox.actions import (
    assign,
    attach,
    note,
    put_off,
    reply,
    save_draft,
    send_due,
    send_now,
    take_back,
)
from inbox.actions.attaching import forget_unused
from inbox.actions.later import call_off_overtaken
from inbox.actions.posting import check_seen
from inbox.models import Attachment, Draft, LaterMessage, Message, Notification
from people.actions import create_token, deactivate, remove_from_team
from people.models.token import Scope
from tests.inbox.state import SCRIPT
from tests.inbox.waiting import let_wait
from tests.live import Socket, committed, play, session_cookie

pytestmark = pytest.mark.django_db


def later(conversation, by, body="Did it arrive?", **more):
    return let_wait(conversation, by, body, **more)


def held(conversation, by, **more):
    return later(
        conversation, by, is_held=True, due_at=timezone.now() + timedelta(seconds=5), **more
    )


def make_due():
    LaterMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def said(conversation):
    return list(
        conversation.messages.filter(kind="reply")
        .order_by("seq")
        .values_list("body_text", flat=True)
    )


def journaled():
    entries = Entry.objects.filter(kind__startswith="later.").order_by("id")
    return list(entries.values_list("kind", flat=True))


# ---- its time ------------------------------------------------------------------------------------


def test_a_reply_waits_and_goes_out_at_its_time_as_its_author(conversation, ben):
    waiting = later(conversation, ben, then=[{"do": "close", "to": ""}])
    assert send_due() == 0 and len(said(conversation)) == 1
    make_due()
    assert send_due() == 1
    waiting.refresh_from_db()
    message = conversation.messages.get(client_id=waiting.client_id)
    assert (message.teammate, message.body_text) == (ben, "Did it arrive?")
    conversation.refresh_from_db()
    assert conversation.is_closed and waiting.state == "sent"
    assert journaled() == ["later.scheduled", "later.sent"]
    assert Entry.objects.get(kind="message.sent").actor_id == ben.public_id
    assert send_due() == 0 and len(said(conversation)) == 2


def test_a_death_before_the_commit_sends_nothing_and_the_next_round_sends_it_once(
    conversation, ben, monkeypatch
):
    later(conversation, ben)
    make_due()
    with monkeypatch.context() as patched:

        def die(*args, **more):
            raise RuntimeError("killed")

        patched.setattr("inbox.actions.later.journal", die)
        assert send_due() == 0
    assert len(said(conversation)) == 1
    assert send_due() == 1 and send_due() == 0
    assert said(conversation)[1:] == ["Did it arrive?"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(conversation, ben):
    for number in range(5):
        later(conversation, ben, f"Number {number}")
    make_due()

    def work(_):
        try:
            return send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(4))) == 5
    assert sorted(said(conversation)[1:]) == [f"Number {number}" for number in range(5)]


def test_a_zone_that_is_unknown_by_now_does_not_stop_it(conversation, ben):
    later(conversation, ben, zone="Middle/Earth")
    make_due()
    assert send_due() == 1 and journaled() == ["later.scheduled", "later.sent"]


def test_what_breaks_while_it_is_sent_is_failed_and_not_tried_for_ever(
    conversation, ben, monkeypatch
):
    waiting = later(conversation, ben)
    make_due()
    tried = []

    def breaks(*args, **more):
        tried.append(args)
        raise RuntimeError("A fault of ours")

    monkeypatch.setattr("inbox.actions.later.send", breaks)
    assert send_due() == 0 and send_due() == 0
    waiting.refresh_from_db()
    assert len(tried) == 1 and waiting.state == "failed" and waiting.reason
    assert "fault of ours" not in waiting.reason
    assert journaled() == ["later.scheduled", "later.failed"] and len(said(conversation)) == 1


def test_a_database_that_is_away_is_waited_for(conversation, ben, monkeypatch):
    later(conversation, ben)
    make_due()

    def lost(*args, **more):
        raise OperationalError("gone")

    with monkeypatch.context() as away:
        away.setattr("inbox.actions.later.send", lost)
        assert send_due() == 0
    assert send_due() == 1 and journaled() == ["later.scheduled", "later.sent"]


def test_a_retry_of_keeping_it_keeps_it_once(conversation, ben):
    name = uuid.uuid4()
    first = later(conversation, ben, client_id=name)
    assert later(conversation, ben, client_id=name) == first
    with pytest.raises(ClientIdReused):
        later(conversation, ben, "Other words", client_id=name)
    make_due()
    send_due()
    assert later(conversation, ben, client_id=name).state == "sent"
    assert len(said(conversation)) == 2


@pytest.mark.django_db(transaction=True)
def test_one_name_in_two_conversations_at_once_is_kept_in_one_and_refused_in_the_other(
    begin, dora, emil, ben, monkeypatch
):
    both = threading.Barrier(2)

    def together(*args, **how):
        both.wait(10)
        return check_seen(*args, **how)

    monkeypatch.setattr("inbox.actions.later.check_seen", together)
    name = uuid.uuid4()

    def keep(conversation):
        try:
            return later(conversation, ben, client_id=name).state
        except ClientIdReused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        results = sorted(workers.map(keep, [begin(dora), begin(emil)]))
    assert results == ["refused", "waiting"] and LaterMessage.objects.count() == 1
    assert journaled() == ["later.scheduled"]


@pytest.mark.parametrize("away", [timedelta(minutes=-1), timedelta(days=400)])
def test_its_time_lies_within_a_year(conversation, ben, away):
    with pytest.raises(Invalid):
        later(conversation, ben, due_at=timezone.now() + away)
    assert not LaterMessage.objects.exists()


def test_it_is_called_off_when_the_customer_writes_before(conversation, ben, dora):
    waiting = later(conversation, ben)
    posted = reply(conversation, by=dora, body="It came!", client_id=uuid.uuid4())
    cause = Entry.objects.filter(kind="message.received").latest("id")
    assert call_off_overtaken(conversation, cause=cause) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (
        "called_off",
        "Dora Lindqvist wrote before it went out.",
    )
    assert Entry.objects.get(kind="later.called_off").cause == cause
    make_due()
    assert send_due() == 0 and said(conversation)[-1] == posted.message.body_text


def test_the_customers_word_counts_though_nobody_has_looked_yet(conversation, ben, dora):
    waiting = later(conversation, ben)
    reply(conversation, by=dora, body="It came!", client_id=uuid.uuid4())
    make_due()
    assert send_due() == 0
    waiting.refresh_from_db()
    assert waiting.state == "called_off" and said(conversation)[-1] == "It came!"


def test_a_note_or_a_colleagues_answer_calls_nothing_off(conversation, ada, ben):
    later(conversation, ben)
    note(conversation, by=ada, body="Fine", client_id=uuid.uuid4())
    reply(conversation, by=ada, body="Meanwhile", client_id=uuid.uuid4())
    make_due()
    assert send_due() == 1


def test_who_may_no_longer_speak_sends_nothing_more(conversation, ada, ben, support, billing, cleo):
    gone = later(conversation, ben)
    private = later(conversation, cleo)
    deactivate(ben, by=ada)
    assign(conversation, by=ada, team=billing)
    remove_from_team(cleo, billing, by=ada)
    make_due()
    assert send_due() == 0
    for waiting in (gone, private):
        waiting.refresh_from_db()
        assert waiting.state == "failed" and "no longer" in waiting.reason
    assert len(said(conversation)) == 1
    assert journaled().count("later.failed") == 2


def test_it_can_be_given_another_time_by_its_author(conversation, ada, ben):
    waiting = later(conversation, ben)
    tomorrow = timezone.now() + timedelta(days=1)
    assert put_off(waiting, by=ben, due_at=tomorrow).due_at == tomorrow
    assert Entry.objects.get(kind="later.changed").after["due_at"] == tomorrow.isoformat()
    with pytest.raises(NotAllowed):
        put_off(waiting, by=ada, due_at=tomorrow)


def test_its_files_wait_with_it(conversation, ben, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = attach(SimpleUploadedFile("plan.txt", b"plan"), by=ben)
    stray = attach(SimpleUploadedFile("stray.txt", b"stray"), by=ben)
    later(conversation, ben, attachments=[file.public_id])
    Attachment.objects.update(created_at="2020-01-01T00:00:00Z")
    assert forget_unused() == 1
    assert not Attachment.objects.filter(pk=stray.pk).exists()
    make_due()
    assert send_due() == 1
    assert Message.objects.latest("id").attachments.get() == file


# ---- taking it back ------------------------------------------------------------------------------


def test_what_is_taken_back_is_the_draft_again_before_what_was_begun_since(conversation, ben):
    name = uuid.uuid4()
    save_draft(conversation, by=ben, kind="reply", version=0, client_id=name, body="On its way.")
    waiting = held(conversation, ben, body="On its way.", client_id=name)
    assert Draft.objects.get().is_empty
    save_draft(
        conversation, by=ben, kind="reply", version=2, client_id=uuid.uuid4(), body="One more"
    )
    take_back(waiting, by=ben)
    draft = Draft.objects.get()
    assert draft.body == "On its way.\n\nOne more" and draft.client_id != name
    make_due()
    assert send_due() == 0 and len(said(conversation)) == 1
    assert journaled() == ["later.taken_back"]
    with pytest.raises(StateConflict):
        take_back(waiting, by=ben)


def test_what_has_gone_out_cannot_be_taken_back(conversation, ben):
    waiting = held(conversation, ben)
    send_now(waiting, by=ben)
    with pytest.raises(StateConflict):
        take_back(waiting, by=ben)
    with pytest.raises(StateConflict):
        send_now(waiting, by=ben)
    assert len(said(conversation)) == 2
    assert not Draft.objects.filter(is_empty=False).exists()


def test_two_who_answer_in_the_same_seconds_do_not_answer_twice(conversation, ada, ben):
    waiting = held(conversation, ben, body="Ben here", last_seen_seq=1)
    send_now(held(conversation, ada, body="Ada here", last_seen_seq=1), by=ada)
    make_due()
    send_due()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (
        "called_off",
        "Ada Byron answered before it went out.",
    )
    assert said(conversation)[1:] == ["Ada here"]
    with pytest.raises(NewerMessages):
        held(conversation, ben, last_seen_seq=1)


def test_a_customer_who_writes_on_does_not_stop_what_is_already_said(conversation, ben, dora):
    waiting = held(conversation, ben)
    reply(conversation, by=dora, body="Hello?", client_id=uuid.uuid4())
    cause = Entry.objects.filter(kind="message.received").latest("id")
    assert call_off_overtaken(conversation, cause=cause) == 0
    assert send_now(waiting, by=ben).state == "sent"


def test_a_colleague_may_stop_it_and_its_author_is_told_who(conversation, ada, ben):
    waiting = later(conversation, ben)
    with pytest.raises(NotAllowed):
        send_now(waiting, by=ada)
    take_back(waiting, by=ada)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("called_off", "Ada Byron called it off.")
    assert not Draft.objects.filter(is_empty=False).exists()
    take_back(waiting, by=ben)
    assert Draft.objects.get(teammate=ben).body == "Did it arrive?"


def test_who_cannot_see_the_conversation_finds_nothing(conversation, ada, ben, cleo, billing):
    waiting = later(conversation, cleo)
    assign(conversation, by=ada, team=billing)
    with pytest.raises(NotFound):
        take_back(waiting, by=ben)
    with pytest.raises(NotFound):
        later(conversation, ben)


# ---- who is told that it came to nothing --------------------------------------------------------


def told(teammate):
    while run_owed():
        pass
    rows = Notification.objects.open().filter(teammate=teammate)
    # That the conversation began is told as well.
    rows = [({k: v for k, v in row.reasons.items() if k != "new"}, row.preview) for row in rows]
    return [row for row in rows if row[0]]


def test_what_a_held_reply_was_written_in_spite_of_is_known_when_it_goes_out(
    conversation, ada, ben
):
    seen = conversation.last_seq
    hers = reply(conversation, by=ada, body="I have it", client_id=uuid.uuid4()).message
    held(conversation, ben, last_seen_seq=seen, override=True)
    make_due()
    assert send_due() == 1
    assert Entry.objects.filter(kind="message.sent").latest("id").after["overrode"] == [
        hers.public_id
    ]


def test_its_author_is_told_why_it_could_not_be_sent(conversation, ada, ben, agent_role):
    later(conversation, ben)
    agent_role.capabilities = []
    agent_role.save()
    make_due()
    send_due()
    entry = Entry.objects.get(kind="later.failed")
    assert entry.after["reason"]
    assert told(ben) == [({"failed": ""}, entry.after["reason"])] and told(ada) == []


def test_its_author_is_told_who_called_it_off(conversation, ada, ben):
    take_back(later(conversation, ben), by=ada)
    assert told(ben) == [({"failed": ""}, "Ada Byron called it off.")] and told(ada) == []
    assert Entry.objects.get(kind="later.called_off").actor_id == ada.public_id


def test_its_author_is_told_that_the_customer_was_first(conversation, ben, dora):
    later(conversation, ben)
    reply(conversation, by=dora, body="It came!", client_id=uuid.uuid4())
    assert told(ben) == [({"failed": ""}, "Dora Lindqvist wrote before it went out.")]


def test_who_takes_back_their_own_is_not_told(conversation, ben):
    take_back(later(conversation, ben), by=ben)
    assert told(ben) == [] and journaled()[-1] == "later.taken_back"


def test_who_may_no_longer_see_the_conversation_is_not_told_of_it(conversation, ada, cleo, billing):
    later(conversation, cleo)
    assign(conversation, by=ada, team=billing)
    remove_from_team(cleo, billing, by=ada)
    make_due()
    send_due()
    assert journaled()[-1] == "later.failed" and told(cleo) == []


# ---- the page ------------------------------------------------------------------------------------


@pytest.fixture
def page(browser_of, conversation):
    """page(ben): the conversation's page of a teammate."""

    class Page:
        def __init__(self, teammate):
            self.browser = browser_of(teammate)
            self.address = f"/inbox/all/{conversation.public_id}/"

        def write(self, **form):
            form = {"kind": "reply", "body": "Later!", "client_id": str(uuid.uuid4())} | form
            return self.browser.post(f"{self.address}messages/", form, headers=SCRIPT)

        def do(self, waiting, do, **more):
            address = f"{self.address}later/{waiting.public_id}/"
            return self.browser.post(address, {"do": do} | more, headers=SCRIPT)

        def shown(self):
            headers = SCRIPT | {"HX-Target": "later"}
            return self.browser.get(self.address, headers=headers).content.decode()

    return Page


def test_the_composer_keeps_for_later_by_the_writers_clock(conversation, ben, page):
    answer = page(ben).write(due="tomorrow", timezone="Asia/Tokyo")
    assert answer.status_code == 202 and "Later!" in answer.json()["html"]
    waiting = LaterMessage.objects.get()
    assert (waiting.due_at.hour, waiting.is_held, waiting.zone) == (0, False, "Asia/Tokyo")
    assert page(ben).write(due="own", due_at="2020-01-01T10:00").status_code == 400
    assert page(ben).write(due="never").status_code == 400
    assert page(ben).write(due="own", due_at="9999-99").status_code == 400
    assert LaterMessage.objects.count() == 1


def test_everybody_sees_what_waits_and_its_author_what_came_to_nothing(
    conversation, ada, ben, page
):
    waiting = later(conversation, ben)
    held(conversation, ben, body="Hold on")
    assert "You send" in page(ben).shown() and "Hold on" in page(ben).shown()
    assert "Ben Okafor sends" in page(ada).shown() and "Call off" in page(ada).shown()
    assert "Hold on" not in page(ada).shown()
    take_back(waiting, by=ada)
    assert "Not sent. Ada Byron called it off." in page(ben).shown()
    assert "Did it arrive?" not in page(ada).shown()


def test_the_page_sends_takes_back_discards_and_puts_off(conversation, ada, ben, page):
    own = page(ben)
    first, second, third = (later(conversation, ben, f"Number {number}") for number in range(3))
    assert own.do(first, "send").status_code == 200
    assert own.do(second, "discard").status_code == 200
    assert own.do(third, "put-off", due_at="2020-01-01T10:00").status_code == 400
    soon = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert own.do(third, "put-off", due_at=soon, timezone="Europe/Berlin").status_code == 200
    assert own.do(third, "explode").status_code == 400
    assert said(conversation)[1:] == ["Number 0"]
    assert not Draft.objects.filter(is_empty=False).exists()
    assert own.do(third, "take-back").status_code == 200
    assert Draft.objects.get().body == "Number 2"
    assert page(ada).do(held(conversation, ben), "take-back").status_code == 404


def test_a_reply_is_held_only_when_the_composer_asks_for_it(conversation, ben, page):
    assert page(ben).write().status_code == 201
    answer = page(ben).write(body="Oops", hold="true")
    assert (answer.status_code, answer.json()["is_held"]) == (202, True)
    waiting = LaterMessage.objects.get()
    assert timedelta(0) < waiting.due_at - timezone.now() <= timedelta(seconds=5)
    assert page(ben).write(kind="note", hold="true").status_code == 201, "a note goes nowhere"


def test_each_teammate_switches_holding_off_for_themselves(conversation, ada, ben, page):
    own = page(ben)
    assert 'data-hold="5"' in own.browser.get(own.address).content.decode()
    assert own.browser.post("/inbox/holding/", {}, headers=SCRIPT).status_code == 204
    assert 'data-hold="0"' in own.browser.get(own.address).content.decode()
    assert 'data-hold="5"' in page(ada).browser.get(own.address).content.decode()
    own.browser.post("/inbox/holding/", {"is_on": "true"}, headers=SCRIPT)
    ben.refresh_from_db()
    assert ben.preferences["writing"] == {"hold_seconds": 5}


def test_how_long_replies_wait_is_said_as_it_is_set(conversation, ben, page, settings):
    settings.UNDO_SEND_SECONDS = 12
    own = page(ben)
    own.browser.post("/inbox/holding/", {"is_on": "true"}, headers=SCRIPT)
    settings.UNDO_SEND_SECONDS = 20
    shown = own.browser.get(own.address).content.decode()
    assert 'data-hold="20"' in shown
    assert 'data-seconds="20"' in shown
    assert "Wait 20 s," in shown
    settings.UNDO_SEND_SECONDS = 0
    assert "Wait 5 s," in own.browser.get(own.address).content.decode()


def test_who_watches_hears_that_something_waits(conversation, ada, ben, browser_of):
    cookie = session_cookie(browser_of(ada))

    async def scene():
        socket = Socket("/ws/inbox/", origin="http://127.0.0.1:8000", cookie=cookie)
        await socket.open()
        watch = {"conversation": {conversation.public_id: 0}}
        await socket.say({"type": "hello", "watch": watch})
        await socket.hear("ready")
        await committed(lambda: later(conversation, ben))
        frame = await socket.hear("later")
        await socket.close()
        return frame

    assert play(scene) == {"type": "later", "conversation": conversation.public_id}


# ---- REST ----------------------------------------------------------------------------------------


def test_the_api_keeps_lists_and_takes_back(client, conversation, ben, ada, dora):
    scopes = [Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE]
    headers = {
        mate: {
            "authorization": "Bearer "
            + create_token(by=None, teammate=mate, name="t", scopes=scopes)[1]
        }
        for mate in (ben, ada, None)
    }
    path = f"/api/v1/conversations/{conversation.public_id}/later-messages"
    due_at = (timezone.now() + timedelta(days=1)).isoformat()
    given = {"body": "Soon", "client_id": str(uuid.uuid4()), "due_at": due_at}

    def post(by, **more):
        return client.post(path, given | more, content_type="application/json", headers=headers[by])

    made = post(ben)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    assert post(ben).json()["id"] == made.json()["id"]
    assert post(ben, body="Other").status_code == 409
    assert post(None, client_id=str(uuid.uuid4())).status_code == 403
    for wrong in ({"due_at": "2020-01-01T00:00:00Z"}, {"due_at": "soon"}, {"body": ""}):
        assert post(ben, client_id=str(uuid.uuid4()), **wrong).status_code == 400
    for mate in (ben, ada, None):
        listed = client.get(path, headers=headers[mate]).json()["results"]
        assert [each["author"]["name"] for each in listed] == ["Ben Okafor"]
    reply(conversation, by=dora, body="Hm", client_id=uuid.uuid4())
    stale = post(ben, client_id=str(uuid.uuid4()), last_seen_seq=1)
    assert (stale.status_code, stale.json()["type"]) == (409, "newer-messages")
    gone = client.delete(f"{path}/{made.json()['id']}", headers=headers[ben])
    assert gone.json()["state"] == "taken_back"
    assert client.delete(f"{path}/{made.json()['id']}", headers=headers[ben]).status_code == 409
    assert Draft.objects.get(teammate=ben).body == "Soon"
