"""Replies of who is new wait until a senior lets them go or gives them back."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from ground.web.problems import Invalid, NotAllowed, NotFound, StateConflict
from inbox.actions import (
    assign,
    note,
    release,
    reply,
    send_back,
    send_due,
    send_later,
    send_now,
    submit_reply,
    take_back,
)
from inbox.models import Draft, LaterMessage, Message, Notification
from people.actions import change_teammate, create_teammate, create_token
from people.models import Role, Teammate
from people.models.teammate import Capability
from people.models.token import Scope
from tests.conftest import PASSWORD
from tests.inbox.state import SCRIPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def plain_role(db):
    return Role.objects.create(name="New", capabilities=[Capability.REPLY, Capability.NOTE])


@pytest.fixture
def fay(plain_role, support, ada, ben):
    """Somebody new, whose senior is Ben."""
    made = create_teammate(
        by=None,
        email="fay@lumen.test",
        name="Fay Lin",
        password=PASSWORD,
        role=plain_role,
        teams=[support],
    )
    return change_teammate(made, by=ada, senior=ben, needs_release=True)


@pytest.fixture
def gus(plain_role, support):
    """Somebody who may reply, and release nothing."""
    return create_teammate(
        by=None,
        email="gus@lumen.test",
        name="Gus Roth",
        password=PASSWORD,
        role=plain_role,
        teams=[support],
    )


def submit(conversation, by, body="Try to turn it off", **more):
    more.setdefault("client_id", uuid.uuid4())
    return submit_reply(conversation, by=by, body=body, **more)


def make_due():
    LaterMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def said(conversation):
    rows = conversation.messages.filter(kind="reply").order_by("seq")
    return list(rows.values_list("body_text", flat=True))[1:]


def journaled():
    entries = Entry.objects.filter(kind__startswith="later.").order_by("id")
    return list(entries.values_list("kind", flat=True))


def told(teammate):
    while run_owed():
        pass
    rows = Notification.objects.open().filter(teammate=teammate)
    return [(set(row.reasons) - {"new"}, row.preview) for row in rows if set(row.reasons) - {"new"}]


def test_it_waits_until_the_senior_lets_it_go_and_goes_out_once_as_its_author(
    conversation, fay, ben
):
    waiting = submit(conversation, fay)
    make_due()
    assert send_due() == 0 and said(conversation) == []
    assert told(ben) == [({"asked"}, "A reply by Fay Lin waits for release.")]
    assert release(waiting, by=ben).state == "sent"
    message = Message.objects.get(client_id=waiting.client_id)
    assert (message.teammate, message.body_text) == (fay, "Try to turn it off")
    assert journaled() == ["later.submitted", "later.sent", "later.released"]
    assert Entry.objects.get(kind="later.released").actor_id == ben.public_id
    assert Entry.objects.get(kind="message.sent").actor_id == fay.public_id
    assert told(fay) == [({"answered"}, "Ben Okafor released your reply.")]
    assert told(ben) == []
    with pytest.raises(StateConflict):
        release(waiting, by=ben)
    assert send_due() == 0 and said(conversation) == ["Try to turn it off"]


def test_there_is_no_way_around_it_and_notes_do_not_wait(conversation, fay, ben):
    with pytest.raises(StateConflict):
        reply(conversation, by=fay, body="Around it", client_id=uuid.uuid4())
    note(conversation, by=fay, body="A note", client_id=uuid.uuid4())
    due_at = timezone.now() + timedelta(seconds=5)
    waiting = send_later(
        conversation, by=fay, body="Held", client_id=uuid.uuid4(), due_at=due_at, is_held=True
    )
    assert waiting.needs_release and not waiting.is_held
    with pytest.raises(NotAllowed):
        send_now(waiting, by=fay)
    assert said(conversation) == []


def test_who_may_release(conversation, fay, ben, gus, cleo, ada, billing):
    waiting = submit(conversation, fay)
    for nobody in (fay, gus):
        with pytest.raises(NotAllowed):
            release(waiting, by=nobody)
        with pytest.raises(NotAllowed):
            send_back(waiting, by=nobody)
    assign(conversation, by=ada, team=billing)
    with pytest.raises(NotFound):
        release(waiting, by=ben)
    assert journaled() == ["later.submitted"] and said(conversation) == []


def test_a_named_senior_needs_no_right_and_nobody_releases_their_own(conversation, fay, gus, ada):
    change_teammate(fay, by=ada, senior=gus)
    change_teammate(ada, by=ada, needs_release=True)
    own = submit(conversation, Teammate.objects.get(pk=ada.pk), "Mine")
    with pytest.raises(NotAllowed):
        release(own, by=ada)
    take_back(own, by=ada)
    with pytest.raises(Invalid):
        change_teammate(gus, by=ada, senior=gus)
    assert release(submit(conversation, fay), by=gus).state == "sent"
    assert said(conversation) == ["Try to turn it off"]


def test_sent_back_it_is_its_authors_to_edit_and_the_words_are_a_note(conversation, fay, ben):
    waiting = submit(conversation, fay)
    send_back(waiting, by=ben, words="Ask for the version first")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("called_off", "Ben Okafor sent it back.")
    last = conversation.messages.order_by("seq").last()
    assert (last.kind, last.body_text) == ("note", "Ask for the version first")
    assert journaled() == ["later.submitted", "later.sent_back"]
    assert told(fay) == [({"failed"}, "Ben Okafor sent it back.")]
    with pytest.raises(StateConflict):
        send_back(waiting, by=ben)
    take_back(waiting, by=fay)
    assert Draft.objects.get(teammate=fay, kind="reply").body == "Try to turn it off"


def test_a_customer_who_writes_calls_it_off(conversation, fay, ben, dora):
    waiting = submit(conversation, fay)
    reply(conversation, by=dora, body="Solved", client_id=uuid.uuid4())
    assert told(fay) == [({"failed"}, "Dora Lindqvist wrote before it went out.")]
    with pytest.raises(StateConflict, match="Dora"):
        release(waiting, by=ben)
    assert journaled() == ["later.submitted", "later.called_off"]


def test_when_a_colleague_has_answered_it_is_called_off_and_said_so(conversation, fay, ben, gus):
    waiting = submit(conversation, fay)
    reply(conversation, by=gus, body="I have it", client_id=uuid.uuid4())
    with pytest.raises(StateConflict, match="Gus Roth answered before"):
        release(waiting, by=ben)
    waiting.refresh_from_db()
    assert waiting.state == "called_off" and said(conversation) == ["I have it"]


def test_for_a_later_time_it_waits_for_both(conversation, fay, ben):
    due_at = timezone.now() + timedelta(hours=1)
    waiting = submit_later(conversation, fay, due_at)
    assert release(waiting, by=ben).state == "waiting"
    assert send_due() == 0
    make_due()
    assert send_due() == 1 and said(conversation) == ["Tomorrow"]


def submit_later(conversation, by, due_at):
    return send_later(conversation, by=by, body="Tomorrow", client_id=uuid.uuid4(), due_at=due_at)


def test_what_waited_for_its_time_when_the_switch_was_set_waits_for_a_senior(
    conversation, gus, ben, ada
):
    waiting = submit_later(conversation, gus, timezone.now() + timedelta(hours=1))
    change_teammate(gus, by=ada, senior=ben, needs_release=True)
    make_due()
    assert send_due() == 0 and send_due() == 0 and said(conversation) == []
    assert journaled() == ["later.scheduled", "later.submitted"]
    assert release(waiting, by=ben).state == "sent"
    change = Entry.objects.filter(kind="teammate.changed").latest("id")
    assert change.after == {"senior": ben.public_id, "needs_release": True}


def test_who_needs_no_release_any_more_sends_what_waits(conversation, fay, ada):
    waiting = submit(conversation, fay)
    free = change_teammate(fay, by=ada, needs_release=False)
    assert send_now(waiting, by=free).state == "sent"
    assert said(conversation) == ["Try to turn it off"]


def test_where_no_senior_is_named_those_with_the_right_are_told(conversation, fay, ben, ada):
    change_teammate(fay, by=ada, senior=None)
    submit(conversation, Teammate.objects.get(pk=fay.pk))
    assert [reasons for reasons, _ in told(ben)] == [{"asked"}]
    assert told(ada) == []


@pytest.mark.django_db(transaction=True)
def test_two_seniors_at_once_send_it_once(conversation, fay, ben, ada):
    waiting = submit(conversation, fay)
    make_due()
    together = threading.Barrier(2)

    def let_go(by):
        together.wait()
        try:
            return release(LaterMessage.objects.get(pk=waiting.pk), by=by).state
        except StateConflict:
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(let_go, (ben, ada))) == ["late", "sent"]
    assert said(conversation) == ["Try to turn it off"]


# ---- in the inbox and in the API ----------------------------------------------------------------


def test_the_thread_shows_it_and_its_buttons_work_as_plain_forms(
    conversation, fay, ben, gus, browser_of
):
    place = f"/inbox/all/{conversation.public_id}/"
    words = "<b>Long</b> " + "word " * 80 + "the end"
    sent = browser_of(fay).post(
        f"{place}messages/", {"kind": "reply", "body": words, "client_id": str(uuid.uuid4())}
    )
    assert sent.status_code == 302 and said(conversation) == []
    waiting = LaterMessage.objects.get()
    own, theirs, seniors = (
        browser_of(mate).get(place).content.decode() for mate in (fay, gus, ben)
    )
    assert "Your reply waits until Ben Okafor releases it" in own and "Send now" not in own
    for shown in (own, theirs):
        assert 'value="release"' not in shown and 'value="send-back"' not in shown
    assert "Fay Lin’s reply waits until" in theirs
    assert 'value="release"' in seniors and 'value="send-back"' in seniors
    assert "the end" in seniors and "&lt;b&gt;Long" in seniors
    address = f"{place}later/{waiting.public_id}/"
    assert browser_of(gus).post(address, {"do": "release"}).status_code == 403
    done = browser_of(ben).post(address, {"do": "send-back", "words": "Shorter, please"})
    assert done.status_code == 302
    assert "Ben Okafor sent it back." in browser_of(fay).get(place).content.decode()
    again = submit(conversation, fay)
    make_due()
    address = f"{place}later/{again.public_id}/"
    assert browser_of(ben).post(address, {"do": "release"}).status_code == 302
    assert browser_of(ben).post(address, {"do": "release"}, headers=SCRIPT).status_code == 409
    assert said(conversation) == ["Try to turn it off"]


def test_the_api_keeps_releases_and_gives_back(client, conversation, fay, ben, gus):
    scopes = [Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE]
    headers = {
        mate: {
            "authorization": "Bearer "
            + create_token(by=None, teammate=mate, name="t", scopes=scopes)[1]
        }
        for mate in (fay, ben, gus, None)
    }
    path = f"/api/v1/conversations/{conversation.public_id}"

    def say(body):
        given = {"kind": "reply", "body": body, "client_id": str(uuid.uuid4())}
        return [
            client.post(
                f"{path}/messages", given, content_type="application/json", headers=headers[fay]
            )
            for _ in range(2)
        ]

    def put(by, later, what, body=None):
        return client.put(
            f"{path}/later-messages/{later}/{what}",
            body or {},
            content_type="application/json",
            headers=headers[by],
        )

    first, retry = say("One")
    assert (first.status_code, retry.status_code) == (202, 202)
    one = first.json()
    assert one["id"] == retry.json()["id"] and one["needs_release"] and not one["released_by"]
    for by in (fay, gus, None):
        assert put(by, one["id"], "release").status_code == 403
        assert put(by, one["id"], "return").status_code == 403
    make_due()
    released = put(ben, one["id"], "release")
    assert (released.status_code, released.json()["state"]) == (200, "sent")
    assert released.json()["released_by"]["id"] == ben.public_id
    assert put(ben, one["id"], "release").status_code == 409
    assert put(ben, "lm_nothing", "release").status_code == 404
    two = say("Two")[0].json()
    assert put(ben, two["id"], "return", {"words": 7 * "x\0"}).status_code < 500
    assert put(ben, two["id"], "return", {"word": "x"}).status_code in {400, 409}
    assert said(conversation) == ["One"]
